package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans/stale"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// linkMemory sets up the link of memorySpec as if it had been applied.
func linkMemory(m *memory) {
	own := withID(mappings.Email(link.EmailTrustAll), "own")
	m.authentik.Mappings = append(m.authentik.Mappings, *own)
	m.authentik.Application = &link.ApplicationState{PK: "app", Slug: "pocketbase", Name: "PocketBase",
		PolicyEngineMode: "any", Provider: 1, ProviderName: "Provider for PocketBase"}
	m.authentik.Providers = []link.ProviderState{{
		PK: 1, Name: "Provider for PocketBase", ClientType: "confidential", ClientID: "ours",
		ClientSecret:      secret.New("the old secret"),
		AuthorizationFlow: m.authentik.Flows[0].Ref, InvalidationFlow: m.authentik.Flows[1].Ref,
		SigningKey: m.authentik.Keys[0].Ref,
		RedirectURIs: []link.RedirectURI{{URL: "https://pocketbase.company/api/oauth2-redirect", Mode: "strict",
			Type: "authorization"}},
		AccessCodeValidity: "minutes=1", AccessTokenValidity: "hours=1", RefreshTokenValidity: "days=30",
		RefreshTokenThreshold: "seconds=0",
		SubjectMode:           "hashed_user_id", IssuerMode: "per_provider", IncludeClaims: true,
		GrantTypes:      []string{"authorization_code"},
		Mappings:        []link.Ref{m.authentik.Mappings[0].Ref, m.authentik.Mappings[2].Ref, own.Ref},
		ApplicationSlug: "pocketbase", ApplicationName: "PocketBase",
	}}
	base := "https://authentik.company/application/o/"
	m.pocketbase.Collections[0].OAuth2 = link.OAuth2State{Enabled: true, Providers: []link.OAuth2Provider{{
		Slot: "oidc", DisplayName: "authentik", ClientID: "ours", AuthURL: base + "authorize/", TokenURL: base +
			"token/", UserInfoURL: base + "userinfo/", PKCE: new(true),
	}}}
}

func TestALinkInMemoryIsALink(t *testing.T) {
	m := newMemory()
	linkMemory(m)
	if plan := mustPlan(t, m.engine()); !plan.Empty() {
		t.Errorf("the plan is\n%s", show(plan))
	}
}

func TestBothSystemsAreAskedAtTheSameTime(t *testing.T) {
	m := newMemory()
	var both sync.WaitGroup
	both.Add(2)
	m.observe = func(ctx context.Context, _ report.System, _ link.Query) error {
		both.Done()
		both.Wait() // until the other system is called too
		return nil
	}
	if _, err := m.engine().Observe(t.Context(), memorySpec()); err != nil {
		t.Error(err)
	}
}

func TestAFaultOfOneSystemEndsTheOther(t *testing.T) {
	for _, failing := range []report.System{report.Authentik, report.PB} {
		m := newMemory()
		fault := &report.Fault{System: failing, Kind: report.FaultUnreachable, Summary: say.Of("It does not answer.")}
		m.observe = func(ctx context.Context, system report.System, _ link.Query) error {
			if system == failing {
				return fault
			}
			<-ctx.Done() // it would never return by itself
			return ctx.Err()
		}
		for what, err := range map[string]error{
			"plan":    errOf(m.engine().Plan(t.Context(), memorySpec())),
			"removal": errOf(m.engine().Removal(t.Context(), memorySpec())),
			"desire":  errOf(m.engine().Desire(t.Context(), new(memorySpec()))),
			"apply":   m.engine().Apply(t.Context(), link.Plan{Spec: memorySpec()}, nil),
		} {
			if got, _ := errors.AsType[*report.Fault](err); got != fault {
				t.Errorf("%s, %s: the error is %v", what, failing, err)
			}
		}
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestASecondLookIsTakenOnlyForAnotherSlug(t *testing.T) {
	for name, test := range map[string]struct {
		slug string // of the application that has the provider
		want []string
	}{
		"nothing is there":         {"", []string{"pocketbase"}},
		"it is there as expected":  {"pocketbase", []string{"pocketbase"}},
		"it is there under a slug": {"shop", []string{"pocketbase", "shop"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if test.slug != "" {
				linkMemory(m)
				m.authentik.Application.Slug, m.authentik.Providers[0].ApplicationSlug = test.slug, test.slug
			}
			app := m.authentik.Application
			var asked []string
			m.observe = func(_ context.Context, system report.System, q link.Query) error {
				if system == report.Authentik {
					asked = append(asked, q.Slug)
					m.set(func() {
						if m.authentik.Application = nil; q.Slug == test.slug {
							m.authentik.Application = app
						}
					})
				}
				return nil
			}
			plan := mustPlan(t, m.engine())
			if !slices.Equal(asked, test.want) || plan.Empty() != (test.slug != "") {
				t.Errorf("asked for %v, the plan is\n%s", asked, show(plan))
			}
		})
	}
}

func TestAPlanHasTheWarningsOfBothSystems(t *testing.T) {
	var ids []report.WarningID
	for _, w := range mustPlan(t, newMemory().engine()).Warnings {
		ids = append(ids, w.ID)
	}
	if !slices.Contains(ids, "of-authentik") || !slices.Contains(ids, "of-pocketbase") ||
		!slices.Contains(ids, "open-to-everyone") {
		t.Errorf("the warnings are %v", ids)
	}
}

func TestWhatIsMadeUpIsNewEachTime(t *testing.T) {
	e := newMemory().engine()
	seen := map[string]bool{}
	for range 50 {
		g := mustPlan(t, e).Generated
		for text, length := range map[string]int{g.ClientID: 40, g.ClientSecret.Reveal(): 128} {
			if len(text) != length || seen[text] || !alphanumeric(text) {
				t.Fatalf("of %d characters, seen before: %v", len(text), seen[text])
			}
			seen[text] = true
		}
	}
}

func alphanumeric(text string) bool {
	for _, r := range text {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return false
		}
	}
	return true
}

func TestDifferencesOfThePlanItselfAreNone(t *testing.T) {
	plan := mustPlan(t, newMemory().engine())
	if got := stale.Differences(&plan, &plan); len(got) != 0 {
		t.Errorf("the differences are %v", got)
	}
}
