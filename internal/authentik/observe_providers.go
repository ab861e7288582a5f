package authentik

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sort"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// readProviders reads the OAuth2 providers, or the first ones if a few will do.
func (o *observation) readProviders(ctx context.Context) (err error) {
	var objects []rest.Object
	count := 0
	if o.q.Few {
		objects, count, err = o.c.First(ctx, rest.ProviderList(), rest.FewProviders)
	} else {
		objects, err = o.c.All(ctx, rest.ProviderList())
	}
	if err != nil {
		return err
	}
	o.snap.Partial, o.snap.ProviderCount = count > 0, count
	o.found(objects)
	return nil
}

// found adds OAuth2 providers to the snapshot, by name and each once.
func (o *observation) found(objects []rest.Object) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.providers = append(o.providers, objects...)
	all := append(o.snap.Providers, rest.ProviderStates(objects)...)
	sort.SliceStable(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	o.snap.Providers = slices.CompactFunc(all, func(a, b link.ProviderState) bool { return a.PK == b.PK })
	o.snap.SecretsElsewhere = o.snap.SecretsElsewhere || slices.ContainsFunc(objects, rest.HidesSecret)
	if len(objects) > 0 { // the version says less: a release candidate may lack features of its version
		o.snap.Features.GrantTypes = slices.ContainsFunc(objects,
			func(one rest.Object) bool { return one.Has("grant_types") })
	}
}

// readNamed reads the OAuth2 provider with the queried name, which is the link's unless somebody gave it another.
func (o *observation) readNamed(ctx context.Context) error {
	if o.q.ProviderName == "" {
		return o.readProviders(ctx)
	}
	named, err := o.c.ProviderCalled(ctx, o.q.ProviderName)
	if err != nil {
		return err
	}
	if o.snap.Partial = true; named != nil {
		o.found([]rest.Object{named})
	}
	return nil
}

// readFew reads the application and the providers that a plan depends on. For a link that seems to be there the
// provider with its name tells most, for a new one the first of every kind: whether there are more, and which names are
// taken.
func (o *observation) readFew(ctx context.Context) error {
	read := o.readNamed
	switch {
	case o.c.Knows(ctx, rest.AnyProviderList(""), rest.FewProviders):
		return o.readKinds(ctx)
	case o.c.Knows(ctx, rest.ProviderList(), rest.FewProviders):
		read = o.readProviders
	case !o.q.Linked:
		return o.readKinds(ctx)
	}
	group, both := errgroup.WithContext(ctx)
	group.Go(func() error { return o.tolerate(o.readApplication(both)) })
	group.Go(func() error { return o.readThenName(both, read) })
	return group.Wait()
}

// readKinds is readFew for a new link.
func (o *observation) readKinds(ctx context.Context) error {
	var kinds []rest.Object
	var more int
	var kindsErr error
	group, both := errgroup.WithContext(ctx)
	group.Go(func() error { return o.tolerate(o.findApplication(both)) })
	group.Go(func() error {
		kinds, more, kindsErr = o.c.First(both, rest.AnyProviderList(""), rest.FewProviders)
		if _, lacks := errors.AsType[*rest.MissingPermission](kindsErr); lacks || rest.StatusOf(kindsErr) >= 500 {
			return nil
		}
		return kindsErr
	})
	if err := group.Wait(); err != nil {
		return err
	}
	group, both = errgroup.WithContext(ctx)
	group.Go(func() error { return o.tolerate(o.readBindings(both)) })
	group.Go(func() error {
		switch {
		case kindsErr != nil:
			return o.readThenName(both, o.readProviders)
		case more > 0 && o.application == nil:
			return o.readAll(both, kinds, more)
		case more > 0:
			return o.readThenName(both, o.readNamed)
		case len(kinds) == 0 && o.maySeeAll():
			return nil
		}
		o.nameTaken(kinds)
		return o.tolerate(o.readProviders(both))
	})
	return group.Wait()
}

// maySeeAll reports whether the token has every permission, as far as it is known: of those who connect it is not yet.
// Other tokens may lack that for OAuth2 providers.
func (o *observation) maySeeAll() bool {
	who := o.c.Identity()
	return who.Superuser || who.Username == ""
}

// readThenName reads OAuth2 providers, and looks for one of another kind with the queried name unless one of them has
// it.
func (o *observation) readThenName(ctx context.Context, read func(context.Context) error) error {
	if err := o.tolerate(read(ctx)); err != nil || hasName(o.providers, o.q.ProviderName) {
		return err
	}
	return o.tolerate(o.readNameTaken(ctx))
}

// readAll reads all OAuth2 providers, of at most that many: an application that is not there may be one of theirs with
// another slug. kinds are the first providers of every kind.
func (o *observation) readAll(ctx context.Context, kinds []rest.Object, most int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		objects, err := o.c.AllOf(ctx, rest.ProviderList(), most)
		if err == nil {
			o.found(objects)
		}
		return o.tolerate(err)
	})
	group.Go(func() error {
		if hasName(kinds, o.q.ProviderName) {
			o.nameTaken(kinds)
			return nil
		}
		return o.tolerate(o.readNameTaken(ctx))
	})
	return group.Wait()
}

func hasName(providers []rest.Object, name string) bool {
	return slices.ContainsFunc(providers, func(p rest.Object) bool { return p.Text("name") == name })
}

// readOnly returns the readers of the providers that the query names.
func (o *observation) readOnly() []func(context.Context) error {
	only := *o.q.Only
	if len(only.ClientIDs) == 0 && only.Name == "" {
		return []func(context.Context) error{func(ctx context.Context) error {
			objects, err := o.c.AllOf(ctx, rest.ProviderList(), only.Count)
			if err == nil {
				o.found(objects)
			}
			return err
		}}
	}
	one := func(look func(context.Context) (rest.Object, error)) func(context.Context) error {
		return func(ctx context.Context) error {
			found, err := look(ctx)
			if found != nil {
				o.found([]rest.Object{found})
			}
			return err
		}
	}
	readers := link.Each(only.ClientIDs, func(id string) func(context.Context) error {
		return one(func(ctx context.Context) (rest.Object, error) { return o.c.ProviderWith(ctx, id, only.Name) })
	})
	return append(readers, one(func(ctx context.Context) (rest.Object, error) {
		return o.c.ProviderCalled(ctx, only.Name)
	}))
}

// readNameTaken looks for a provider of another kind with the queried name. Names are unique across all kinds.
func (o *observation) readNameTaken(ctx context.Context) error {
	name := o.q.ProviderName
	if name == "" {
		return nil
	}
	found, err := o.c.All(ctx, rest.AnyProviderList(name))
	if err != nil {
		return o.optional(ctx, "all providers", err)
	}
	o.nameTaken(found)
	return nil
}

// nameTaken sees whether a provider of another kind has the queried name.
func (o *observation) nameTaken(kinds []rest.Object) {
	for _, p := range kinds {
		if p.Text("name") == o.q.ProviderName && !isOAuth2(p) { // which is listed with its kind, or not visible
			o.snap.NameTaken = cmp.Or(p.Text("verbose_name"), link.OtherKind)
		}
	}
}

func isOAuth2(p rest.Object) bool {
	return p.Text("meta_model_name") == "authentik_providers_oauth2.oauth2provider" ||
		p.Text("component") == "ak-provider-oauth2-form"
}
