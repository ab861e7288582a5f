package signins

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// TestWhatIsForeseenComesTrue predicts a sign-in and then performs it.
func TestWhatIsForeseenComesTrue(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	var group sync.WaitGroup
	for _, one := range []struct {
		name    string
		spec    func(*link.Spec)
		prepare func(l *linked) (account string)
		outcome signin.Outcome
		cause   report.CauseID
		works   bool
	}{
		{"nobody there", nil, func(*linked) string { return "" }, signin.OutcomeNew, "", true},
		{"same address", nil, func(l *linked) string { return l.record("ada@example.com", true).Id },
			signin.OutcomeLinked, "", true},
		{"same address not verified", nil, func(l *linked) string { return l.record("ada@example.com", false).Id },
			signin.OutcomeLinked, "", true},
		{"capitals", nil, func(l *linked) string { l.record("ADA@example.com", true); return "" }, signin.OutcomeNew,
			"", true},
		{"capitals do not count", nil, func(l *linked) string {
			l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
				c.Indexes = nil
				c.AddIndex("any_case_"+c.Name, true, "email COLLATE NOCASE", "email != ''")
				c.AddIndex("key_"+c.Name, true, "tokenKey", "")
			})
			return l.record("ADA@example.com", true).Id
		}, signin.OutcomeLinked, "", true},
		{"linked under another address", nil, func(l *linked) string {
			r := l.record("other@example.com", true)
			l.connectTo(r, l.subject())
			return r.Id
		}, signin.OutcomeReturns, "", true},
		{"linked with another subject", nil, func(l *linked) string {
			l.connectTo(l.record("ada@example.com", true), `it's "quoted" \ % _`)
			return ""
		}, signin.OutcomeRefused, "other-subject", false},
		{"left not verified", func(s *link.Spec) { s.Email = link.EmailLeave }, func(*linked) string { return "" },
			signin.OutcomeRefused, "email-unverified", false},
		{"left and not required", func(s *link.Spec) { s.Email = link.EmailLeave }, func(l *linked) string {
			l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
				c.Fields.GetByName("email").(*core.EmailField).Required = false
			})
			return ""
		}, signin.OutcomeNew, "", true},
		{"required field", nil, func(l *linked) string {
			l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
				c.Fields.Add(&core.TextField{Name: "phone", Required: true})
			})
			return ""
		}, signin.OutcomeRefused, "required-field", false},
		{"second factor left out", nil, func(l *linked) string {
			l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
				c.MFA.Enabled, c.MFA.Duration, c.MFA.Rule = true, 600, `@request.context != "oauth2"`
			})
			return ""
		}, signin.OutcomeNew, "", true},
	} {
		l := lab.link(identifier("foreseen "+one.name), one.spec)
		account := one.prepare(l)
		group.Go(func() {
			p, err := l.e.SignIns.Foresee(t.Context(), l.d, l.person)
			if err != nil || p.Outcome != one.outcome || p.Cause != one.cause || p.Words.Empty() || account != "" &&
				p.Account.ID != account {
				t.Errorf("%s: foreseen %+v, %v", one.name, p, err)
			}
			v := l.signIn(newBrowser(""), &p)
			if v.Works != one.works || v.Outcome != one.outcome || !v.AsPredicted {
				t.Errorf("%s: %+v", one.name, v)
			}
		})
	}
	group.Wait()
}

// subject returns the person's subject claim.
func (l *linked) subject() string {
	l.t.Helper()
	claims, err := l.a.client.Preview(l.t.Context(), l.d, l.person)
	if err != nil {
		l.t.Fatal(err)
	}
	return signin.ReadClaims(claims).Subject
}

