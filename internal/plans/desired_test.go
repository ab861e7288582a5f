package plans_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func TestWhatVerifyHoldsTheSystemsAgainst(t *testing.T) {
	d := mustPlan(t, newWorld(), specWith(slug("shop"), func(s *link.Spec) {
		s.PocketBaseURLs = []string{pocketbaseURL, "https://app.company"}
		s.Provider.RedirectURIs = append(strict(here, "https://app.company/api/oauth2-redirect", "myapp://x"),
			link.RedirectURI{URL: "https://.*/api/oauth2-redirect", Mode: "regex"},
			link.RedirectURI{URL: "https://out.company/api/oauth2-redirect", Mode: "strict", Type: "logout"})
	})).Desired
	if got, want := d.Issuer(), authentikURL+"/application/o/shop/"; got != want {
		t.Errorf("the issuer is %s, want %s", got, want)
	}
	if got, want := d.DiscoveryURL(), authentikURL+"/application/o/shop/.well-known/openid-configuration"; got != want {
		t.Errorf("discovery is at %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{here, "https://app.company/api/oauth2-redirect"}, d.RedirectURLs()); diff != "" {
		t.Errorf("PocketBase's redirect URIs (want -, got +):\n%s", diff)
	}
	d.Provider.IssuerMode = "global"
	if got := d.Issuer(); got != authentikURL+"/" {
		t.Errorf("the global issuer is %s", got)
	}
}

func TestAddressesThatTheSpecLeavesOpenAreThoseReadAt(t *testing.T) {
	d := mustPlan(t, newWorld(), link.Spec{Email: link.EmailLeave}).Desired
	if d.AuthentikURL != authentikURL || d.PocketBaseURL != pocketbaseURL || d.Provider.RedirectURIs[0].URL != here {
		t.Errorf("authentik is at %s, PocketBase at %s, redirecting to %v", d.AuthentikURL, d.PocketBaseURL,
			d.Provider.RedirectURIs)
	}
}

func TestTheQueryNamesWhatIsLookedUp(t *testing.T) {
	want := link.Query{Slug: "pocketbase", ProviderName: "Provider for PocketBase", Collection: "users"}
	if diff := cmp.Diff(want, (&link.Spec{}).Query()); diff != "" {
		t.Errorf("of an empty spec (want -, got +):\n%s", diff)
	}
	s := specWith(slug("shop"), access("staff"), func(s *link.Spec) {
		s.Application.Name, s.Provider.ClientID, s.PocketBase.Collection = new("Shop"), new("c"), new("members")
	})
	want = link.Query{Slug: "shop", ProviderName: "Provider for Shop", Collection: "members", ClientID: "c",
		Access: s.Access}
	if diff := cmp.Diff(want, s.Query()); diff != "" {
		t.Errorf("of a spec (want -, got +):\n%s", diff)
	}
}

func TestMessagesOfErrors(t *testing.T) {
	fault := &report.Fault{System: report.Authentik, Field: "email", Summary: say.Of("It refused."),
		Details: []say.Text{say.Of("Twice.")},
		Todo:    say.Of("Ask."), Err: errors.New("403")}
	problems := report.Problems{{Field: "existing", Summary: say.Of("It is taken."), Todo: say.Of("Choose another."),
		Ways: []report.Way{{Key: "existing", Value: "use", For: say.Of("to take it over")}}},
		{Summary: say.Of("And this.")}}
	ofFault := report.Message{System: report.Authentik, Field: "email", Summary: say.Of("It refused."),
		Details: []say.Text{say.Of("Twice.")},
		Todo:    say.Of("Ask.")}
	ofProblems := []report.Message{{Field: "existing", Summary: say.Of("It is taken."), Todo: say.Of("Choose another."),
		Ways: problems[0].Ways}, {Summary: say.Of("And this.")}}
	for name, test := range map[string]struct {
		err  error
		want []report.Message
	}{
		"a fault":  {fmt.Errorf("applying: %w", fault), []report.Message{ofFault}},
		"problems": {fmt.Errorf("planning: %w", problems), ofProblems},
		"both":     {errors.Join(fault, nil, problems), append([]report.Message{ofFault}, ofProblems...)},
		"a fault of a fault": {&report.Fault{Summary: say.Of("Outer."), Err: fault},
			[]report.Message{{Summary: say.Of("Outer.")}}},
		"anything else":      {errors.New("token hunter2 is wrong"), nil},
		"problems of nobody": {report.Problems{}, []report.Message{}},
		"nothing":            {nil, nil},
	} {
		if diff := cmp.Diff(test.want, report.Messages(test.err)); diff != "" {
			t.Errorf("%s (want -, got +):\n%s", name, diff)
		}
	}
	if got := report.MessageOf(errors.New("token hunter2 is wrong")); got.Effect != nil ||
		got.Text(report.OnPage).String() != "Something went wrong inside authpocket. The log has the details." {
		t.Errorf("of an unknown error it claims %+v", got)
	}
	if got := fault.Error(); got != "authentik: It refused. Twice. (403)" || !errors.Is(fault, fault.Err) {
		t.Errorf("the fault reads %q", got)
	}
	if got := (&report.Fault{System: report.PB,
		Summary: say.Of("It refused.")}).Error(); got != "PocketBase: It refused." {
		t.Errorf("without a cause it reads %q", got)
	}
}

func TestOurMappingsAreKnown(t *testing.T) {
	for _, d := range []link.EmailDecision{link.EmailTrustAll, link.EmailTrustAttribute} {
		if m := mappings.Email(d); m == nil || !mappings.Own(m.Name) || m.Description == "" {
			t.Errorf("%s: %+v", d, m)
		}
	}
	if mappings.Email(link.EmailLeave) != nil || mappings.Email("") != nil || mappings.Own(managedEmail) {
		t.Error("there is a mapping too many")
	}
}

func TestAPlanIsMadeAgainForWhatItIs(t *testing.T) {
	w := linkedWorld(t, minimal())
	before := w.copy()
	change := mustPlan(t, w, specWith(func(s *link.Spec) { s.Application.Group = new("Tools") }))
	mustApply(t, w, change)
	back, problems := w.undo(change, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	a, p := w.observe(new(minimal()).Query())
	removal, problems := undo.Removal(new(minimal()), &a, p, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for name, plan := range map[string]link.Plan{"an undo": back, "a removal": removal} {
		again, problems := plans.Again(&plan, &a, &p)
		if len(problems) > 0 || show(again) != show(plan) || plan.Empty() || again.Purpose != plan.Purpose {
			t.Errorf("%s is made again as\n%s%v", name, show(again), problems)
		}
	}
	a, p = before.observe(new(minimal()).Query())
	if again, _ := plans.Again(&change, &a, &p); show(again) != show(change) {
		t.Errorf("a change is made again as\n%s", show(again))
	}
}

func TestMappableTypes(t *testing.T) {
	if slices.Contains(link.MappableTypes("name"), "file") || !slices.Contains(link.MappableTypes("avatar"), "file") {
		t.Error("only an avatar can be a file")
	}
}
