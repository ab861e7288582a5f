package checks

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/signin"
)

// Preview tells what authentik would send about a person at a sign-in through
// the link's provider, without one taking place: what PocketBase goes by, and
// everything. person is a user's primary key, 0 for the token's own account.
// Its error is a *link.Fault.
func (c Checker) Preview(ctx context.Context, d link.Desired, person int) (signin.Claims, map[string]any, error) {
	if !d.Provider.IncludeClaims {
		return signin.Claims{}, nil, rest.NewFault(link.FaultOther, "",
			"The provider does not include claims in the ID token, and authentik's preview shows only those.",
			"Run a test sign-in instead.", errors.New("claims are not in the ID token"))
	}
	pk, err := c.providerOf(ctx, d)
	if err != nil {
		return signin.Claims{}, nil, err
	}
	o, err := c.preview(ctx, pk, person)
	if err != nil {
		return signin.Claims{}, nil, err
	}
	all := make(map[string]any, len(o))
	for key, raw := range o {
		var value any
		if json.Unmarshal(raw, &value) == nil {
			all[key] = value
		}
	}
	return signin.ReadClaims(all), all, nil
}

// providerOf is the primary key of the link's provider. A link that was just
// made does not have it yet, so then the application is asked.
func (c Checker) providerOf(ctx context.Context, d link.Desired) (int, error) {
	if d.Provider.PK != 0 {
		return d.Provider.PK, nil
	}
	application, err := c.Application(ctx, d.Application.Slug)
	if err != nil {
		return 0, err
	}
	pk := application.Number("provider")
	if pk == 0 {
		return 0, rest.NewFault(link.FaultStale, "application.slug", "There is no application “"+d.Application.Slug+
			"” with a provider.",
			"Apply the link again.", errors.New("no provider"))
	}
	return pk, nil
}

// Access asks whether the bindings let a person use the application, and what
// authentik says to it. Only a superuser's token may ask about another person
// than itself. Its error is a *link.Fault.
func (c Checker) Access(ctx context.Context, d link.Desired, person int) (bool, []string, error) {
	m := &measured{c: c, d: d, person: person}
	if !m.own() && !c.Identity().Superuser {
		return false, nil, rest.NewFault(link.FaultPermission, rest.FieldToken,
			"Only a superuser's token can check access for another user.",
			"Use a superuser's token, or run a test sign-in.", errors.New("not a superuser"))
	}
	o, err := m.askAccess(ctx)
	if err != nil {
		return false, nil, err
	}
	if !o.Has("passing") {
		return false, nil, rest.NewFault(link.FaultStale, "application.slug", "There is no application “"+
			d.Application.Slug+
			"”.", "Apply the link again.", errors.New("no application"))
	}
	messages := o.Texts("messages")
	for i := range messages {
		messages[i] = rest.Plain(messages[i])
	}
	return o.Flag("passing"), messages, nil
}

// ClockOffset returns by how much authentik's clock is ahead of this machine's,
// to about a second, by the Date of an answer to a stranger. Its error is a
// *link.Fault.
func (c Checker) ClockOffset(ctx context.Context) (time.Duration, error) {
	a := c.fetch(ctx, c.URL+"/-/health/live/", nil)
	if a.Err != nil {
		return 0, c.NoAnswer(a.Err)
	}
	return a.Ahead()
}

// RedirectURIs are those that the link's provider has now, regular expressions
// marked. Its error is a *link.Fault.
func (c Checker) RedirectURIs(ctx context.Context, d link.Desired) ([]string, error) {
	pk, err := c.providerOf(ctx, d)
	if err != nil {
		return nil, err
	}
	o, err := c.Provider(ctx, pk)
	if err != nil {
		return nil, err
	}
	return signin.RedirectNames(rest.ProviderState(o).RedirectURIs), nil
}