// Quotes, backslashes and wildcards in a value do not change the filter.
func TestAccountsAreFoundByTheirExactValues(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("exact", nil)
	decoy := l.record("decoy@example.com", true)
	l.connectTo(decoy, "decoy")
	for i, subject := range []string{
		`plain`, `it's`, `say "hi"`, `back\slash`, `ends with \`, `"`, `\"`, `'`, `%`, `_`, `a%b`, `a_b`, "new\nline",
		`" || id != "`, `x" || "1"="1`, `x' || '1'='1`, `@request.auth.id`, `ünï😀`,
	} {
		r := l.record("exact"+string(rune('a'+i))+"@example.com", true)
		l.connectTo(r, subject)
		found, _, err := l.p.Accounts(t.Context(), l.d, subject, "")
		if err != nil || found == nil || found.ID != r.Id || found.LinkedSubject != subject {
			t.Errorf("%q: %+v, %v", subject, found, err)
		}
		if nobody, _, err := l.p.Accounts(t.Context(), l.d, subject+"?", ""); err != nil || nobody != nil {
			t.Errorf("%q: %+v, %v", subject+"?", nobody, err)
		}
	}
	for _, email := range []string{`decoy@example.com" || "1"="1`, `%@example.com`, `decoy_example.com`,
		`decoy@example.co`, `\`, `"`} {
		if _, found, err := l.p.Accounts(t.Context(), l.d, "", email); err != nil || found != nil {
			t.Errorf("%q: %+v, %v", email, found, err)
		}
	}
	if _, found, err := l.p.Accounts(t.Context(), l.d, "", "decoy@example.com"); err != nil || found == nil ||
		found.LinkedSubject != "decoy" {
		t.Errorf("%+v, %v", found, err)
	}
}

// A new account is deleted with its link; one that existed, or was only linked by
// the test, stays.
func TestOnlyTheTestsOwnAccountIsDeleted(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	fresh := lab.link("fresh", nil)
	s, err := fresh.e.SignIns.Start(t.Context(), &fresh.d, "")
	if err != nil {
		t.Fatal(err)
	}
	v := fresh.finish(newBrowser(""), s, nil)
	if v.Record == nil || v.Outcome != signin.OutcomeNew || !v.Made {
		t.Fatalf("%+v", v)
	}
	later := s
	later.Started = time.Now().Add(time.Minute)
	if err := fresh.e.SignIns.DeleteAccount(t.Context(), &fresh.d, later, &v); err == nil {
		t.Error("an account of before the test was deleted")
	}
	if err := fresh.e.SignIns.DeleteAccount(t.Context(), &fresh.d, s, &v); err != nil {
		t.Error(err)
	}
	if bySubject, byEmail, err := fresh.p.Accounts(t.Context(), fresh.d, fresh.subject(),
		"ada@example.com"); err != nil || bySubject != nil || byEmail != nil {
		t.Errorf("left behind: %+v %+v %v", bySubject, byEmail, err)
	}
	if err := fresh.e.SignIns.DeleteAccount(t.Context(), &fresh.d, s, &v); err != nil {
		t.Errorf("a second time: %v", err)
	}

	there := lab.link("there", nil)
	old := there.record("ada@example.com", true)
	linkedNow := there.signIn(newBrowser(""), nil)
	if linkedNow.Outcome != signin.OutcomeLinked || linkedNow.Record.ID != old.Id || linkedNow.Made {
		t.Fatalf("%+v", linkedNow)
	}
	if err := there.e.SignIns.DeleteAccount(t.Context(), &there.d, later, &linkedNow); err == nil {
		t.Error("an account that was only linked was deleted")
	}
}

// The auth rule only refuses after the account was created.
func TestTheAccountLeftBehindIsNamed(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("behind", nil)
	l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.AuthRule = nil })
	s, err := l.e.SignIns.Start(t.Context(), &l.d, "")
	if err != nil {
		t.Fatal(err)
	}
	v := l.finish(newBrowser(""), s, nil)
	if v.Works || v.Cause != "auth-rule" || v.Record == nil || v.Record.Email != "ada@example.com" || !v.Made {
		t.Fatalf("%+v", v)
	}
	if err := l.e.SignIns.DeleteAccount(t.Context(), &l.d, s, &v); err != nil {
		t.Error(err)
	}
}

