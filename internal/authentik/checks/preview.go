package checks

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Preview returns the claims that PocketBase would get about a user at a sign-in through the link's provider. person
// is a user's primary key, 0 for the token's owner. The error is a *report.Fault.
func (c *Checker) Preview(ctx context.Context, d link.Desired, person int) (map[string]json.RawMessage, error) {
	pk, err := c.providerOf(ctx, &d)
	if err != nil {
		return nil, err
	}
	m := &measured{c: c, d: d, person: person}
	var group sync.WaitGroup
	group.Go(func() { m.readLive(ctx) })
	group.Go(func() { m.live.mappings, m.live.mappingsErr = c.All(ctx, rest.MappingList()) })
	group.Go(func() { m.readUser(ctx) })
	group.Go(func() { m.claims, m.claimsErr = c.preview(ctx, pk, person) })
	group.Wait()
	if why := m.withoutClaims(); !why.Empty() && !d.Slot.IDTokenMode() {
		return nil, rest.NewFault(report.FaultOther, "", why, say.Of("Run a test sign-in instead."),
			errors.New("claims are not in the ID token"))
	}
	m.correctClaims(ctx)
	return m.claims, m.claimsErr
}

// withoutClaims returns why PocketBase finds no claims in the ID token, empty if it does or the provider is unknown.
func (m *measured) withoutClaims() say.Text {
	if !m.live.provider.Has("include_claims_in_id_token") || m.live.state.IncludeClaims {
		return say.Text{}
	}
	return say.Of("The provider does not include claims in the ID token, and authentik's preview shows only those.")
}

// correctClaims replaces the preview's claims by what PocketBase gets: the preview is of all attached scope mappings,
// also of those whose scopes PocketBase doesn't request. Without a way to tell them apart it is an error.
func (m *measured) correctClaims(ctx context.Context) {
	if m.claims == nil || m.claimsErr != nil || m.live.provider == nil {
		return
	}
	sub := claim(m.claims, "sub")
	if want := rest.Subject(m.user, m.live.state.SubjectMode); want != "" && sub != nil &&
		m.claims.Text("sub") != want && (firstByte(sub) == '"' || isNothing(firstByte(sub))) {
		m.claimsErr = rest.NewFault(report.FaultOther, "", say.Of("A scope mapping gives another subject (sub) than "+
			"the provider's subject mode, and which one PocketBase gets depends on the version of authentik."),
			say.Of("Run a test sign-in instead."), errors.New("a mapping gives the subject"))
		return
	}
	requested, others, unknown := m.attachedMappings()
	if unknown && len(m.live.state.Mappings) > len(requestedScopes()) {
		m.claimsErr = m.mixed(say.Text{}, errors.Join(m.live.mappingsErr, errors.New("unknown scope mappings")))
		return
	}
	results, err := m.testMappings(ctx, others)
	i := slices.IndexFunc(results, func(r mappingResult) bool { return len(pocketBaseClaims(r.claims)) > 0 })
	switch {
	case err != nil:
		m.claimsErr = m.mixed(rest.FaultWords(err), err)
		return
	case i < 0:
		return
	}
	if results, err = m.testMappings(ctx, requested); err != nil {
		m.claimsErr = m.mixed(rest.FaultWords(err), err)
		return
	}
	mixed := m.claims
	m.claims = maps.Clone(mixed)
	for name := range pocketBaseClaims(mixed) {
		delete(m.claims, name)
	}
	for _, r := range results {
		maps.Copy(m.claims, pocketBaseClaims(r.claims))
	}
}

// mixed returns the fault for a preview with claims that PocketBase may not get.
func (m *measured) mixed(why say.Text, err error) error {
	return rest.NewFault(report.FaultOther, "", say.Join(say.Of("The provider has scope mappings for scopes that "+
		"PocketBase does not request, and authentik's preview may show their claims."), why),
		say.Of("Run a test sign-in instead."), err)
}

// requestedScopes returns the scopes that PocketBase requests (tools/auth/oidc.go).
func requestedScopes() []string { return []string{"openid", "email", "profile"} }

// attachedMappings returns the attached scope mappings for the scopes that PocketBase requests, in the order in which
// authentik merges their claims, and others that an admin wrote. unknown reports whether there are more.
func (m *measured) attachedMappings() (requested, others []rest.Object, unknown bool) {
	for _, ref := range m.live.state.Mappings {
		i := slices.IndexFunc(m.live.mappings, func(o rest.Object) bool { return o.Text("pk") == ref.ID })
		if i < 0 {
			unknown = true
			continue
		}
		o := m.live.mappings[i]
		switch state := rest.MappingState(o); {
		case slices.Contains(requestedScopes(), state.Scope):
			requested = append(requested, o)
		case state.Managed == "": // authentik's own give other claims
			others = append(others, o)
		}
	}
	// authentik merges claims in this order (providers/oauth2/views/userinfo.py)
	sort.SliceStable(requested, func(i, j int) bool {
		return rest.MappingState(requested[i]).Scope < rest.MappingState(requested[j]).Scope
	})
	return requested, others, unknown
}

// pocketBaseClaims returns those of the claims that PocketBase reads, except the subject.
func pocketBaseClaims(claims map[string]json.RawMessage) map[string]json.RawMessage {
	read := maps.Clone(claims)
	maps.DeleteFunc(read, func(name string, _ json.RawMessage) bool {
		return strings.EqualFold(name, "sub") || !strings.EqualFold(name, "email_verified") &&
			!slices.ContainsFunc(textClaims(), func(text string) bool { return strings.EqualFold(text, name) })
	})
	return read
}

// testMappings runs scope mappings for the user.
func (m *measured) testMappings(ctx context.Context, mappings []rest.Object) ([]mappingResult, error) {
	results, errs := make([]mappingResult, len(mappings)), make([]error, len(mappings))
	var group sync.WaitGroup
	for i, o := range mappings {
		group.Go(func() { results[i], errs[i] = m.testMapping(ctx, o) })
	}
	group.Wait()
	return results, firstOf(errs)
}
