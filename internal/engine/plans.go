package engine

import (
	"context"
	"slices"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/secret"
)

// Removal plans to take the link apart on both sides.
func (e *Engine) Removal(ctx context.Context, spec link.Spec) (link.Plan, error) {
	snaps, spec, err := e.find(ctx, spec)
	if err != nil {
		return link.Plan{}, err
	}
	plan, problems := plans.NewRemoval(spec, snaps.Authentik, snaps.PocketBase)
	return plan, problems.Err()
}

// Rotation plans a new client secret on both sides.
func (e *Engine) Rotation(ctx context.Context, spec link.Spec) (link.Plan, error) {
	generated, err := generate()
	if err != nil {
		return link.Plan{}, err
	}
	return e.RotationTo(ctx, spec, generated.ClientSecret)
}

// RotationTo plans the same with a client secret that is known, such as the
// one before.
func (e *Engine) RotationTo(ctx context.Context, spec link.Spec, to secret.Text) (link.Plan, error) {
	spec.Provider.ClientSecret = &to
	plan, err := e.Plan(ctx, spec)
	if err != nil {
		return link.Plan{}, err
	}
	if plan = plans.AsRotation(plan); !slices.ContainsFunc(plan.Changes, givesSecret) {
		return link.Plan{},
			link.Problems{{Field: "application.slug", Summary: "There is no link yet whose client secret could be " +
				"changed.", Todo: "Make the link first: that gives it a new one."}}
	}
	return plan, nil
}

// ProveSecret has PocketBase show its client secret to authentik, and reads in
// PocketBase's log what became of it. That takes up to 30 s.
func (e *Engine) ProveSecret(ctx context.Context, d link.Desired) link.Check {
	return e.pocketbase.Probe(ctx, d)
}

// givesSecret tells whether the change gives a provider that is there another
// client secret.
func givesSecret(c link.Change) bool {
	return c.Kind == link.KindProvider && c.Action == link.Update && c.Changed("client_secret")
}

// Undo plans to take back what a receipt says was done. force undoes also
// what was changed since.
func (e *Engine) Undo(ctx context.Context, id string, force bool) (link.Plan, error) {
	if e.receipts == nil {
		return link.Plan{}, &journal.Fault{Summary: "No receipts are kept.", Todo: "Name a state directory."}
	}
	receipt, err := e.receipts.Load(id)
	if err != nil {
		return link.Plan{}, err
	}
	if receipt.Key() != e.key() {
		return link.Plan{}, &journal.Fault{Summary: "The receipt is of other systems: " + receipt.AuthentikURL +
			" and " + receipt.PocketBaseURL + ".", Todo: "Undo it with a link file that has those addresses."}
	}
	switch receipt.Kind {
	case journal.Apply:
	case journal.Remove:
		return e.restoration(ctx, receipt, force)
	default:
		return link.Plan{}, notUndone(receipt.Kind)
	}
	done, rewrite, err := e.chain(receipt)
	if err != nil {
		return link.Plan{}, err
	}
	torn, err := e.hasTornSecrets(id, receipt.Spec)
	if err != nil {
		return link.Plan{}, err
	}
	spec := receipt.Spec
	spec.PocketBase.RewriteSecret = rewrite || torn
	snaps, err := e.Observe(ctx, spec)
	if err != nil {
		return link.Plan{}, err
	}
	plan, problems := plans.NewUndo(spec, done, snaps.Authentik, snaps.PocketBase, force)
	plan.Of = id
	return plan, problems.Err()
}

