package faults_test

import (
	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// scenario is an initial state and a run.
type scenario struct {
	name    string
	prepare func(*lab) // undisturbed, from a fresh authentik and PocketBase
	op      operation
	spec    func(*lab) link.Spec
	// undo is set if an undo of the run restores the initial state.
	undo bool
}

func scenarios() []scenario {
	return []scenario{
		{"plan a new link", nothing, planning(), newLink, false},
		{"make a new link", nothing, applying(), newLink, true},
		{"change a link", linked, applying(), changedLink, true},
		{"link a provider that is there", orphaned, applying(), newLink, true},
		{"verify a link", linked, verifying(), newLink, false},
		{"undo a new link", linked, undoing(), newLink, false},
		{"undo a change", changed, undoing(), changedLink, false},
		{"rotate the secret", linked, rotating(), newLink, false},
		{"remove a link", linked, removing(), newLink, false},
	}
}

func nothing(*lab) {}

func linked(l *lab) { l.undisturbed(applying(), newLink(l)) }

func changed(l *lab) {
	linked(l)
	l.undisturbed(applying(), changedLink(l))
}

// orphaned leaves a provider of this link without its application and without
// anything in PocketBase.
func orphaned(l *lab) {
	linked(l)
	l.asAdmin("DELETE", "/api/v3/core/applications/pocketbase/", nil)
	l.putBack(l.fresh)
	l.clean()
}

// undisturbed runs without faults.
func (l *lab) undisturbed(op operation, spec link.Spec) *run {
	l.t.Helper()
	r := &run{l: l}
	if err := r.start(op, spec); err != nil {
		l.t.Fatalf("undisturbed %s: %v", op.name, err)
	}
	return r
}

func newLink(l *lab) link.Spec {
	return link.Spec{
		AuthentikURL: l.authentikURL, PocketBaseURLs: []string{l.pocketbaseURL}, Email: link.EmailTrustAll,
		Access:     &link.Access{Groups: []string{"staff"}},
		PocketBase: link.PocketBase{ShowControls: true, CreateRule: new(`@request.context = "oauth2"`)},
	}
}

// changedLink returns a spec that changes every object.
func changedLink(l *lab) link.Spec {
	s := newLink(l)
	s.Email = link.EmailTrustAttribute
	s.Access = &link.Access{Groups: []string{"staff", "admins"}, Users: []string{"ada"}}
	s.Application = link.Application{Name: new("Shop"), Group: new("Tools"), Description: new("Where we sell.")}
	s.Provider = link.Provider{
		ClientID: new("shop-client"), ClientSecret: new(secret.New("the-secret-that-an-admin-chose-0123456789")),
		AccessTokenValidity: new("hours=2"),
		RedirectURIs: []link.RedirectURI{{URL: l.pocketbaseURL + link.RedirectPath, Mode: "strict"},
			{URL: "myapp://redirect", Mode: "strict"}},
		GroupsClaim: &link.GroupsLimit{Bound: true},
	}
	s.PocketBase.DisplayName, s.PocketBase.MapName, s.PocketBase.MapAvatar = new("Company"), new(""), new("avatar")
	s.PocketBase.CreateRule, s.PocketBase.AuthRule = new(""), new("verified = true")
	return s
}
