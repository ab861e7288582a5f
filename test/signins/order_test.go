package signins

import (
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/signin"
	"authpocket/test/draw"
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

// obstacles are two barriers, or one, in the way of a person.
type obstacles struct {
	who     string
	meeting func(*linked) // makes the person's account, nil for a new person
	pair    []barrier
	want    string // the cause of the refusal, empty if there is none
}

func (o obstacles) name() string {
	name := o.who
	for _, one := range o.pair {
		name += " " + one.name
	}
	return name
}

// allObstacles returns every pair for a new person, and pairs for people who have an account: those only meet the rules
// for sign-in.
func allObstacles() (list []obstacles) {
	all := barriers()
	for i, first := range all {
		for _, second := range all[i+1:] {
			list = append(list, obstacles{"new", nil, []barrier{first, second}, first.cause})
		}
	}
	create, field, auth, mfa := all[0], all[3], all[4], all[5]
	address := func(l *linked) { l.account("ada@example.com", true) }
	before := func(l *linked) { l.connectTo(l.account("other@example.com", true), l.subject()) }
	another := func(l *linked) { l.connectTo(l.account("ada@example.com", true), "the subject of before") }
	for _, one := range []obstacles{{who: "address", meeting: address}, {who: "before", meeting: before}} {
		list = append(list,
			obstacles{one.who, one.meeting, []barrier{create, field}, ""},
			obstacles{one.who, one.meeting, []barrier{create, auth}, "auth-rule"},
			obstacles{one.who, one.meeting, []barrier{field, mfa}, "mfa"},
			obstacles{one.who, one.meeting, []barrier{auth, mfa}, "auth-rule"})
	}
	for _, one := range []barrier{create, auth, mfa} {
		list = append(list, obstacles{"another", another, []barrier{one}, "other-subject"})
	}
	return list
}

// fewObstacles is how many are tried, unless all are.
const fewObstacles = 14

// Of any two obstacles, the one that PocketBase meets first is predicted and makes
// the sign-in fail: for a new person, for one whose account has the same address,
// and for one who signed in before.
func TestTheFirstOfTwoObstaclesIsForeseen(t *testing.T) {
	t.Parallel()
	all := allObstacles()
	chosen := draw.Some(t, all, fewObstacles, func(o obstacles) string { return o.who + " " + o.want })
	draw.Report(t, "pairs of obstacles: %d of %d", len(chosen), len(all))
	var group sync.WaitGroup
	var lab *lab
	for i, one := range chosen {
		if i%perLab == 0 {
			lab = newLab(t)
		}
		l := lab.link(identifier(one.name()), func(s *link.Spec) {
			for _, b := range one.pair {
				if b.spec != nil {
					b.spec(s)
				}
			}
		})
		l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			for _, b := range one.pair {
				if b.spoil != nil {
					b.spoil(c)
				}
			}
		})
		if one.meeting != nil {
			one.meeting(l)
		}
		group.Go(func() { l.foretold(one.name(), one.want) })
	}
	group.Wait()
}

// foretold compares a prediction with the sign-in. An empty cause means success.
func (l *linked) foretold(name, cause string) {
	p, err := l.e.SignIns.Foresee(l.t.Context(), l.d, l.person)
	if err != nil || string(p.Cause) != cause || !p.Unknown.Empty() && cause == "" ||
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
