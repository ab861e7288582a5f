package engine

import (
	"context"
	"errors"
	"slices"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Removal returns a plan that deletes the link in both systems, which is a problem if authentik is the only way in.
func (e *Engine) Removal(ctx context.Context, spec link.Spec) (link.Plan, error) {
	return e.removal(ctx, spec, false)
}

// ForcedRemoval is Removal that may leave nobody a way in.
func (e *Engine) ForcedRemoval(ctx context.Context, spec link.Spec) (link.Plan, error) {
	return e.removal(ctx, spec, true)
}

func (e *Engine) removal(ctx context.Context, spec link.Spec, force bool) (link.Plan, error) {
	snaps, spec, err := e.find(ctx, spec, e.Observe)
	if now := resolve.RenamedSince(&spec); err == nil && now != "" { // it is removed all the same
		spec.Application.Slug = &now
		snaps, spec, err = e.find(ctx, spec, e.Observe)
	}
	if err == nil {
		spec.Made, err = e.made(&spec)
	}
	if err != nil {
		return link.Plan{}, err
	}
	plan, problems := undo.Removal(&spec, &snaps.Authentik, snaps.PocketBase, force)
	return plan, problems.Err()
}

// Rotation returns a plan that sets a new client secret in both systems.
func (e *Engine) Rotation(ctx context.Context, spec link.Spec) (link.Plan, error) {
	generated, err := generate()
	if err != nil {
		return link.Plan{}, err
	}
	return e.RotationTo(ctx, &spec, generated.ClientSecret)
}

// RotationTo is like Rotation with a given client secret, such as the previous
// one.
func (e *Engine) RotationTo(ctx context.Context, spec *link.Spec, to secret.Text) (link.Plan, error) {
	spec.Provider.ClientSecret = &to
	plan, snaps, err := e.plan(ctx, *spec, e.observeLink)
	if err != nil {
		return link.Plan{}, err
	}
	if plan = plans.AsRotation(plan, &snaps.PocketBase); !slices.ContainsFunc(plan.Changes, updatesSecret) {
		return link.Plan{},
			report.Problems{{Field: "application.slug", NoLink: true,
				Summary: say.Of("There is no link yet, so there is no client secret to rotate."),
				Todo:    say.Of("Apply the link first. That generates one.")}}
	}
	return plan, nil
}

// RotationBack returns a plan that takes the last rotation back, to the client secret from before it.
func (e *Engine) RotationBack(ctx context.Context, spec *link.Spec, before secret.Text) (link.Plan, error) {
	plan, err := e.RotationTo(ctx, spec, before)
	plan.Of = e.receiptOf(ctx, link.PurposeRotate, spec)
	return plan, err
}

// updatesSecret reports whether the change gives an existing provider another
// client secret.
func updatesSecret(c link.Change) bool {
	return c.Kind == link.KindProvider && c.Action == link.Update && c.Changed("client_secret")
}

// Undo returns a plan that undoes a receipt. force also discards what was
// changed since.
func (e *Engine) Undo(ctx context.Context, id string, force bool) (link.Plan, error) {
	if e.receipts == nil {
		return link.Plan{}, &journal.Fault{Summary: say.Of("No receipts are kept."),
			Todo: say.Of("Set AUTHPOCKET_STATE to a directory.")}
	}
	receipt, err := e.load(id)
	if err != nil {
		return link.Plan{}, err
	}
	if receipt.Key() != e.key() {
		return link.Plan{}, &journal.Fault{Summary: say.Of("The receipt belongs to other systems: %s and %s.",
			receipt.AuthentikURL, receipt.PocketBaseURL), Todo: say.Of("Undo it with a link file that has those " +
			"addresses.")}
	}
	switch receipt.Kind {
	case journal.Apply:
	case journal.Remove:
		return e.restoration(ctx, receipt, force)
	default:
		return link.Plan{}, cannotUndo(receipt.Kind)
	}
	done, rewrite, err := e.chain(receipt)
	if err != nil {
		return link.Plan{}, err
	}
	torn, err := e.hasTornSecrets(id, &receipt.Spec)
	if err != nil {
		return link.Plan{}, err
	}
	spec := receipt.Spec
	spec.PocketBase.RewriteSecret = rewrite || torn
	snaps, err := e.observeMade(ctx, &spec, done)
	if err != nil {
		return link.Plan{}, err
	}
	plan, problems := undo.New(&spec, done, &snaps.Authentik, &snaps.PocketBase, force)
	plan.Of = id
	return plan, problems.Err()
}

// RefuseOther returns an error if the receipt is of a link that the file or directory of spec describes beside it.
func (e *Engine) RefuseOther(id string, spec *link.Spec) error {
	r, err := e.Receipt(id)
	if err != nil {
		return nil // which Undo says
	}
	if one := r.Summary; one.Slug != spec.Query().Slug && link.AmongOthers(e.others, one.Slug) {
		return &report.Fault{Summary: say.Of("Receipt %s is of the link %s → %s.", id, one.Slug, one.Collection),
			Todo: say.Of("Name that link, or a receipt of this one.")}
	}
	return nil
}

// UndoNewest returns a plan that undoes the link's newest receipt of which anything is left to undo. The plan is empty
// if there is none. It passes over no interrupted receipt, which an empty undo ends.
func (e *Engine) UndoNewest(ctx context.Context, spec *link.Spec, force bool) (plan link.Plan, err error) {
	own, err := e.withSlug(ctx, spec)
	if err != nil {
		return plan, err
	}
	for passed := map[string]bool{}; ; {
		id, ended, err := e.newest(&own, passed)
		if none, _ := errors.AsType[*NothingToUndo](err); none != nil && none.Reason != UndoRotation && plan.Of != "" {
			return plan, nil
		}
		if err != nil {
			return plan, err
		}
		if plan, err = e.Undo(ctx, id, force); err != nil || !plan.Empty() || plan.Restores || !ended {
			return plan, err
		}
		passed[id] = true
	}
}

// withSlug returns spec with the slug of its link, if it leaves that open and receipts name several links of its
// collection.
func (e *Engine) withSlug(ctx context.Context, spec *link.Spec) (link.Spec, error) {
	if e.receipts == nil || spec.Application.Slug != nil {
		return *spec, nil
	}
	list, _, err := e.receipts.Index()
	if err != nil {
		return *spec, err
	}
	var slugs []string
	for i := range list {
		if one := &list[i]; e.ours(one) && ofLink(one.Kind) && one.Collection == spec.Query().Collection {
			slugs = append(slugs, one.Slug)
		}
	}
	slices.Sort(slugs)
	if slugs = slices.Compact(slugs); len(slugs) < 2 {
		return *spec, nil
	}
	snaps, found, err := e.find(ctx, *spec, e.observeLink)
	if app := snaps.Authentik.Application; err == nil && app != nil && app.Provider != 0 &&
		slices.Contains(slugs, app.Slug) {
		found.Application.Slug = &app.Slug
		return found, nil
	}
	return *spec, err
}

// observeMade is Observe for the undo of the changes done. An application that has another slug since is found by its
// primary key, or through its provider if that is not known.
func (e *Engine) observeMade(ctx context.Context, spec *link.Spec, done []link.Change) (snaps Snapshots,
	err error) {
	ctx = OneMoment(ctx)
	if pk := undo.ApplicationOf(done); pk != "" {
		q := spec.Query()
		if snaps, err = e.observe(ctx, q); err == nil && !undo.Has(&snaps.Authentik, pk) {
			q.ApplicationPK = pk
			snaps, err = e.observe(ctx, q)
		}
		return snaps, err
	}
	for q, slug := spec.Query(), ""; ; q.Slug = slug {
		snaps, err = e.observe(ctx, q)
		slug = undo.SlugSince(done, &snaps.Authentik)
		if err != nil || slug == "" || slug == q.Slug {
			return
		}
	}
}

// restoration returns a plan that recreates what a removal deleted, in one run
// or several.
func (e *Engine) restoration(ctx context.Context, r *journal.Receipt, force bool) (link.Plan, error) {
	list, _, err := e.receipts.Index()
	if err != nil {
		return link.Plan{}, err
	}
	if takenBack(list, r.ID) && !force {
		return link.Plan{}, &journal.Fault{Summary: say.Of("This removal was already undone: the link was created " +
			"again."),
			Todo: say.Of("Plan the link to see whether it is still as you want it.")}
	}
	if r, err = e.last(r); err != nil {
		return link.Plan{}, err
	}
	parts, err := e.parts(r)
	if err != nil {
		return link.Plan{}, err
	}
	spec, done := r.Spec, []link.Change{}
	spec.Access = nil
	for _, part := range parts {
		changes := started(part)
		if slices.ContainsFunc(changes, func(c link.Change) bool { return c.Kind == link.KindApplication }) {
			spec.Access = part.Spec.Access // who could use the application
		}
		done = append(done, changes...)
	}
	if spec, err = e.restorable(ctx, undo.SpecBefore(spec, done)); err != nil {
		return link.Plan{}, err
	}
	plan, err := e.Plan(ctx, spec)
	if err != nil {
		return link.Plan{}, err
	}
	plan, problems := undo.Restoration(plan, done, force)
	plan.Of = r.ID
	return plan, problems.Err()
}

// last returns the last receipt in the chain that the removal r began: r itself
// or one that continued it.
func (e *Engine) last(r *journal.Receipt) (*journal.Receipt, error) {
	list, _, err := e.receipts.Index()
	if err != nil {
		return nil, err
	}
	id := r.ID
	for _, one := range slices.Backward(list) { // oldest first
		if one.Kind == r.Kind && one.Of == id {
			id = one.ID
		}
	}
	if id == r.ID {
		return r, nil
	}
	return e.load(id)
}

// restorable returns spec without what no longer exists. The plan warns of what is not restored.
func (e *Engine) restorable(ctx context.Context, spec link.Spec) (link.Spec, error) {
	snaps, err := e.Observe(ctx, spec)
	return undo.Restorable(spec, &snaps.Authentik), err
}

// cannotUndo returns the error for a kind of receipt that has no undo.
func cannotUndo(kind journal.Kind) error {
	if kind == journal.Proof {
		return &journal.Fault{Summary: say.Of("There is nothing to undo after a proof: it removes what it made."),
			Todo: say.Of("If it was interrupted, the next apply, rotation, removal or proof removes the rest.")}
	}
	if kind == journal.SignOut {
		return &journal.Fault{Summary: say.Of("A sign-out cannot be undone: the old tokens stay invalid, and nothing " +
			"else was changed."), Todo: say.Of("Anyone still allowed in can sign in again.")}
	}
	if kind == journal.Rotate {
		return &journal.Fault{Summary: say.Of("A rotation cannot be undone: the old client secret is not kept."),
			Todo: say.Of("Rotate again for another new one.")}
	}
	return &journal.Fault{Summary: say.Of("An undo cannot be undone."),
		Todo: say.Of("Apply the link again to redo what it undid.")}
}

// chain returns the changes to undo: those of the applies that r continues, and
// of r itself. rewrite reports whether they gave authentik a client secret that
// PocketBase may not have.
func (e *Engine) chain(r *journal.Receipt) (done []link.Change, rewrite bool, err error) {
	parts, err := e.parts(r)
	for _, part := range parts {
		done, rewrite = append(done, started(part)...), rewrite || secretUndelivered(part)
	}
	return done, rewrite, err
}

// parts returns the receipts of the same kind that r continues, oldest first,
// and r itself.
func (e *Engine) parts(r *journal.Receipt) ([]*journal.Receipt, error) {
	parts := []*journal.Receipt{r}
	for seen := map[string]bool{r.ID: true}; parts[0].Of != "" && !seen[parts[0].Of]; {
		before, err := e.load(parts[0].Of)
		if err != nil {
			return nil, err
		}
		if before.Kind != r.Kind {
			break
		}
		seen[before.ID] = true
		parts = append([]*journal.Receipt{before}, parts...)
	}
	return parts, nil
}

// secretUndelivered reports whether the receipt records a new client secret in
// authentik, but not its write to PocketBase.
func secretUndelivered(r *journal.Receipt) bool {
	return slices.ContainsFunc(started(r), updatesSecret) && mayDiffer(r)
}
