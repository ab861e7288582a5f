// Package oidc is the OpenID provider: authorization, tokens, user info, discovery and logout.
package oidc

import (
	"authpocket/sandbox/authentiksim/internal/serve"
)

// Routes registers the endpoints of the OpenID provider.
func Routes(s *serve.Server) {
	const o = "/application/o/"
	s.Page(o+"authorize/", serve.Methods{"GET": authorize})
	s.Page(o+"token/", serve.Methods{"POST": token})
	s.Page(o+"userinfo/", serve.Methods{"GET": userinfo, "POST": userinfo})
	s.Page(o+"revoke/", serve.Methods{"POST": revoke})
	s.Page(o+"introspect/", serve.Methods{"POST": introspect})
	s.Page(o+"{slug}/", serve.Methods{"GET": toDiscovery})
	s.Page(o+"{slug}/.well-known/openid-configuration", serve.Methods{"GET": discovery})
	s.Page(o+"{slug}/register/", serve.Methods{"POST": register})
	s.Page(o+"{slug}/jwks/", serve.Methods{"GET": jwks})
	s.Page(o+"{slug}/end-session/", serve.Methods{"GET": endSession, "POST": endSession})
}

// obj is a JSON object.
type obj = map[string]any
