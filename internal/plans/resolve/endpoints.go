package resolve

import (
	"slices"

	"authpocket/internal/link"
)

// Endpoints are the URLs that a slot of this authentik can have.
type Endpoints struct{ auth, token, userInfo []string }

// EndpointsOf returns authentik's own endpoints and those that the spec sets instead.
func EndpointsOf(authentik string, s *link.Spec) Endpoints {
	urls := func(name string, named *string) []string {
		list := []string{endpoint(authentik, name)}
		if named != nil && *named != "" {
			list = append(list, *named)
		}
		return list
	}
	b := s.PocketBase
	return Endpoints{urls("authorize", b.AuthURL), urls("token", b.TokenURL), urls("userinfo", b.UserInfoURL)}
}

// Of reports whether a slot has one of the endpoints.
func (e Endpoints) Of(p *link.OAuth2Provider) bool {
	return slices.Contains(e.auth, p.AuthURL) || slices.Contains(e.token, p.TokenURL) ||
		slices.Contains(e.userInfo, p.UserInfoURL)
}

// HasToken reports whether a slot gets its tokens here.
func (e Endpoints) HasToken(p *link.OAuth2Provider) bool { return slices.Contains(e.token, p.TokenURL) }

// endpoint returns the URL of one of authentik's global OAuth2 endpoints. The trailing slash matters.
func endpoint(base, name string) string { return base + "/application/o/" + name + "/" }
