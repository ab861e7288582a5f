// Package checks checks a link at a running authentik.
package checks

import (
	"context"
	"sync"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

func newCheck(id report.CheckID, title say.Text) *report.Check {
	return &report.Check{ID: id, System: report.Authentik, Title: title}
}

// measured holds all responses of one Check before they are judged.
type measured struct {
	c      *Checker
	d      link.Desired
	person int

	discovery, jwks, revoke rest.Answer
	live                    live
	probes                  []probe
	claims                  rest.Object // from preview_user
	claimsErr               error
	results                 []mappingResult // of the mappings that may explain the claims
	resultsErr              error
	user                    rest.Object // nil for the token's owner
	userErr                 error
	flows                   flows
	open                    bool        // the application admits every user
	access                  rest.Object // from check_access, nil where it is open
	accessErr               error
}

// Checker checks a link at a connected authentik.
type Checker struct{ *rest.Client }

// Check checks the link in d at authentik without changing anything. person is the primary key of the user
// whose sign-in is predicted, 0 for the token's owner. What can't be measured is skipped, with the reason.
func (c *Checker) Check(ctx context.Context, d link.Desired, person int) []report.Check {
	m := &measured{c: c, d: d, person: person}
	m.measure(ctx)
	checks := append(m.judgeDiscovery(), *m.judgeKeys())
	checks = append(checks, m.judgeProbes()...)
	for _, one := range []*report.Check{m.judgeClient(), m.judgeScopes(), m.judgeGrants(), m.judgeValidity(),
		m.judgeFlows(), m.judgePerson(), m.judgeAccess(), m.judgeClaims(), m.judgeEmail(), m.judgeEndpoints(),
		m.judgeBindings(), m.judgeSettings()} {
		checks = append(checks, *one)
	}
	return checks
}

// measure sends all requests in parallel, except those that need the provider's settings first.
func (m *measured) measure(ctx context.Context) {
	var group, first sync.WaitGroup
	first.Go(func() { m.live.mappings, m.live.mappingsErr = m.c.All(ctx, rest.MappingList()) })
	first.Go(func() { m.flows.all, m.flows.allErr = m.c.All(ctx, rest.FlowList()) })
	first.Go(func() { m.flows.brand = m.c.fetch(ctx, m.d.AuthentikURL+rest.BrandPath, wire.Having("matched_domain")) })
	first.Go(func() { m.readUser(ctx) })
	group.Go(func() {
		m.discovery = m.c.fetch(ctx, m.d.DiscoveryURL(), wire.Having("issuer"))
		if _, kind := m.namedKey(); kind == "" {
			m.jwks = m.c.fetch(ctx, m.keysURL(), wire.Having("keys"))
		}
	})
	group.Go(func() { m.revoke = m.askRevoke(ctx) })
	group.Go(func() {
		m.readLive(ctx)
		first.Wait()
		m.findFlows()
		var after sync.WaitGroup
		after.Go(func() {
			m.readBindings(ctx)
			if m.open = m.admitsAll(); !m.open {
				m.access, m.accessErr = m.askAccess(ctx)
			}
		})
		after.Go(func() { m.askProbes(ctx) })
		after.Go(func() { m.readStages(ctx) })
		after.Go(func() {
			m.claims, m.claimsErr = m.askClaims(ctx)
			m.correctClaims(ctx)
			m.readMappings(ctx)
		})
		after.Wait()
	})
	group.Wait()
}

// live is the current application and provider.
type live struct {
	provider rest.Object // nil if missing or not readable
	state    link.ProviderState
	missing  say.Text       // why there is no provider
	err      error          // of missing, if it could not be read
	cause    report.CauseID // of missing, empty if it is only not readable

	mappings    []rest.Object
	mappingsErr error

	application rest.Object // nil if not readable
	bindings    []rest.Object
	bindingsErr error
}

func (m *measured) readLive(ctx context.Context) {
	l := &m.live
	var application, expected rest.Object
	var err error
	var both sync.WaitGroup
	both.Go(func() { application, err = m.c.Application(ctx, m.d.Application.Slug) })
	both.Go(func() { expected, _ = m.c.ProviderWith(ctx, m.d.Provider.ClientID, m.d.Provider.Name) })
	both.Wait()
	l.application = application
	pk := application.Number("provider")
	switch {
	case err != nil && m.d.Provider.PK == 0:
		l.missing, l.err = say.Of("The application could not be read: %s", rest.FaultWords(err)), err
		return
	case err != nil:
		pk = m.d.Provider.PK
	case application == nil:
		l.missing, l.cause = say.Of("There is no application with the slug %s.", m.d.Application.Slug),
			report.CauseDiscovery
		return
	case pk == 0:
		l.missing, l.cause = say.Of("The application has no provider."), report.CauseDiscovery
		return
	}
	if l.provider, err = expected, nil; expected.Number("pk") != pk {
		l.provider, err = m.c.Provider(ctx, pk)
	}
	switch {
	case err != nil:
		l.missing, l.err = say.Of("The provider could not be read: %s", rest.FaultWords(err)), err
	case l.provider == nil:
		l.missing, l.cause = say.Of("The application's provider is not an OAuth2/OpenID provider, or the token may "+
			"not see it."), report.CauseDiscovery
	default:
		l.state = rest.ProviderState(l.provider)
	}
}
