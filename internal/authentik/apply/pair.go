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

// wantedPair is a pair to create, with all primary keys and the names of the fields to send.
type wantedPair struct {
	link.PairState
	applicationNames []string
	providerNames    []string
}

// createPair creates application, provider and bindings in one transaction.
func (c Writer) createPair(ctx context.Context, pair link.PairState) error {
	wish, err := c.resolvePair(ctx, pair)
	if err != nil {
		return err
	}
	request := c.pairRequest(wish)
	need := applicationNeed(pair.Application, link.PermAddApplication)
	need.What = "application “" + pair.Application.Name + "” with its provider “" + pair.Provider.Name + "”"
	return c.carryOut(ctx, write{
		need: need, verb: "create", part: rest.PartPair, took: applied,
		secrets: []secret.Text{pair.Provider.ClientSecret},
		send: func(ctx context.Context) error {
			_, _, err := c.API.CoreAPI.CoreTransactionalApplicationsUpdate(ctx).TransactionApplicationRequest(
				request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) { return c.lookForPair(ctx, wish) },
	})
}

// applied reports whether the transaction was committed: authentik returns 200 even if it rolled back.
func applied(a rest.Answer) bool {
	o, isObject := a.Object()
	return a.OK() && isObject && o.Flag("applied")
}

func (c Writer) resolvePair(ctx context.Context, pair link.PairState) (w wantedPair, err error) {
	if err := safeProvider(pair.Provider, []string{"redirect_uris"}); err != nil {
		return w, err
	}
	pair.Application.Provider = 0 // set by the transaction
	if pair.Provider, err = c.resolveProvider(ctx, pair.Provider); err != nil {
		return w, err
	}
	pair.Bindings = slices.Clone(pair.Bindings)
	for i, b := range pair.Bindings {
		b.Application = link.Ref{}
		if pair.Bindings[i], err = c.resolveBinding(ctx, b); err != nil {
			return w, err
		}
	}
	return wantedPair{PairState: pair, applicationNames: c.applicationNames(pair.Application),
		providerNames: c.providerNames(pair.Provider)}, nil
}

func (c Writer) pairRequest(w wantedPair) api.TransactionApplicationRequest {
	provider := api.OAuth2ProviderRequest{AdditionalProperties: rest.Body(link.ProviderAttrs(), w.Provider,
		w.providerNames, c.Features)}
	request := api.TransactionApplicationRequest{
		App: api.ApplicationRequest{AdditionalProperties: rest.Body(link.ApplicationAttrs(), w.Application,
			w.applicationNames, c.Features)},
		ProviderModel: api.PROVIDERMODELENUM_AUTHENTIK_PROVIDERS_OAUTH2_OAUTH2PROVIDER,
		Provider:      api.ModelRequest{OAuth2ProviderRequest: &provider},
	}
	for _, b := range w.Bindings {
		request.PolicyBindings = append(request.PolicyBindings,
			api.TransactionPolicyBindingRequest{AdditionalProperties: bindingBody(b)})
	}
	return request
}

// lookForPair finds the pair by the application's slug. Without an application, a provider with the wanted name
// or client ID is another object: a pair is created completely or not at all.
func (c Writer) lookForPair(ctx context.Context, w wantedPair) (finding, error) {
	application, err := c.Application(ctx, w.Application.Slug)
	if err != nil {
		return finding{}, err
	}
	if application == nil {
		found, err := c.lookByNaturalKeys(ctx, w.Provider, w.providerNames)
		if err == nil && found.presence != absent {
			found = finding{presence: different, differs: []string{"application"}}
		}
		return found, err
	}
	differs := compareApplication(w.Application, application, w.applicationNames).differs
	var fromProvider, fromBindings []string
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		fromProvider, err = c.providerDiffers(ctx, w, application.Number("provider"))
		return err
	})
	group.Go(func() (err error) {
		fromBindings, err = c.bindingsDiffer(ctx, w, application.Text("pk"))
		return err
	})
	if err := group.Wait(); err != nil {
		return finding{}, err
	}
	return seen(slices.Concat(differs, fromProvider, fromBindings)), nil
}

func (c Writer) providerDiffers(ctx context.Context, w wantedPair, pk int) ([]string, error) {
	if pk == 0 {
		return []string{"provider"}, nil
	}
	provider, err := c.Provider(ctx, pk)
	if err != nil {
		return nil, err
	}
	if provider == nil {
		return []string{"provider"}, nil
	}
	return compareProvider(w.Provider, provider, w.providerNames).differs, nil
}

func (c Writer) bindingsDiffer(ctx context.Context, w wantedPair, applicationPK string) ([]string, error) {
	if len(w.Bindings) == 0 {
		return nil, nil
	}
	there, err := c.All(ctx, c.BindingList(applicationPK))
	if err != nil {
		return nil, err
	}
	for _, want := range w.Bindings {
		if !slices.ContainsFunc(there, func(o rest.Object) bool { return bound(want, rest.BindingState(o)) }) {
			return []string{"bindings"}, nil
		}
	}
	return nil, nil
}

// deletePair deletes the application, then its provider: an application without a provider admits nobody. It
// deletes only the provider with the pair's client ID, whatever the application has now.
func (c Writer) deletePair(ctx context.Context, pair link.PairState) error {
	found, err := c.Exactly(ctx, c.ProviderByClientID(pair.Provider.ClientID), "client_id", pair.Provider.ClientID)
	if err != nil {
		return err
	}
	pair.Provider.PK = 0
	if len(found) > 0 {
		pair.Provider.PK = found[0].Number("pk")
	}
	application, err := c.Application(ctx, pair.Application.Slug)
	if err != nil {
		return err
	}
	if application != nil {
		if now := application.Number("provider"); now != 0 && now != pair.Provider.PK {
			return rest.NewFault(link.FaultStale, "", "The application “"+pair.Application.Name+
				"” has another provider now, so it is not deleted.",
				"Check it in authentik.", nil)
		}
		if err := c.deleteApplication(ctx, pair.Application); err != nil {
			return err
		}
	}
	if pair.Provider.PK == 0 {
		return nil
	}
	err = c.deleteProvider(ctx, pair.Provider)
	if application != nil {
		return afterAnother(err) // the application is gone
	}
	return err
}
