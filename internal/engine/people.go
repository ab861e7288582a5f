package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/people"
	"authpocket/internal/plans"
	"authpocket/internal/plans/stale"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// People compares the accounts that are linked through the link's slot with the
// users of authentik. It reads PocketBase first, so that somebody who signs up
// meanwhile is not taken for gone. The error is report.Problems if there is no
// link.
func (e *Engine) People(ctx context.Context, spec *link.Spec) (people.Report, error) {
	r, _, err := e.people(ctx, spec)
	return r, err
}

// SignOut returns a plan that signs out the accounts of people who can no longer
// sign in.
func (e *Engine) SignOut(ctx context.Context, spec link.Spec) (link.Plan, error) {
	r, plan, err := e.people(ctx, &spec)
	if err != nil {
		return link.Plan{}, err
	}
	if len(r.Open()) == 0 && r.Blind() {
		return link.Plan{}, blind(r)
	}
	return plans.NewSignOut(&plan, r), nil
}

// blind returns the fault of a token that does not see who left.
func blind(r people.Report) error {
	return &report.Fault{Kind: report.FaultPermission, System: report.Authentik,
		Summary: say.Join(say.Of("It is not known who can no longer sign in."), r.Unsure[0].Why),
		Todo:    say.Of("Give the permission to the token's role, or use a superuser's token.")}
}

// againSignOut makes the plan of a sign-out again. Who left since then is not in
// it: that was not shown.
func (e *Engine) againSignOut(ctx context.Context, plan *link.Plan) (link.Plan, error) {
	fresh, err := e.SignOut(ctx, plan.Spec)
	if err != nil {
		return link.Plan{}, err
	}
	fresh.Changes = slices.DeleteFunc(fresh.Changes, func(c link.Change) bool {
		return stale.With(plan, c.ID()) == nil
	})
	return fresh, nil
}

func (e *Engine) people(ctx context.Context, spec *link.Spec) (people.Report, link.Plan, error) {
	plan, snaps, err := e.plan(ctx, *spec, e.Observe)
	if err != nil {
		return people.Report{}, link.Plan{}, err
	}
	now := snaps.PocketBase.Collection(plan.Desired.Collection.Name)
	if _, none := NoLink(&plan.Desired); none || now == nil || now.Name == link.Superusers || now.System ||
		snaps.Authentik.Application == nil || link.SlotIndex(&now.OAuth2, plan.Desired.Slot.Slot) < 0 {
		return people.Report{}, link.Plan{}, report.Problems{{Field: "application.slug", NoLink: true,
			Summary: say.Of("There is no link yet, so nobody signs in through it."),
			Todo:    say.Of("Apply the link first.")}}
	}
	c := comparison{e: e, d: plan.Desired, a: snaps.Authentik}
	r, err := c.run(wire.Alone(ctx))
	if err != nil {
		return people.Report{}, link.Plan{}, err
	}
	return r, plan, e.markSignedOut(&r, &plan.Desired)
}

// comparison is a running comparison of the accounts with the users.
type comparison struct {
	e    *Engine
	d    link.Desired
	a    link.AuthentikSnapshot
	join *people.Join
}

func (c *comparison) run(ctx context.Context) (people.Report, error) {
	access, err := c.access(ctx)
	if err != nil {
		return people.Report{}, err
	}
	c.join = people.NewJoin(c.provider(), access)
	if err := c.e.pocketbase.EachLinked(ctx, c.d, c.join.Add); err != nil {
		return people.Report{}, err
	}
	if c.join.Linked() == 0 {
		return c.join.Report(nil), nil
	}
	if err := c.meet(ctx); err != nil {
		return people.Report{}, err
	}
	found, err := c.e.pocketbase.LinkedAccounts(ctx, c.d, c.join.Found())
	return c.join.Report(found), err
}

// passes is how often the users are read if their list changes meanwhile.
const passes = 3

// meet tells the join all users, and once more if there are accounts without one.
func (c *comparison) meet(ctx context.Context) error {
	if !slices.Contains(c.a.SeesAll, report.PermViewUser) {
		c.join.Doubt(people.DoubtUsers)
		return nil
	}
	if _, err := c.e.authentik.EachUser(ctx, c.join.Meet); err != nil {
		return c.unseen(err)
	}
	missing := c.join.Missing()
	if len(missing) == 0 || c.join.Settle() {
		return nil
	}
	accounts, err := c.e.pocketbase.LinkedAccounts(ctx, c.d, missing)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		c.join.Describe(a)
	}
	steady := false
	for pass := 1; pass < passes && !steady; pass++ {
		if steady, err = c.e.authentik.EachUser(ctx, c.join.Seek); err != nil {
			return c.unseen(err)
		}
	}
	c.join.End(!steady)
	return nil
}

// unseen takes a missing permission for a doubt about everybody.
func (c *comparison) unseen(err error) error {
	if fault, ok := errors.AsType[*report.Fault](err); ok && fault.Kind == report.FaultPermission {
		c.join.Doubt(people.DoubtUsers)
		return nil
	}
	return err
}

// access returns who may use the application now, whatever the link file says.
func (c *comparison) access(ctx context.Context) (people.Access, error) {
	sees := func(p report.Permission) bool { return slices.Contains(c.a.SeesAll, p) }
	access := people.Access{All: c.a.Application.PolicyEngineMode == "all", Closed: c.a.ClosedByDefault,
		Bindings: c.a.Bindings, Hidden: !sees(report.PermViewBinding), Half: !sees(report.PermViewGroup),
		Now: time.Now()}
	if access.Hidden || access.Half || !access.NeedsGroups() {
		return access, nil
	}
	var err error
	access.Parents, err = c.e.authentik.GroupParents(ctx)
	return access, err
}

// provider returns what decides about the subjects that PocketBase knows people
// by now.
func (c *comparison) provider() people.Provider {
	live := link.Find(c.a.Providers, func(p link.ProviderState) bool { return p.PK == c.d.Provider.PK })
	if live == nil {
		return people.Provider{}
	}
	own := slices.ContainsFunc(live.Mappings, func(r link.Ref) bool {
		m := link.Find(c.a.Mappings, func(m link.Mapping) bool { return m.ID == r.ID })
		return m == nil || m.Managed == "" && !mappings.Own(m.Name) && strings.Contains(m.Expression, "sub")
	})
	return people.Provider{Mode: live.SubjectMode, OwnSubject: own}
}

// markSignedOut notes in the report what receipts say of earlier sign-outs, unless the person has signed in since.
func (e *Engine) markSignedOut(r *people.Report, d *link.Desired) error {
	if e.receipts == nil || len(r.Left) == 0 {
		return nil
	}
	list, _, err := e.receipts.Index()
	if err != nil {
		return err
	}
	out := map[string]time.Time{}
	for _, one := range slices.Backward(list) { // oldest first
		if one.Kind != journal.SignOut || one.Done == 0 || !e.ours(&one) || one.Collection != d.Collection.Name {
			continue
		}
		kept, err := e.receipts.Load(one.ID)
		if err != nil {
			return err
		}
		for _, c := range kept.Changes {
			if s := link.As[link.SessionState](c.After); s != nil && c.State() == journal.Done &&
				s.Collection.ID == d.Collection.ID {
				out[s.ID+" "+s.Subject] = c.Steps[len(c.Steps)-1].When
			}
		}
	}
	for i, l := range r.Left {
		if when, known := out[l.Account+" "+l.Subject]; known && !l.LastLogin.After(when) {
			r.Left[i].SignedOut = &when
		}
	}
	return nil
}
