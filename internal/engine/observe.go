package engine

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/report"
	"authpocket/internal/wire"
)

// Observe reads both systems at the same time. The error is the *report.Fault of
// the first that fails.
func (e *Engine) Observe(ctx context.Context, spec link.Spec) (Snapshots, error) {
	return e.observe(ctx, spec.Query())
}

func (e *Engine) observe(ctx context.Context, q link.Query) (Snapshots, error) {
	var snaps Snapshots
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		snaps.Authentik, err = e.authentik.Observe(ctx, q)
		return err
	})
	group.Go(func() (err error) {
		snaps.PocketBase, err = e.pocketbase.Observe(ctx, q)
		return err
	})
	err := group.Wait()
	return snaps, err
}

// observer reads both systems for a spec.
type observer func(context.Context, link.Spec) (Snapshots, error)

// observeLink is Observe for a plan that links. On an authentik with many
// providers it reads only those of the link, unless it takes all to find them.
func (e *Engine) observeLink(ctx context.Context, spec link.Spec) (Snapshots, error) {
	return e.observeFew(ctx, &spec, AheadKnowing(e.receipts, e.key(), spec))
}

// AheadKnowing is Ahead for who has receipts, nil for none, of the systems with that Key.
func AheadKnowing(receipts *Store, key string, spec link.Spec) link.Query {
	q := Ahead(spec)
	q.Linked = left(receipts, key, q)
	return q
}

// left reports whether the newest receipt of a link left one.
func left(receipts *Store, key string, q link.Query) bool {
	if receipts == nil {
		return false
	}
	list, _, err := receipts.Index()
	newest := link.Find(list, func(one journal.Summary) bool {
		return one.Key() == key && ofLink(one.Kind) && one.Slug == q.Slug && one.Collection == q.Collection
	})
	return err == nil && newest != nil && newest.Kind != journal.Undo && newest.Kind != journal.Remove
}

// Ahead returns what Plan observes, for who connects: what is read then is not read again in the same moment.
func Ahead(spec link.Spec) link.Query {
	q := spec.Query()
	q.Few, q.AddressesStay = true, spec.Email != link.EmailTrustAll
	return q
}

// HurriedAhead is Ahead for a plan that is applied at once, so that waiting counts for more than a request.
func HurriedAhead(spec link.Spec) link.Query {
	q := Ahead(spec)
	q.Hurried = true
	return q
}

func (e *Engine) observeFew(ctx context.Context, spec *link.Spec, q link.Query) (Snapshots, error) {
	snaps, err := e.observe(ctx, q)
	a := &snaps.Authentik
	if err != nil || !a.Partial {
		return snaps, err
	}
	read := func(only link.ProviderQuery) error {
		q.Only = &only
		found, err := e.authentik.Observe(ctx, q)
		a.Providers, a.Missing = found.Providers, append(a.Missing, found.Missing...)
		a.SecretsElsewhere = a.SecretsElsewhere || found.SecretsElsewhere
		if len(found.Providers) > 0 {
			a.Features.GrantTypes = found.Features.GrantTypes
		}
		if a.KeysUnread && !found.KeysUnread {
			a.Keys, a.KeysUnread = found.Keys, false
		}
		a.NameReferences()
		return err
	}
	if ids := resolve.ClientIDs(spec, snaps.PocketBase); a.Application != nil && len(ids) > 0 {
		err = read(link.ProviderQuery{ClientIDs: ids, Name: q.ProviderName})
		if err != nil || resolve.Settled(spec, a, &snaps.PocketBase) {
			return snaps, err
		}
	}
	err = read(link.ProviderQuery{Count: a.ProviderCount})
	return snaps, err
}

// Plan observes both systems and returns the plan for spec. The error is
// report.Problems if the spec cannot be carried out.
func (e *Engine) Plan(ctx context.Context, spec link.Spec) (link.Plan, error) {
	plan, _, err := e.plan(ctx, spec, e.observeLink)
	return plan, err
}

// PlanFix returns a plan that fixes one cause and changes nothing else, and the whole plan that it is a part of.
func (e *Engine) PlanFix(ctx context.Context, spec *link.Spec, cause report.CauseID) (fix, whole link.Plan, err error) {
	if whole, err = e.Plan(ctx, *spec); err != nil {
		return link.Plan{}, link.Plan{}, err
	}
	return plans.Narrow(whole.Limited(link.PartBeforeProof), cause), whole, nil
}

// Whole returns the plan that would create the link as if nothing existed, for
// exports. Plan returns an empty one for a link that exists.
func (e *Engine) Whole(ctx context.Context, spec link.Spec) (link.Plan, error) {
	plan, snaps, err := e.plan(ctx, spec, e.Observe)
	if err != nil {
		return link.Plan{}, err
	}
	return plans.Whole(&plan, snaps.Authentik, snaps.PocketBase), nil
}

func (e *Engine) plan(ctx context.Context, spec link.Spec, observe observer) (link.Plan, Snapshots, error) {
	if problems := spec.Validate(); len(problems) > 0 {
		return link.Plan{}, Snapshots{}, problems
	}
	snaps, spec, err := e.find(ctx, spec, observe)
	if err != nil {
		return link.Plan{}, Snapshots{}, err
	}
	spec, clientID, err := e.resume(spec)
	if err != nil {
		return link.Plan{}, Snapshots{}, err
	}
	generated, err := generate()
	if err != nil {
		return link.Plan{}, Snapshots{}, err
	}
	if clientID != "" {
		generated.ClientID, generated.KeptID = clientID, true
	}
	plan, problems := plans.New(&spec, &snaps.Authentik, &snaps.PocketBase, generated)
	if len(problems) > 0 {
		return link.Plan{}, Snapshots{}, problems
	}
	plan.Warnings = slices.Concat(plan.Warnings,
		e.authentik.Warnings(snaps.Authentik, plan.Changes), e.pocketbase.Warnings(snaps.PocketBase, plan.Desired))
	return plan, snaps, nil
}

// find observes both systems, and once more if the link exists under another
// slug than spec names. The returned spec has the slug of the existing link.
func (e *Engine) find(ctx context.Context, spec link.Spec, observe observer) (Snapshots, link.Spec, error) {
	ctx, spec.Others = OneMoment(ctx), e.others
	snaps, err := observe(ctx, spec)
	if err != nil {
		return snaps, spec, err
	}
	return e.follow(ctx, &spec, snaps, observe)
}

// follow observes again if snaps, or receipts, show that the link has another slug than spec. It adds what receipts say
// of an application that is not there or has no provider.
func (e *Engine) follow(ctx context.Context, spec *link.Spec, snaps Snapshots, observe observer) (Snapshots,
	link.Spec, error) {
	var err error
	if slug := resolve.SlugFor(spec, &snaps.Authentik, &snaps.PocketBase); slug != spec.Query().Slug {
		spec.Application.Slug = &slug
		snaps, err = observe(ctx, *spec)
	}
	if err == nil {
		spec.Made, err = e.madeFor(ctx, spec, &snaps)
	}
	if now := resolve.RenamedSince(spec); err == nil && now != "" && spec.Application.Slug == nil {
		spec.Application.Slug = &now
		if snaps, err = observe(ctx, *spec); err == nil {
			spec.Made, err = e.madeFor(ctx, spec, &snaps)
		}
	}
	return snaps, *spec, err
}

// OneMoment returns a context in which connecting, planning and verifying read
// the same only once. It is none for an apply.
func OneMoment(ctx context.Context) context.Context { return wire.OneMoment(ctx) }
