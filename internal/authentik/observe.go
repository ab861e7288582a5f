package authentik

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// Observe returns the objects that a link needs. It takes at most five consecutive requests. What the token
// can't read stays empty and is named in Missing. The error is a *link.Fault.
func (c *Client) Observe(ctx context.Context, q link.Query) (link.AuthentikSnapshot, error) {
	o := &observation{c: c, q: q, snap: link.AuthentikSnapshot{
		Taken: time.Now(), URL: c.URL, Version: c.Identity().Version, Features: c.Features,
	}}
	if err := o.read(ctx); err != nil {
		return link.AuthentikSnapshot{}, c.explainBroken(ctx, err)
	}
	o.nameReferences()
	o.snap.Missing = rest.Set(o.snap.Missing)
	for _, found := range [][]link.Ref{o.snap.Groups, o.snap.Users, o.snap.Policies} {
		slices.SortFunc(found, func(a, b link.Ref) int { return strings.Compare(a.Name, b.Name) })
	}
	return o.snap, nil
}

// observation is a running Observe. Each reader fills its own part of the snapshot; mu guards the shared parts.
type observation struct {
	c    *Client
	q    link.Query
	mu   sync.Mutex
	snap link.AuthentikSnapshot
}

func (o *observation) read(ctx context.Context) error {
	readers := []func(context.Context) error{
		o.readFlows, o.readKeys, o.readMappings, o.readProviders,
		o.readApplication, o.readSettings, o.readPermissions, o.readNameTaken,
	}
	readers = append(readers, o.readAccess()...)
	group, ctx := errgroup.WithContext(ctx)
	for _, reader := range readers {
		group.Go(func() error { return o.tolerate(reader(ctx)) })
	}
	return group.Wait()
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
	states := make([]T, len(objects))
	for i, one := range objects {
		states[i] = state(one)
	}
	*part = states
	return nil
}

func (o *observation) readFlows(ctx context.Context) error {
	return fill(ctx, o.c, o.c.FlowList(), rest.FlowState, &o.snap.Flows)
}

func (o *observation) readKeys(ctx context.Context) error {
	return fill(ctx, o.c, o.c.KeyList(), rest.KeyState, &o.snap.Keys)
}

func (o *observation) readMappings(ctx context.Context) error {
	return fill(ctx, o.c, o.c.MappingList(), rest.MappingState, &o.snap.Mappings)
}

func (o *observation) readProviders(ctx context.Context) error {
	var objects []rest.Object
	asIs := func(one rest.Object) rest.Object { return one }
	if err := fill(ctx, o.c, o.c.ProviderList(), asIs, &objects); err != nil {
		return err
	}
	o.snap.Providers = make([]link.ProviderState, len(objects))
	for i, one := range objects {
		o.snap.Providers[i] = rest.ProviderState(one)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	correctGrantTypes(&o.snap.Features, objects)
	return nil
}

// correctGrantTypes trusts the responses more than the version: a release candidate may lack features of its
// version.
func correctGrantTypes(f *link.Features, providers []rest.Object) {
	if len(providers) == 0 {
		return
	}
	f.GrantTypes = slices.ContainsFunc(providers, func(o rest.Object) bool { return o.Has("grant_types") })
}

func (o *observation) readApplication(ctx context.Context) error {
	if o.q.Slug == "" {
		return nil
	}
	found, err := o.c.Application(ctx, o.q.Slug)
	if err != nil || found == nil {
		return err
	}
	state := rest.ApplicationState(found)
	o.snap.Application = &state
	o.mu.Lock()
	o.snap.Features.MetaHide = found.Has("meta_hide")
	o.mu.Unlock()
	return fill(ctx, o.c, o.c.BindingList(state.PK), rest.BindingState, &o.snap.Bindings)
}

// readSettings reads the system settings, which are optional.
func (o *observation) readSettings(ctx context.Context) error {
	settings, err := o.c.Settings(ctx)
	if err != nil {
		o.readDefaultAccess(ctx)
		return o.optional(ctx, "system settings", err)
	}
	if settings.Has("default_user_change_email") {
		o.snap.EmailChangeAllowed = new(settings.Flag("default_user_change_email"))
	}
	open, known := rest.DefaultAccess(settings)
	o.snap.ClosedByDefault = known && !open // a flag that was never set is missing
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
	add := func(l rest.List, key, name string, reference func(rest.Object) link.Ref, part *[]link.Ref) {
		readers = append(readers, func(ctx context.Context) error {
			slots <- struct{}{}
			defer func() { <-slots }()
			found, err := o.c.Exactly(ctx, l, key, name)
			o.mu.Lock()
			defer o.mu.Unlock()
			for _, one := range found {
				*part = append(*part, reference(one))
			}
			return err
		})
	}
	for _, name := range rest.Set(o.q.Access.Groups) {
		add(o.c.GroupList(name), "name", name, rest.Named, &o.snap.Groups)
	}
	for _, name := range rest.Set(o.q.Access.Users) {
		add(o.c.UserList(name), "username", name, rest.UserRef, &o.snap.Users)
	}
	for _, name := range rest.Set(o.q.Access.Policies) {
		add(o.c.PolicyList(name), "name", name, rest.Named, &o.snap.Policies)
	}
	return readers
}

// nameReferences sets the names of objects that providers and bindings refer to by primary key. Objects that
// the token can't list have no name.
func (o *observation) nameReferences() {
	names := map[string]string{}
	for _, f := range o.snap.Flows {
		names[f.ID] = f.Name
	}
	for _, k := range o.snap.Keys {
		names[k.ID] = k.Name
	}
	for _, m := range o.snap.Mappings {
		names[m.ID] = m.Name
	}
	name := func(r *link.Ref) { r.Name = names[r.ID] }
	for i := range o.snap.Providers {
		p := &o.snap.Providers[i]
		for _, r := range []*link.Ref{&p.AuthorizationFlow, &p.InvalidationFlow, &p.AuthenticationFlow, &p.SigningKey} {
			name(r)
		}
		for m := range p.Mappings {
			name(&p.Mappings[m])
		}
	}
	for i := range o.snap.Bindings {
		o.snap.Bindings[i].Application.Name = o.snap.Application.Slug
	}
}
