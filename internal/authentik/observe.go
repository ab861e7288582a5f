package authentik

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
)

// Observe reads what a link needs to know, at most five requests after one
// another. What the token may not read is left empty and named in Missing.
// The error is a *link.Fault.
func (c *Facade) Observe(ctx context.Context, q link.Query) (link.AuthentikSnapshot, error) {
	o := &observation{c: c, q: q, snap: link.AuthentikSnapshot{
		Taken: time.Now(), URL: c.URL, Version: c.identity.Version, Features: c.features,
	}}
	if err := o.read(ctx); err != nil {
		return link.AuthentikSnapshot{}, c.explainBroken(ctx, err)
	}
	o.nameReferences()
	o.snap.Missing = set(o.snap.Missing)
	for _, found := range [][]link.Ref{o.snap.Groups, o.snap.Users, o.snap.Policies} {
		slices.SortFunc(found, func(a, b link.Ref) int { return strings.Compare(a.Name, b.Name) })
	}
	return o.snap, nil
}

// observation is one Observe under way. Each reader fills its own part of
// the snapshot; mu guards the parts that several share.
type observation struct {
	c    *Facade
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

// tolerate turns a refusal for want of a permission into an entry of Missing.
func (o *observation) tolerate(err error) error {
	f, ok := errors.AsType[*missingPermission](err)
	if !ok {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.snap.Missing = append(o.snap.Missing, f.perm)
	return nil
}

// fill reads a list into a part of the snapshot.
func fill[T any](ctx context.Context, c *Facade, l list, state func(object) T, part *[]T) error {
	objects, err := c.all(ctx, l)
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
	return fill(ctx, o.c, o.c.flowList(), flowState, &o.snap.Flows)
}

func (o *observation) readKeys(ctx context.Context) error {
	return fill(ctx, o.c, o.c.keyList(), keyState, &o.snap.Keys)
}

func (o *observation) readMappings(ctx context.Context) error {
	return fill(ctx, o.c, o.c.mappingList(), mappingState, &o.snap.Mappings)
}

func (o *observation) readProviders(ctx context.Context) error {
	var objects []object
	asIs := func(one object) object { return one }
	if err := fill(ctx, o.c, o.c.providerList(), asIs, &objects); err != nil {
		return err
	}
	o.snap.Providers = make([]link.ProviderState, len(objects))
	for i, one := range objects {
		o.snap.Providers[i] = providerState(one)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	correctGrantTypes(&o.snap.Features, objects)
	return nil
}

// correctGrantTypes believes the answers more than the version: a release
// candidate may lack what its version has.
func correctGrantTypes(f *link.Features, providers []object) {
	if len(providers) == 0 {
		return
	}
	f.GrantTypes = slices.ContainsFunc(providers, func(o object) bool { return o.has("grant_types") })
}

func (o *observation) readApplication(ctx context.Context) error {
	if o.q.Slug == "" {
		return nil
	}
	found, err := o.c.application(ctx, o.q.Slug)
	if err != nil || found == nil {
		return err
	}
	state := applicationState(found)
	o.snap.Application = &state
	o.mu.Lock()
	o.snap.Features.MetaHide = found.has("meta_hide")
	o.mu.Unlock()
	return fill(ctx, o.c, o.c.bindingList(state.PK), bindingState, &o.snap.Bindings)
}

// readSettings reads what is good to know: where it cannot be read, it is not
// known.
func (o *observation) readSettings(ctx context.Context) error {
	settings, err := o.c.settings(ctx)
	if err != nil {
		return o.optional(ctx, "system settings", err)
	}
	if settings.has("default_user_change_email") {
		o.snap.EmailChangeAllowed = new(settings.flag("default_user_change_email"))
	}
	flags := settings.object("flags")
	o.snap.ClosedByDefault = flags.has("core_default_app_access") && !flags.flag("core_default_app_access")
	return nil
}

// optional lets an observation do without what it can do without: where the
// server fails over it, that is logged and no more.
func (o *observation) optional(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil || statusOf(err) < 500 {
		return err
	}
	o.c.Log.WarnContext(ctx, "authentik could not return "+what+"; left out", "err", err)
	return nil
}

// readAccess looks up the groups, users and policies that the query names.
func (o *observation) readAccess() []func(context.Context) error {
	if o.q.Access == nil {
		return nil
	}
	var readers []func(context.Context) error
	slots := make(chan struct{}, maxParallel)
	add := func(l list, key, name string, reference func(object) link.Ref, part *[]link.Ref) {
		readers = append(readers, func(ctx context.Context) error {
			slots <- struct{}{}
			defer func() { <-slots }()
			found, err := o.c.exactly(ctx, l, key, name)
			o.mu.Lock()
			defer o.mu.Unlock()
			for _, one := range found {
				*part = append(*part, reference(one))
			}
			return err
		})
	}
	for _, name := range set(o.q.Access.Groups) {
		add(o.c.groupList(name), "name", name, named, &o.snap.Groups)
	}
	for _, name := range set(o.q.Access.Users) {
		add(o.c.userList(name), "username", name, userRef, &o.snap.Users)
	}
	for _, name := range set(o.q.Access.Policies) {
		add(o.c.policyList(name), "name", name, named, &o.snap.Policies)
	}
	return readers
}

// nameReferences fills in the names of what providers and bindings refer to
// by primary key. What the token may not list stays without a name.
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
