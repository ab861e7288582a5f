package plans_test

import (
	"strings"
	"testing"

	"authpocket/internal/link"
)

// No URL that the spec leaves open turns from https into http.
func TestNoPlanTurnsHTTPSIntoHTTP(t *testing.T) {
	plain := "http" + strings.TrimPrefix(minimal().AuthentikURL, "https")
	for name, test := range map[string]struct {
		slot    func(*link.OAuth2Provider)
		edit    func(*link.Spec)
		refused bool
	}{
		"all of them": {refused: true},
		"the token URL alone": {slot: func(p *link.OAuth2Provider) {
			p.AuthURL, p.UserInfoURL = plain+"/application/o/authorize/", plain+"/application/o/userinfo/"
		}, refused: true},
		"none": {slot: func(p *link.OAuth2Provider) {
			p.AuthURL, p.UserInfoURL = plain+"/application/o/authorize/", plain+"/application/o/userinfo/"
			p.TokenURL = plain + "/application/o/token/"
		}},
		"all are named": {edit: func(s *link.Spec) {
			s.PocketBase.AuthURL = new(plain + "/application/o/authorize/")
			s.PocketBase.TokenURL = new(plain + "/application/o/token/")
			s.PocketBase.UserInfoURL = new(plain + "/application/o/userinfo/")
		}},
		"another provider's": {slot: func(p *link.OAuth2Provider) {
			p.ClientID, p.AuthURL, p.TokenURL = "other", "https://other.company/auth", "https://other.company/token"
			p.UserInfoURL = "https://other.company/info"
		}, edit: func(s *link.Spec) { s.Existing = link.ExistingUse }},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			ours := link.Find(w.collection("users").OAuth2.Providers, func(p link.OAuth2Provider) bool {
				return strings.HasPrefix(p.AuthURL, minimal().AuthentikURL)
			})
			if test.slot != nil {
				test.slot(ours)
			}
			s := minimal()
			s.AuthentikURL = plain
			if test.edit != nil {
				test.edit(&s)
			}
			if s.Existing == link.ExistingUse {
				s.PocketBase.Slot = &ours.Slot
			}
			_, problems := w.plan(s, generated(1))
			refused := len(problems) == 1 && problems[0].Field == "authentik.public_url"
			if refused != test.refused || !refused && len(problems) > 0 {
				t.Errorf("the problems are %v", problems)
			}
		})
	}
}
