package command

import (
	"context"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// canAsk returns an error if there is nobody to ask and --yes does not answer.
func (p program) canAsk(yes bool) error {
	if yes || p.CanAsk() {
		return nil
	}
	return refused(say.Of("There is no terminal to ask at, so nothing was read or changed."), say.Of("Use --yes."))
}

// confirmed asks whether to apply a plan and reports whether the answer is yes.
func (p program) confirmed(ctx context.Context, plan *link.Plan) bool {
	return p.Asker().Yes(ctx, say.Count(len(plan.Changes), "Apply %d change?", "Apply %d changes?"))
}
