// Package flow answers the flow executor and the pages of the login, consent and logout flows.
package flow

import (
	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/serve"
)

// Routes registers the flow executor and the pages of the flows.
func Routes(s *serve.Server) {
	s.Public("/flows/executor/{slug}/", serve.Methods{"GET": executor, "POST": executor})
	s.Page("/if/flow/{slug}/", serve.Methods{"GET": flowPage, "POST": flowPage})
	s.Page("/flows/-/cancel/", serve.Methods{"GET": cancelFlow})
	s.Page("/flows/-/default/authentication/", serve.Methods{"GET": defaultFlow(install.AuthenticationFlow)})
	s.Page("/flows/-/default/invalidation/", serve.Methods{"GET": defaultFlow(install.InvalidationFlow)})
}

// obj is a JSON object.
type obj = map[string]any
