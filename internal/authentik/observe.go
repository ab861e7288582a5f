package authentik

import (
	"context"
	"errors"
	"slices"
	"sort"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// Observe returns the objects that a link needs, or only the providers that the query asks for. It takes at most five
// consecutive requests. What the token can't read stays empty and is named in Missing. The error is a *report.Fault.
func (c *Client) Observe(ctx context.Context, q link.Query) (link.AuthentikSnapshot, error) {
	o := &observation{c: c, q: q, snap: link.AuthentikSnapshot{
		Taken: time.Now(), URL: c.URL, Version: c.Identity().Version, Features: c.Features,
	}}
	if err := o.read(ctx); err != nil {
		return link.AuthentikSnapshot{}, c.explainBroken(ctx, err)
	}
	o.snap.NameReferences()
	o.snap.Missing = rest.Set(o.snap.Missing)
	for _, found := range [][]link.Ref{o.snap.Groups, o.snap.Users, o.snap.Policies} {
		sort.Slice(found, func(i, j int) bool { return found[i].Name < found[j].Name })
	}
	return o.snap, nil
}

// ReadAhead sends what Observe would, each request once, so that an Observe in the same moment finds the answers.
func ReadAhead(ctx context.Context, cfg rest.Config, q link.Query) {
	c := rest.NewClient(cfg)
	c.Reads.Tries = 1
	o := &observation{c: newFacade(c), q: q}
	_ = o.read(ctx) // Observe sends again what failed
}

// observation is a running Observe. Each reader fills its own part of the snapshot; mu guards the shared parts.
type observation struct {
	c    *Client
	q    link.Query
	mu   sync.Mutex
	snap link.AuthentikSnapshot
	// What a check reads bindings by.
	application      rest.Object
	providers, flows []rest.Object
}

func (o *observation) read(ctx context.Context) error {
	readers := []func(context.Context) error{o.readFlows, o.readMappings}
	switch {
	case o.q.Unwarned:
		readers = append(readers, o.readApplication, o.readNamed)
	case o.q.Few && !o.q.Hurried:
		readers = append(readers, o.readKeys, o.readSettings, o.readPermissions, o.readFew)
	default:
		readers = append(readers, o.readKeys, o.readSettings, o.readPermissions, o.readApplication, o.readProviders,
			o.readNameTaken)
	}
	readers = append(readers, o.readAccess()...)
	if o.q.Only != nil {
		readers = o.readOnly()
	}
	group, first := errgroup.WithContext(ctx)
	for _, reader := range readers {
		group.Go(func() error { return o.tolerate(reader(first)) })
	}
	if err := group.Wait(); err != nil || !o.q.Unwarned {
		return err
	}
	group, then := errgroup.WithContext(ctx)
	if o.snap.KeysUnread = o.hasKey(); !o.snap.KeysUnread {
		group.Go(func() error { return o.tolerate(o.readKeys(then)) })
	}
	if o.application != nil {
		group.Go(func() error { return o.tolerate(o.readBound(then)) })
	}
	return group.Wait()
}

// hasKey reports whether the application's provider has a signing key, as far as it has been read, and the query names
// none, so that it stays. Whether it can sign shows in authentik's OpenID configuration.
func (o *observation) hasKey() bool {
	if o.q.Only != nil {
		return !slices.ContainsFunc(o.snap.Providers, func(p link.ProviderState) bool { return p.SigningKey.ID == "" })
	}
	unread := o.snap.Partial && o.application.Number("provider") != 0
	provider := o.provider()
	return o.q.SigningKey == "" && (provider.Text("signing_key") != "" || provider == nil && unread)
}

// provider returns the application's provider, nil if it is not known.
func (o *observation) provider() rest.Object {
	for _, one := range o.providers {
		if pk := one.Number("pk"); pk != 0 && pk == o.application.Number("provider") {
			return one
		}
	}
	return nil
}

// tolerate turns a missing permission into an entry of Missing.
func (o *observation) tolerate(err error) error {
	f, ok := errors.AsType[*rest.MissingPermission](err)
	if !ok {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.snap.Missing = append(o.snap.Missing, f.Perm)
	return nil
}

// fill reads a list into a part of the snapshot.
func fill[T any](ctx context.Context, c *Client, l rest.List, state func(rest.Object) T, part *[]T) error {
	objects, err := c.All(ctx, l)
	if err != nil {
		return err
	}
	*part = link.Each(objects, state)
	return nil
}

func (o *observation) readFlows(ctx context.Context) (err error) {
	o.flows, err = o.c.All(ctx, rest.FlowList())
	o.snap.Flows = link.Each(o.flows, rest.FlowState)
	return err
}

func (o *observation) readKeys(ctx context.Context) error {
	return fill(ctx, o.c, rest.KeyList(), rest.KeyState, &o.snap.Keys)
}

func (o *observation) readMappings(ctx context.Context) error {
	return fill(ctx, o.c, rest.MappingList(), rest.MappingState, &o.snap.Mappings)
}

// readApplication reads the application and its bindings, which a check reads with its own.
func (o *observation) readApplication(ctx context.Context) error {
	if err := o.findApplication(ctx); err != nil || o.q.Unwarned {
		return err
	}
	return o.readBindings(ctx)
}

func (o *observation) findApplication(ctx context.Context) error {
	if o.q.Slug == "" {
		return nil
	}
	look, key := o.c.Application, o.q.Slug
	if o.q.ApplicationPK != "" {
		look, key = o.c.ApplicationByKey, o.q.ApplicationPK
	}
	found, err := look(ctx, key)
	if err != nil || found == nil {
		return err
	}
	o.application, o.snap.Application = found, new(rest.ApplicationState(found))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.snap.Features.MetaHide = found.Has("meta_hide")
	return nil
}

func (o *observation) readBindings(ctx context.Context) error {
	if o.application == nil {
		return nil
	}
	return fill(ctx, o.c, rest.BindingList(o.snap.Application.PK), rest.BindingState, &o.snap.Bindings)
}

// readBound reads the application's bindings with the others that a check reads.
func (o *observation) readBound(ctx context.Context) error {
	bound, err := o.c.Bindings(ctx, o.c.Bound(ctx, o.application, o.provider(), o.flows)...)
	o.snap.Bindings = link.Each(bound[o.snap.Application.PK], rest.BindingState)
	return err
}

// readSettings reads the system settings, which are optional.
func (o *observation) readSettings(ctx context.Context) error {
	if o.q.AddressesStay {
		if o.readDefaultAccess(ctx); !o.snap.AccessUnknown {
			return nil
		}
	}
	settings, err := o.c.Settings(ctx)
	if err != nil {
		o.readDefaultAccess(ctx)
		return o.optional(ctx, "system settings", err)
	}
	if settings.Has("default_user_change_email") {
		o.snap.EmailChangeAllowed = new(settings.Flag("default_user_change_email"))
	}
	o.snap.BaseURL = settings.Text("base_url")
	open, known := rest.DefaultAccess(settings)
	o.snap.ClosedByDefault, o.snap.AccessUnknown = known && !open, false // a flag that was never set is missing
	return nil
}

// readDefaultAccess reads from the brand what the settings would show. Brands have the flag since 2026.5.
func (o *observation) readDefaultAccess(ctx context.Context) {
	brand, err := o.c.Brand(ctx)
	if err != nil {
		o.c.Log.DebugContext(ctx, "the default access to applications could not be read", "err", err)
	}
	open, known := rest.DefaultAccess(brand)
	o.snap.ClosedByDefault, o.snap.AccessUnknown = known && !open, !known
}

// optional ignores server errors about data that an observation can do without, and logs them.
func (o *observation) optional(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil || rest.StatusOf(err) < 500 {
		return err
	}
	o.c.Log.WarnContext(ctx, "authentik could not return "+what+"; left out", "err", err)
	return nil
}

// readAccess returns the readers of the groups, users and policies that the query names.
func (o *observation) readAccess() []func(context.Context) error {
	if o.q.Access == nil {
		return nil
	}
	var readers []func(context.Context) error
	slots := make(chan struct{}, rest.MaxParallel)
	add := func(kind string, names []string, part *[]link.Ref) {
		for _, name := range rest.Set(names) {
			a, _ := rest.AdmittedKind(kind)
			readers = append(readers, func(ctx context.Context) error {
				slots <- struct{}{}
				defer func() { <-slots }()
				found, err := o.c.Exactly(ctx, a.Called(name), a.Name, name)
				o.mu.Lock()
				defer o.mu.Unlock()
				*part = append(*part, link.Each(found, a.Ref)...)
				return err
			})
		}
	}
	add("group", o.q.Access.Groups, &o.snap.Groups)
	add("user", o.q.Access.Users, &o.snap.Users)
	add("policy", o.q.Access.Policies, &o.snap.Policies)
	return readers
}