// An older account was found before the refusal, or in a collection without times.
func TestAnOlderAccountIsNeverSaidToBeTheTests(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	shut := func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.AuthRule = nil }
	timeless := func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.Fields.RemoveByName("created") }
	for name, one := range map[string]struct {
		spoil   func(c *core.Collection, own *core.OAuth2ProviderConfig)
		linked  bool // before the sign-in
		outcome signin.Outcome
	}{
		"older shut out":       {shut, false, signin.OutcomeRefused},
		"linked shut out":      {shut, true, signin.OutcomeRefused},
		"older without times":  {timeless, false, signin.OutcomeLinked},
		"linked without times": {timeless, true, signin.OutcomeReturns},
	} {
		l := lab.link(identifier(name), nil)
		l.spoil(one.spoil)
		old := l.record("ada@example.com", true)
		if one.linked {
			l.connectTo(old, l.subject())
		}
		s, err := l.e.SignIns.Start(t.Context(), &l.d, "")
		if err != nil {
			t.Fatal(err)
		}
		if l.hasTimes() {
			query := l.pb.App().DB().NewQuery("UPDATE {{" + l.name + "}} SET created = '2020-01-01 00:00:00.000Z'")
			if _, err := query.Execute(); err != nil {
				t.Fatal(err)
			}
		}
		v := l.finish(newBrowser(""), s, nil)
		if v.Outcome != one.outcome || v.Made || v.Record == nil || v.Record.ID != old.Id {
			t.Errorf("%s: %+v", name, v)
			continue
		}
		if err := l.e.SignIns.DeleteAccount(t.Context(), &l.d, s, &v); err == nil {
			t.Errorf("%s: it was deleted", name)
		}
	}
}

func (l *linked) hasTimes() bool {
	l.t.Helper()
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil {
		l.t.Fatal(err)
	}
	return c.Fields.GetByName("created") != nil
}

// PocketBase itself reports that the account is new.
func TestANewAccountWithoutATimeIsTheTests(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("timeless", nil)
	l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.Fields.RemoveByName("created") })
	s, err := l.e.SignIns.Start(t.Context(), &l.d, "")
	if err != nil {
		t.Fatal(err)
	}
	v := l.finish(newBrowser(""), s, nil)
	if !v.Works || !v.Made {
		t.Fatalf("%+v", v)
	}
	if err := l.e.SignIns.DeleteAccount(t.Context(), &l.d, s, &v); err != nil {
		t.Error(err)
	}
	if there, _, err := l.p.Accounts(t.Context(), l.d, l.subject(), ""); err != nil || there != nil {
		t.Errorf("%+v, %v", there, err)
	}
}

// PocketBase recreates the link of an unverified account at each sign-in.
func TestWhoReturnsIsNotLinkedNow(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("returns", nil)
	old := l.record("other@example.com", false)
	l.connectTo(old, l.subject())
	p, err := l.e.SignIns.Foresee(t.Context(), l.d, l.person)
	if err != nil || p.Outcome != signin.OutcomeReturns || !strings.Contains(p.ResetWords().String(),
		"other@example.com") {
		t.Errorf("foreseen %+v, %v", p, err)
	}
	time.Sleep(2 * time.Millisecond) // PocketBase keeps times to the millisecond
	v := l.signIn(newBrowser(""), &p)
	if !v.Works || v.Outcome != signin.OutcomeReturns || !v.AsPredicted || v.Record.ID != old.Id {
		t.Errorf("%+v", v)
	}
	now, err := l.pb.App().FindRecordById(l.name, old.Id)
	if err != nil || now.GetString("password:hash") == old.GetString("password:hash") {
		t.Errorf("PocketBase left the password alone: %v", err)
	}
}

// A sign-in only changes an account that was never verified.
func TestWhatASignInDoesToAnAccountIsSaid(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	for name, verified := range map[string]bool{"verified": true, "unverified": false} {
		l := lab.link(name, nil)
		old := l.record("ada@example.com", verified)
		p, err := l.e.SignIns.Foresee(t.Context(), l.d, l.person)
		if err != nil || p.Outcome != signin.OutcomeLinked || (p.ResetWords().Empty()) != verified {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if v := l.signIn(newBrowser(""), &p); !v.Works {
			t.Errorf("%s: %+v", name, v)
		}
		now, err := l.pb.App().FindRecordById(l.name, old.Id)
		if err != nil {
			t.Fatal(err)
		}
		if same := now.GetString("password:hash") == old.GetString("password:hash"); same != verified {
			t.Errorf("%s: the password is the same: %v", name, same)
		}
	}
}
