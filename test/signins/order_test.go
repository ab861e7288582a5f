package signins

import (
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

// barrier is a setting of the collection that refuses sign-ins.
type barrier struct {
	name, cause string
	spec        func(*link.Spec)
	spoil       func(c *core.Collection)
}

// barriers returns the barriers in PocketBase's order for a new person: it creates
// the account before it checks whether the account may sign in.
func barriers() []barrier {
	return []barrier{
		{name: "create", cause: "create-rule", spoil: func(c *core.Collection) { c.CreateRule = nil }},
		{name: "email", cause: "email-unverified", spec: func(s *link.Spec) { s.Email = link.EmailLeave }},
		{name: "id", cause: "mapped-field", spoil: func(c *core.Collection) { c.OAuth2.MappedFields.Id = "id" }},
		{name: "field", cause: "required-field",
			spoil: func(c *core.Collection) { c.Fields.Add(&core.TextField{Name: "phone", Required: true}) }},
		{name: "auth", cause: "auth-rule", spoil: func(c *core.Collection) { c.AuthRule = nil }},
		{name: "mfa", cause: "mfa", spoil: func(c *core.Collection) { c.MFA.Enabled, c.MFA.Duration = true, 600 }},
	}
}

// Of any two obstacles, the one that PocketBase meets first is predicted and makes
// the sign-in fail: for a new person, for one whose account has the same address,
// and for one who signed in before.
func TestTheFirstOfTwoObstaclesIsForeseen(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	var group sync.WaitGroup
	n := 0
	a := lab.a
	try := func(name string, who func(*linked), want string, pair ...barrier) {
		if n++; n%perIDP == 0 {
			a = newIDP(t, authentiksim.Config{}, nil)
		}
		l := lab.linkTo(a, identifier(name), func(s *link.Spec) {
			for _, one := range pair {
				if one.spec != nil {
					one.spec(s)
				}
			}
		})
		l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			for _, one := range pair {
				if one.spoil != nil {
					one.spoil(c)
				}
			}
		})
		if who != nil {
			who(l)
		}
		group.Go(func() { l.foretold(name, want) })
	}
	all := barriers()
	for i, first := range all {
		for _, second := range all[i+1:] {
			try("new "+first.name+" "+second.name, nil, first.cause, first, second)
		}
	}
	// A person with an account only meets the rules for sign-in.
	create, field, auth, mfa := all[0], all[3], all[4], all[5]
	address := func(l *linked) { l.account("ada@example.com", true) }
	before := func(l *linked) { l.connectTo(l.account("other@example.com", true), l.subject()) }
	another := func(l *linked) { l.connectTo(l.account("ada@example.com", true), "the subject of before") }
	for name, who := range map[string]func(*linked){"address": address, "before": before} {
		try(name+" create field", who, "", create, field)
		try(name+" create auth", who, "auth-rule", create, auth)
		try(name+" field mfa", who, "mfa", field, mfa)
		try(name+" auth mfa", who, "auth-rule", auth, mfa)
	}
	try("another create", another, "other-subject", create)
	try("another auth", another, "other-subject", auth)
	try("another mfa", another, "other-subject", mfa)
	group.Wait()
}

// foretold compares a prediction with the sign-in. An empty cause means success.
func (l *linked) foretold(name, cause string) {
	p, err := l.e.Foresee(l.t.Context(), l.d, l.person)
	if err != nil || string(p.Cause) != cause || p.Unknown != "" && cause == "" ||
		(p.Outcome == signin.OutcomeRefused) != (cause != "") {
		l.t.Errorf("%s: foreseen %+v, %v, want %s", name, p, err, cause)
	}
	v := l.signIn(newBrowser(""), &p)
	if v.Works != (cause == "") || string(v.Cause) != cause || !v.AsPredicted {
		l.t.Errorf("%s: the sign-in says %s, as predicted: %v", name, v.Cause, v.AsPredicted)
	}
}

// account creates an account with all required fields in the link's collection.
func (l *linked) account(email string, verified bool) *core.Record {
	l.t.Helper()
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil {
		l.t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail(email)
	r.SetVerified(verified)
	r.SetRandomPassword()
	if c.Fields.GetByName("phone") != nil {
		r.Set("phone", "1")
	}
	if err := l.pb.App().Save(r); err != nil {
		l.t.Fatal(err)
	}
	return r
}
