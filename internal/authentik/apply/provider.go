package apply

import (
	"context"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func (c *Writer) providers() *kind[*link.Provider, *link.ProviderState] {
	return &kind[*link.Provider, *link.ProviderState]{
		to: c, of: link.KindProvider, table: link.ProviderAttrs(), list: rest.PathProviders,
		need: func(p *link.ProviderState) rest.Need {
			return rest.Need{What: say.Of("provider “%s”", p.Name), Field: "provider.name"}
		},
		key:   func(p *link.ProviderState) string { return strconv.Itoa(p.PK) },
		state: func(o rest.Object) *link.ProviderState { return new(rest.ProviderState(o)) },
		read: func(ctx context.Context, p *link.ProviderState) (rest.Object, error) {
			return c.Provider(ctx, p.PK)
		},
	}
}

func (c *Writer) createProvider(ctx context.Context, wanted *link.ProviderState) error {
	if err := safeProvider(wanted, []string{"redirect_uris"}); err != nil {
		return err
	}
	resolved, err := c.resolveProvider(ctx, *wanted)
	if err != nil {
		return err
	}
	p := &resolved
	k := c.providers()
	names := k.names(p)
	return k.create(ctx, p, k.body(p, names),
		func(ctx context.Context) (finding, error) { return c.lookByNaturalKeys(ctx, p, names) })
}

func (c *Writer) updateProvider(ctx context.Context, before, after *link.ProviderState, names []string) error {
	k := c.providers()
	if err := k.known(names); err != nil {
		return err
	}
	if err := safeProvider(after, names); err != nil {
		return err
	}
	resolved, err := c.resolveProvider(ctx, *after)
	if err != nil {
		return err
	}
	return k.update(ctx, before, &resolved, k.there(names))
}

// safeProvider refuses two insecure values that authentik accepts: without redirect URIs it trusts the first
// address that is used, and an empty secret protects nothing.
func safeProvider(p *link.ProviderState, names []string) error {
	if slices.Contains(names, "redirect_uris") && len(p.RedirectURIs) == 0 {
		return rest.NewFault(report.FaultRefused, "provider.redirect_uris",
			say.Of("The provider would have no redirect URI, and authentik would trust the first address that is "+
				"used."),
			say.Of("Add at least one redirect URI."), nil)
	}
	return rest.SafeSecret(p, names)
}

// lookByNaturalKeys finds the provider by name, and any other provider with its client ID: both are unique.
func (c *Writer) lookByNaturalKeys(ctx context.Context, want *link.ProviderState, names []string) (finding, error) {
	var byName []rest.Object
	var byClientID rest.Object
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		byName, err = c.Exactly(ctx, rest.ProviderByName(want.Name), "name", want.Name)
		return err
	})
	group.Go(func() (err error) {
		byClientID, err = c.ProviderWith(ctx, want.ClientID, "")
		return err
	})
	if err := group.Wait(); err != nil {
		return finding{}, err
	}
	if len(byName) == 0 && byClientID != nil {
		return finding{presence: different, differs: []string{"name"}}, nil
	}
	return c.providers().compare(want, first(byName), names), nil
}
