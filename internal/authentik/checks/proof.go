package checks

import (
	"context"
	"errors"
	"time"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// providerOf returns the primary key of the link's provider. If the link was just created, it reads the key
// from the application.
func (c *Checker) providerOf(ctx context.Context, d *link.Desired) (int, error) {
	if d.Provider.PK != 0 {
		return d.Provider.PK, nil
	}
	application, err := c.Application(ctx, d.Application.Slug)
	if err != nil {
		return 0, err
	}
	pk := application.Number("provider")
	if pk == 0 {
		return 0, rest.NewFault(report.FaultStale, "application.slug", say.Of("There is no application “%s” with a "+
			"provider.", d.Application.Slug),
			say.Of("Apply the link again."), errors.New("no provider"))
	}
	return pk, nil
}

// Access returns whether the bindings allow a user to use the application, and authentik's messages. Only a
// superuser's token may check other users. The error is a *report.Fault.
func (c *Checker) Access(ctx context.Context, d link.Desired, person int) (bool, []string, error) {
	m := &measured{c: c, d: d, person: person}
	if !m.own() && !c.Identity().Superuser {
		return false, nil, rest.NewFault(report.FaultPermission, rest.FieldToken,
			say.Of("Only a superuser's token can check access for another user."),
			say.Of("Use a superuser's token, or run a test sign-in."), errors.New("not a superuser"))
	}
	o, err := m.askAccess(ctx)
	if err != nil {
		return false, nil, err
	}
	if !o.Has("passing") {
		return false, nil, rest.NewFault(report.FaultStale, "application.slug", say.Of("There is no application “%s”.",
			d.Application.Slug), say.Of("Apply the link again."), errors.New("no application"))
	}
	messages := o.Texts("messages")
	for i := range messages {
		messages[i] = rest.Plain(messages[i])
	}
	return o.Flag("passing"), messages, nil
}

// ClockOffset returns by how much authentik's clock is ahead of this machine's, to about a second, from the
// Date header of a response that the other checks need too. The error is a *report.Fault.
func (c *Checker) ClockOffset(ctx context.Context) (time.Duration, error) {
	flows := rest.FlowList()
	a, err := c.Read(ctx, flows.Need, flows.Page(1, rest.PageSize))
	if a.Err != nil {
		return 0, err
	}
	return a.Ahead() // whether or not the token may read them
}

// RedirectURIs returns the provider's current redirect URIs. The error is a *report.Fault.
func (c *Checker) RedirectURIs(ctx context.Context, d link.Desired) ([]link.RedirectURI, error) {
	pk, err := c.providerOf(ctx, &d)
	if err != nil {
		return nil, err
	}
	o, err := c.Provider(ctx, pk)
	if err != nil {
		return nil, err
	}
	return rest.ProviderState(o).RedirectURIs, nil
}
