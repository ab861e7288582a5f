package command

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func newApply(s *shared) *cobra.Command {
	var f applyLinkFlags
	cmd := &cobra.Command{
		Use:   "apply [saved plan]",
		Short: "Create or update the link",
		Long: "Shows what is about to change, asks, and creates or updates the link. A receipt of what was there " +
			"before\n" +
			"makes it possible to undo it. Of several links it shows all plans and asks once.\n\n" +
			"A plan of authpocket plan --out is applied without asking, and refused if something was changed since. " +
			"The\n" +
			"tokens are those of the link file.\n\n" +
			"pocketbase.password_auth: false and otp: false are written only with --sign-in or --sign-in-new: first " +
			"the\n" +
			"link is made, then somebody signs in through it, and only if that works they are turned off. Where " +
			"authentik\n" +
			"is the only way in, a slot that the link leaves is removed in the same way.\n\n" +
			"Exit code 0: done, 1: error.",
		Example: "  authpocket apply -f link.yaml\n" +
			"  authpocket apply -f link.yaml --yes --json\n" +
			"  authpocket apply -f links/ --yes --shard 0/4\n" +
			"  authpocket apply -f link.yaml link.plan\n" +
			"  authpocket apply -f link.yaml --sign-in-new",
		Args: option.AtMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.Saved = args[0]
			}
			return f.run(cmd.Context(), s.program())
		},
	}
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveDefault // a saved plan
	}
	f.applyFlags.add(cmd, s)
	f.linksFlags.add(cmd, &f.sourceFlags)
	f.signInFlags.add(cmd)
	f.proofFlags.add(cmd)
	_ = cmd.RegisterFlagCompletionFunc("sign-in", s.suggest(f.users))
	cmd.Flags().BoolVar(&f.RewriteSecret, "rewrite-secret", false,
		"write authentik's client secret to PocketBase again, even if nothing else changes")
	return cmd
}

// run plans the link, asks, and applies the plan, or those of several links, or a saved one.
func (f applyLinkFlags) run(ctx context.Context, p program) error {
	view := p.view(f.JSON)
	if err := clashSignIn(f.signInFlags, f.proofFlags); err != nil {
		return view.Fail(err)
	}
	who, err := p.credentials(ctx, f.signInFlags)
	if err != nil {
		return view.Fail(err)
	}
	defer who.Wipe()
	f.prove = f.prover(p, who)
	if f.Saved != "" {
		return f.runSaved(ctx, p)
	}
	if err := p.canAsk(f.Yes); err != nil {
		return view.Fail(err)
	}
	files, one, err := p.links(ctx, f.sourceFlags)
	if err != nil {
		return view.Fail(err)
	}
	if one = one || len(files) == 1 && f.signsIn(); len(files) > 1 && f.signsIn() {
		return view.Fail(refused(say.Of("A test sign-in is of one link, and there are several."),
			say.Of("Name the link with --only.")))
	}
	if !one {
		return p.applyAll(ctx, f, files, f.planned)
	}
	if f.ahead = engine.Ahead; f.Yes {
		f.ahead = engine.HurriedAhead
	}
	return p.carryOutOn(ctx, f.applyFlags, &files[0], f.planned, p.proveOnlyWay)
}

// planned returns the plan of a link.
func (f applyLinkFlags) planned(e *engine.Engine, ctx context.Context, spec link.Spec) (link.Plan, error) {
	spec.PocketBase.RewriteSecret = spec.PocketBase.RewriteSecret || f.RewriteSecret
	return e.Plan(ctx, spec)
}

// runSaved applies a saved plan.
func (f applyLinkFlags) runSaved(ctx context.Context, p program) error {
	view := p.view(f.JSON)
	if f.RewriteSecret {
		return view.Fail(refused(say.Of("--rewrite-secret changes the plan, and a saved one stays as it is."),
			say.Of("Leave it out, or apply the link file with it.")))
	}
	data, notRead := readPlan(ctx, f.Saved)
	file, err := p.reader(f.sourceFlags).One(ctx, f.File)
	if errors.Is(err, linkfile.ErrEmptyShard) { // for which plan saves none
		return p.noLinks(f.JSON, f.Shard)
	} else if err = cmp.Or(notRead, err); err != nil {
		return view.Fail(err)
	}
	saved, err := journal.DecodePlan(data)
	if errors.Is(err, journal.ErrNewer) {
		return view.Fail(err)
	} else if err != nil {
		return view.Fail(refused(say.Of("“%s” is not a plan that authpocket saved, or it was "+
			"altered since.", f.Saved),
			say.Of("Make the plan again with authpocket plan --out. A link file is named with -f.")))
	}
	f.Yes, f.seen = false, true
	return p.carryOutOn(ctx, f.applyFlags, &file, func(e *engine.Engine, _ context.Context, s link.Spec) (link.Plan,
		error) {
		return e.Open(saved, &s)
	}, p.proveOnlyWay)
}

