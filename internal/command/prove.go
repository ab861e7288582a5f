package command

import (
	"context"
	"strings"
	"time"

	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// signsIn reports whether the flags ask for a test sign-in.
func (f applyLinkFlags) signsIn() bool { return f.SignIn != "" || f.SignInNew }

// prover returns how apply proves a sign-in, nil if no flag asks for it.
func (f applyLinkFlags) prover(p *program.Run, who signin.Credentials) prover {
	if !f.signsIn() {
		return nil
	}
	return func(ctx context.Context, e *engine.Engine, spec link.Spec, view *output.View) (proof *link.Proof,
		check report.Check, err error) {
		d, err := e.Desire(ctx, &spec)
		if err != nil {
			return nil, check, err
		}
		var v *signin.Verdict
		if f.SignInNew {
			plan, err := f.planProof(ctx, p, e, &spec, view, f.Yes || f.seen)
			if err != nil {
				return nil, check, err
			}
			defer plan.Generated.Person.Password.Wipe()
			check, v, err = e.Prove(ctx, &plan, view.Progress(output.NewOutcomes(&plan)))
			if err != nil {
				return nil, check, err
			}
		} else {
			check, v = e.SignIns.Run(ctx, &d, who)
		}
		return engine.ProofOf(&d, v, time.Now()), check, nil
	}
}

// last is what a plan leaves until a sign-in is proved.
type last struct {
	whole   link.Plan
	receipt string          // of the apply, empty for none
	seen    report.SignedIn // the sign-in that was proved
}

// keep returns what of the plan is applied first. The error says that the rest needs a proof, and there is none.
func (l *last) keep(plan *link.Plan, proves bool) (first link.Plan, err error) {
	if !proves || !plan.NeedsProof() {
		return engine.WithoutProof(plan)
	}
	l.whole = *plan
	return plan.Limited(link.PartBeforeProof), nil
}

// with returns the whole plan that begins with first.
func (l *last) with(first *link.Plan) link.Plan {
	if !l.whole.NeedsProof() {
		return *first
	}
	whole := first.Limited(link.PartWhole)
	whole.Changes = append(whole.Changes, l.whole.Limited(link.PartAfterProof).Changes...)
	return whole
}

// apply has somebody sign in through the link of a plan, and then writes what of it needs that proof. The checks are
// those of the sign-in.
func (l *last) apply(ctx context.Context, e *engine.Engine, prove prover, plan *link.Plan, view *output.View,
	hook apply.Hook) (report.Checks, error) {
	proof, check, err := prove(ctx, e, plan.Spec, view)
	checks := report.Checks{}
	if check.ID != "" {
		checks = append(checks, check)
	}
	if err != nil {
		return checks, err
	}
	proves := l.whole.NeedsProof()
	switch {
	case proof == nil && !proves:
		return checks, output.Refused(say.Of("No sign-in worked."), say.Of("The link itself is applied."))
	case proof == nil:
		stays := say.Of("The sign-in did not work, so the sign-in methods of %s stay as they are.",
			l.whole.Desired.Collection.Name)
		if !link.TurnsOff(l.whole.Changes) {
			stays = say.Of("The sign-in did not work, so %s stays.", strings.Join(link.OldSlots(l.whole.Changes), ", "))
		}
		return checks, output.Refused(stays, say.Of("The link itself is applied. Apply again once a sign-in works."))
	case !proves:
		return checks, nil
	}
	l.seen = report.SignedIn{Name: proof.By, At: proof.At}
	return checks, e.ApplyProved(ctx, &l.whole, proof, func(event apply.Event) {
		l.receipt = event.Receipt
		hook(event)
	})
}
