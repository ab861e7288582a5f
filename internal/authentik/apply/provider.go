package apply

import (
	"context"
	"slices"

	api "goauthentik.io/api/v3"
	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/secret"
)

func providerNeed(p link.ProviderState, perm link.Permission) rest.Need {
	return rest.Need{What: "provider “" + p.Name + "”", Perm: perm, Field: "provider.name"}
}

// providerNames returns the fields that a create sends.
func (c Writer) providerNames(p link.ProviderState) []string {
	return there(link.ProviderAttrs(), filled(rest.FieldsOf(link.ProviderAttrs(), p)), c.Features)
}

func (c Writer) createProvider(ctx context.Context, p link.ProviderState) error {
	if err := safeProvider(p, []string{"redirect_uris"}); err != nil {
		return err
	}
	p, err := c.resolveProvider(ctx, p)
	if err != nil {
		return err
	}
	names := c.providerNames(p)
	request := api.OAuth2ProviderRequest{AdditionalProperties: rest.Body(link.ProviderAttrs(), p, names, c.Features)}
	return c.carryOut(ctx, write{
		need: providerNeed(p, link.PermAddProvider), verb: "create", part: rest.PartProvider, took: stored,
		secrets: []secret.Text{p.ClientSecret},
		send: func(ctx context.Context) error {
			_, _, err := c.API.ProvidersAPI.ProvidersOauth2Create(ctx).OAuth2ProviderRequest(request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) { return c.lookByNaturalKeys(ctx, p, names) },
	})
}

func (c Writer) updateProvider(ctx context.Context, before, after link.ProviderState, names []string) error {
	if err := known(names, rest.FieldsOf(link.ProviderAttrs(), after)); err != nil {
		return err
	}
	if err := safeProvider(after, names); err != nil {
		return err
	}
	names = there(link.ProviderAttrs(), names, c.Features)
	after, err := c.resolveProvider(ctx, after)
	if err != nil {
		return err
	}
	request := api.PatchedOAuth2ProviderRequest{AdditionalProperties: rest.Body(link.ProviderAttrs(), after, names,
		c.Features)}
	return c.carryOut(ctx, write{
		need: providerNeed(before, link.PermChangeProvider), verb: "change", part: rest.PartProvider, took: stored,
		repeatable: true,
		secrets:    []secret.Text{after.ClientSecret, before.ClientSecret},
		send: func(ctx context.Context) error {
			_, _, err := c.API.ProvidersAPI.ProvidersOauth2PartialUpdate(ctx,
				int32(before.PK)).PatchedOAuth2ProviderRequest(request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) {
			found, err := c.Provider(ctx, before.PK)
			if err != nil || found == nil {
				return finding{}, err
			}
			return compareProvider(after, found, names), nil
		},
	})
}

func (c Writer) deleteProvider(ctx context.Context, p link.ProviderState) error {
	return c.carryOut(ctx, write{
		need: providerNeed(p, link.PermDeleteProvider), verb: "delete", part: rest.PartProvider, took: deleted,
		repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.API.ProvidersAPI.ProvidersOauth2Destroy(ctx, int32(p.PK)).Execute()
			return err
		},
		look: gone(func(ctx context.Context) (rest.Object, error) { return c.Provider(ctx, p.PK) }),
	})
}

// safeProvider refuses two insecure values that authentik accepts: without redirect URIs it trusts the first
// address that is used, and an empty secret protects nothing.
func safeProvider(p link.ProviderState, names []string) error {
	if slices.Contains(names, "redirect_uris") && len(p.RedirectURIs) == 0 {
		return rest.NewFault(link.FaultRefused, "provider.redirect_uris",
			"The provider would have no redirect URI, and authentik would trust the first address that is used.",
			"Add at least one redirect URI.", nil)
	}
	if slices.Contains(names, "client_secret") && !p.ClientSecret.IsSet() {
		return rest.NewFault(link.FaultRefused, "provider.client_secret", "The client secret would be empty.",
			"Enter a client secret, or leave it out to keep the current one.", nil)
	}
	return nil
}

// lookByNaturalKeys finds the provider by name, and any other provider with its client ID: both are unique.
func (c Writer) lookByNaturalKeys(ctx context.Context, want link.ProviderState, names []string) (finding, error) {
	var byName, byClientID []rest.Object
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		byName, err = c.Exactly(ctx, c.ProviderByName(want.Name), "name", want.Name)
		return err
	})
	if want.ClientID != "" {
		group.Go(func() (err error) {
			byClientID, err = c.Exactly(ctx, c.ProviderByClientID(want.ClientID), "client_id", want.ClientID)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return finding{}, err
	}
	switch {
	case len(byName) > 0:
		return compareProvider(want, byName[0], names), nil
	case len(byClientID) > 0:
		return finding{presence: different, differs: []string{"name"}}, nil
	}
	return finding{}, nil
}

func compareProvider(want link.ProviderState, found rest.Object, names []string) finding {
	return seen(rest.Differing(names, rest.FieldsOf(link.ProviderAttrs(), want), rest.FieldsOf(link.ProviderAttrs(),
		rest.ProviderState(found)), found))
}