// proveOnlyWay checks another client ID or secret of the only way in.
func (p program) proveOnlyWay(ctx context.Context, e *engine.Engine, plan link.Plan) (report.Checks, error) {
	if !plan.RenewsOnlyWay() {
		return nil, nil
	}
	return p.proveCredentials(ctx, e, plan)
}

// proveCredentials checks another client ID or secret, and keeps it only if authentik accepts it from PocketBase.
func (p program) proveCredentials(ctx context.Context, e *engine.Engine, plan link.Plan) (report.Checks, error) {
	defer p.Status(say.Of("Checking the new client secret, which takes up to 30 seconds"))()
	return e.ProveCredentials(ctx, &plan)
}

// carryOut plans the only link of a file, asks, applies the plan, and verifies
// the result unless verify is nil.
func (p program) carryOut(ctx context.Context, f applyFlags, planned planner, verify verifier) error {
	view := p.view(f.JSON)
	if err := p.canAsk(f.Yes); err != nil {
		return view.Fail(err)
	}
	file, err := p.reader(f.sourceFlags).One(ctx, f.File)
	if err != nil {
		return view.Fail(err)
	}
	return p.carryOutOn(ctx, f, &file, planned, verify)
}

func (p program) carryOutOn(ctx context.Context, f applyFlags, file *linkfile.File, planned planner,
	verify verifier) error {
	view := p.viewOf(file, f.JSON, f.All)
	moment, receipts, ahead := engine.OneMoment(ctx), kept(f.State), f.ahead
	if !f.Yes && ahead != nil {
		ahead = p.aheadOfPlan(earlier(f.State), file)
	}
	if f.Yes && ahead != nil {
		var err error
		if receipts, p.held, err = p.hold(ctx, file, receipts); err != nil {
			return view.Fail(err)
		}
		if p.held == nil {
			ahead = nil
		} else {
			defer p.held()
		}
	}
	e, spec, err := p.reach(moment, file, receipts, ahead)
	if err != nil {
		return view.Fail(err)
	}
	view.Interrupted(e)
	var plan link.Plan
	outcomes, last := output.Outcomes{}, last{}
	show := func(made link.Plan) {
		plan = last.with(&made)
		outcomes = output.NewOutcomes(&plan)
		if !f.JSON && !made.Saved {
			view.Plan(&plan)
		}
	}
	hook := func(event engine.Event) { view.Progress(outcomes)(event) }
	made := func(context.Context) (link.Plan, error) {
		defer p.reading()()
		plan, err := planned(e, moment, spec)
		if err == nil {
			plan, err = last.keep(&plan, f.prove != nil)
		}
		return plan, output.Interrupted(moment, err)
	}
	// After a signal the running change finishes, and no other starts.
	if f.Yes {
		err = e.ApplyUnseen(ctx, made, show, hook)
	} else {
		err = p.applySeen(ctx, e, made, func(first link.Plan) link.Plan { show(first); return plan }, hook)
	}
	var checks report.Checks
	if err == nil && verify != nil && !plan.Empty() {
		checks, err = verify(ctx, e, plan)
	}
	if err == nil && plan.NeedsProof() {
		var proved report.Checks
		proved, err = last.apply(ctx, e, f.prove, view, hook)
		checks = append(proved, checks...)
	}
	if _, began := errors.AsType[*report.Stopped](err); err != nil && !began && checks == nil {
		return view.Fail(err)
	}
	view.Applied(&plan, outcomes, checks, last.seen, err)
	if err != nil {
		return output.ExitError
	}
	if last.receipt != "" {
		view.WayBack(last.receipt)
	}
	return nil
}

// applySeen makes a plan, asks, and applies the plan. A saved one is shown once it is compared with both systems, when
// it is known which of its values are defaults.
func (p program) applySeen(ctx context.Context, e *engine.Engine, made engine.Planner,
	show func(link.Plan) link.Plan, hook engine.Hook) error {
	plan, err := made(ctx)
	if err != nil {
		return err
	}
	whole := show(plan)
	if plan.Saved {
		return e.ApplyAmong(ctx, &plan, engine.Among{Ready: func(fresh link.Plan) error {
			fresh.Saved = false
			show(fresh)
			return nil
		}}, hook)
	}
	if !whole.Empty() && !p.confirmed(ctx, &whole) {
		return output.Interrupted(ctx, output.Declined())
	}
	return e.Apply(ctx, plan, hook)
}