// restoration plans to make again what a removal took apart, in one go or in
// several.
func (e *Engine) restoration(ctx context.Context, r *journal.Receipt, force bool) (link.Plan, error) {
	list, _, err := e.receipts.List()
	if err != nil {
		return link.Plan{}, err
	}
	if takenBack(list, r.ID) && !force {
		return link.Plan{}, &journal.Fault{Summary: "The receipt was taken back already: the link was made again.",
			Todo: "Plan the link to see whether it still is as you want it."}
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
			spec.Access = part.Spec.Access // whom it let in
		}
		done = append(done, changes...)
	}
	if spec, err = e.withoutEmail(ctx, plans.SpecBefore(spec, done)); err != nil {
		return link.Plan{}, err
	}
	plan, err := e.Plan(ctx, spec)
	if err != nil {
		return link.Plan{}, err
	}
	plan, problems := plans.AsRestoration(plan, done, force)
	plan.Of = r.ID
	return plan, problems.Err()
}

// last is the receipt that ended what r, a removal, began: r itself, or one
// that went on from it.
func (e *Engine) last(r *journal.Receipt) (*journal.Receipt, error) {
	list, _, err := e.receipts.List()
	if err != nil {
		return nil, err
	}
	id := r.ID
	for _, one := range slices.Backward(list) { // the oldest first
		if one.Kind == r.Kind && one.Of == id {
			id = one.ID
		}
	}
	if id == r.ID {
		return r, nil
	}
	return e.receipts.Load(id)
}

// withoutEmail leaves out scope mappings that are gone, and those for e-mail,
// which the decision settles. The plan says what does not come back.
func (e *Engine) withoutEmail(ctx context.Context, spec link.Spec) (link.Spec, error) {
	snaps, err := e.Observe(ctx, spec)
	if err != nil {
		return spec, err
	}
	fits := func(name string) bool {
		return slices.ContainsFunc(snaps.Authentik.Mappings, func(m link.Mapping) bool {
			return m.Name == name && m.Scope != "email"
		})
	}
	spec.Provider.ScopeMappings = slices.DeleteFunc(slices.Clone(spec.Provider.ScopeMappings),
		func(name string) bool { return !fits(name) })
	return spec, nil
}

// notUndone says what to do instead where there is nothing to put back.
func notUndone(kind journal.Kind) error {
	if kind == journal.Rotate {
		return &journal.Fault{Summary: "The receipt is of a rotation, which cannot be taken back: the old client " +
			"secret is kept nowhere.", Todo: "Rotate again for another new one."}
	}
	return &journal.Fault{Summary: "The receipt is of an " + string(kind) + ", which cannot be taken back.",
		Todo: "Apply again: that makes the link anew, with another client secret."}
}

// chain are the changes of the receipt, after those of the applies that it
// went on from: together they made what there is to take back. rewrite tells
// that they gave authentik a client secret that PocketBase may not have.
func (e *Engine) chain(r *journal.Receipt) (done []link.Change, rewrite bool, err error) {
	parts, err := e.parts(r)
	for _, part := range parts {
		done, rewrite = append(done, started(part)...), rewrite || secretOpen(part)
	}
	return done, rewrite, err
}

// parts are the receipts of the same kind that r went on from, and r itself,
// in the order of their making.
func (e *Engine) parts(r *journal.Receipt) ([]*journal.Receipt, error) {
	parts := []*journal.Receipt{r}
	for seen := map[string]bool{r.ID: true}; parts[0].Of != "" && !seen[parts[0].Of]; {
		before, err := e.receipts.Load(parts[0].Of)
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

// secretOpen tells whether the receipt tells of a new client secret for
// authentik and not of PocketBase's taking it.
func secretOpen(r *journal.Receipt) bool {
	given := slices.ContainsFunc(started(r), givesSecret)
	return given && slices.ContainsFunc(r.Changes, func(c journal.Change) bool {
		return c.Kind == link.KindOAuth2 &&
			c.State() != journal.Done
	})
}

// started returns the changes that were written or may have been: those
// announced without an end are looked for as well.
func started(r *journal.Receipt) []link.Change {
	var done []link.Change
	for _, c := range r.Changes {
		if state := c.State(); state == journal.Done || state == journal.AboutTo {
			done = append(done, c.Change)
		}
	}
	return done
}
