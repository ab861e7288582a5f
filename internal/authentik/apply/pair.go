package apply

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// wantedPair is a pair to create, with all primary keys and the names of the fields to send.
type wantedPair struct {
	link.PairState
	applicationNames []string
	providerNames    []string
}

// createPair creates application, provider and bindings in one transaction.
func (c *Writer) createPair(ctx context.Context, pair *link.PairState) error {
	wish, err := c.resolvePair(ctx, *pair)
	if err != nil {
		return err
	}
	return c.carryOut(ctx, write{
		need: rest.Need{Perm: report.PermAddApplication, Field: "application.slug",
			What: say.Of("application “%s” with its provider “%s”", pair.Application.Name, pair.Provider.Name)},
		verb: create, kind: link.KindPair,
		call: rest.Call{Method: http.MethodPut, Path: "/core/transactional/applications/", Body: c.pairBody(wish)},
		look: func(ctx context.Context) (finding, error) { return c.lookForPair(ctx, wish) },
	})
}

func (c *Writer) resolvePair(ctx context.Context, pair link.PairState) (w wantedPair, err error) {
	if err := safeProvider(&pair.Provider, []string{"redirect_uris"}); err != nil {
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
	return wantedPair{PairState: pair, applicationNames: c.applications().names(&pair.Application),
		providerNames: c.providers().names(&pair.Provider)}, nil
}

func (c *Writer) pairBody(w wantedPair) map[string]any {
	body := map[string]any{
		"app":            c.applications().body(&w.Application, w.applicationNames),
		"provider_model": "authentik_providers_oauth2.oauth2provider",
		"provider":       c.providers().body(&w.Provider, w.providerNames),
	}
	if len(w.Bindings) > 0 {
		bindings := make([]map[string]any, len(w.Bindings))
		for i, b := range w.Bindings {
			bindings[i] = bindingBody(&b)
		}
		body["policy_bindings"] = bindings
	}
	return body
}

// lookForPair finds the pair by the application's slug and, at the same time, its provider by the client ID. Without
// an application, a provider with the wanted name or client ID is another object: a pair is created completely or not
// at all.
func (c *Writer) lookForPair(ctx context.Context, w wantedPair) (finding, error) {
	application, provider, err := c.readPair(ctx, w)
	if err != nil {
		return finding{}, err
	}
	if application == nil {
		found, err := c.lookByNaturalKeys(ctx, &w.Provider, w.providerNames)
		if err == nil && found.presence != absent {
			found = finding{presence: different, differs: []string{"application"}}
		}
		return found, err
	}
	differs := c.applications().compare(&w.Application, application, w.applicationNames).differs
	var fromProvider finding
	var fromBindings []string
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		fromProvider, err = c.providerDiffers(ctx, w, application.Number("provider"), provider)
		return err
	})
	group.Go(func() (err error) {
		fromBindings, err = c.bindingsDiffer(ctx, w, application.Text("pk"))
		return err
	})
	if err := group.Wait(); err != nil {
		return finding{}, err
	}
	found := seen(slices.Concat(differs, fromProvider.differs, fromBindings), fromProvider.hidden)
	found.keys = map[link.Kind]string{link.KindApplication: application.Text("pk"),
		link.KindProvider: application.Text("provider")}
	return found, nil
}

// readPair reads the application with the pair's slug and the provider with its client ID, nil for none.
func (c *Writer) readPair(ctx context.Context, w wantedPair) (application, provider rest.Object, err error) {
	var ofProvider error
	var group sync.WaitGroup
	group.Go(func() { application, err = c.Application(ctx, w.Application.Slug) })
	group.Go(func() { provider, ofProvider = c.ProviderWith(ctx, w.Provider.ClientID, "") })
	group.Wait()
	return application, provider, cmp.Or(err, ofProvider)
}

// providerDiffers compares the application's provider, which is read unless it is the one found.
func (c *Writer) providerDiffers(ctx context.Context, w wantedPair, pk int, provider rest.Object) (finding,
	error) {
	if pk == 0 {
		return finding{differs: []string{"provider"}}, nil
	}
	if provider.Number("pk") != pk {
		var err error
		if provider, err = c.Provider(ctx, pk); err != nil || provider == nil {
			return finding{differs: []string{"provider"}}, err
		}
	}
	return c.providers().compare(&w.Provider, provider, w.providerNames), nil
}

func (c *Writer) bindingsDiffer(ctx context.Context, w wantedPair, applicationPK string) ([]string, error) {
	if len(w.Bindings) == 0 {
		return nil, nil
	}
	there, err := c.All(ctx, rest.BindingList(applicationPK))
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
func (c *Writer) deletePair(ctx context.Context, made *link.PairState) error {
	pair := *made
	found, err := c.ProviderWith(ctx, pair.Provider.ClientID, "")
	if err != nil {
		return err
	}
	pair.Provider.PK = found.Number("pk")
	application, err := c.Application(ctx, pair.Application.Slug)
	if err != nil {
		return err
	}
	if application != nil {
		if now := application.Number("provider"); now != 0 && now != pair.Provider.PK {
			return rest.NewFault(report.FaultStale, "", say.Of("The application “%s” has another provider now, so it "+
				"is not deleted.", pair.Application.Name),
				say.Of("Check it in authentik."), nil)
		}
		if err := c.applications().delete(ctx, &pair.Application); err != nil {
			return err
		}
	}
	if pair.Provider.PK == 0 {
		return nil
	}
	err = c.providers().delete(ctx, &pair.Provider)
	if application != nil {
		return afterAnother(err) // the application is gone
	}
	return err
}
