package command

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func newApply(s *program.Shared) *cobra.Command {
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
			return f.run(cmd.Context(), s.Run())
		},
	}
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveDefault // a saved plan
	}
	f.applyFlags.add(cmd, s)
	f.LinksFlags.Add(cmd, &f.SourceFlags)
	f.signInFlags.add(cmd)
	f.proofFlags.add(cmd)
	_ = cmd.RegisterFlagCompletionFunc("sign-in", s.Suggest(f.Users))
	cmd.Flags().BoolVar(&f.RewriteSecret, "rewrite-secret", false,
		"write authentik's client secret to PocketBase again, even if nothing else changes")
	return cmd
}

// run plans the link, asks, and applies the plan, or those of several links, or a saved one.
func (f applyLinkFlags) run(ctx context.Context, p *program.Run) error {
	view := p.View(f.JSON)
	if err := clashSignIn(f.signInFlags, f.proofFlags); err != nil {
		return view.Fail(err)
	}
	if f.Saved != "" {
		return f.runSaved(ctx, p)
	}
	if err := p.MayAsk(f.Yes); err != nil {
		return view.Fail(err)
	}
	files, one, err := p.Links(ctx, f.SourceFlags)
	if err != nil {
		return view.Fail(err)
	}
	if one = one || len(files) == 1 && f.signsIn(); len(files) > 1 && f.signsIn() {
		return view.Fail(output.Refused(say.Of("A test sign-in is of one link, and there are several."),
			say.Of("Name the link with --only.")))
	}
	who, err := f.credentials(ctx, p)
	if err != nil {
		return view.Fail(err)
	}
	defer who.Wipe()
	f.prove = f.prover(p, who)
	if !one {
		return f.applyAll(ctx, p, files, f.planned)
	}
	if f.ahead = engine.Ahead; f.Yes {
		f.ahead = engine.HurriedAhead
	}
	return f.carryOutOn(ctx, p, &files[0], f.planned, proveOnlyWay)
}

// planned returns the plan of a link.
func (f applyLinkFlags) planned(e *engine.Engine, ctx context.Context, spec link.Spec) (link.Plan, error) {
	spec.PocketBase.RewriteSecret = spec.PocketBase.RewriteSecret || f.RewriteSecret
	return e.Plan(ctx, spec)
}

// runSaved applies a saved plan.
func (f applyLinkFlags) runSaved(ctx context.Context, p *program.Run) error {
	view := p.View(f.JSON)
	if f.RewriteSecret {
		return view.Fail(output.Refused(say.Of("--rewrite-secret changes the plan, and a saved one stays as it is."),
			say.Of("Leave it out, or apply the link file with it.")))
	}
	data, notRead := disk.ReadPlan(ctx, f.Saved)
	file, err := p.Reader(f.SourceFlags).One(ctx, f.File)
	if errors.Is(err, linkfile.ErrEmptyShard) { // for which plan saves none
		return p.NoLinks(f.JSON, f.Shard)
	} else if err = cmp.Or(notRead, err); err != nil {
		return view.Fail(err)
	}
	saved, err := journal.DecodePlan(data)
	if errors.Is(err, journal.ErrNewer) {
		return view.Fail(err)
	} else if err != nil {
		return view.Fail(output.Refused(say.Of("“%s” is not a plan that authpocket saved, or it was "+
			"altered since.", f.Saved),
			say.Of("Make the plan again with authpocket plan --out. A link file is named with -f.")))
	}
	who, err := f.credentials(ctx, p)
	if err != nil {
		return view.Fail(err)
	}
	defer who.Wipe()
	f.Yes, f.seen = false, true
	f.prove = f.prover(p, who)
	return f.carryOutOn(ctx, p, &file, func(e *engine.Engine, _ context.Context, s link.Spec) (link.Plan,
		error) {
		return e.Open(saved, &s)
	}, proveOnlyWay)
}

// proveOnlyWay checks another client ID or secret of the only way in.
func proveOnlyWay(ctx context.Context, p *program.Run, e *engine.Engine, plan link.Plan) (report.Checks, error) {
	if !plan.RenewsOnlyWay() {
		return nil, nil
	}
	return proveCredentials(ctx, p, e, plan)
}

// proveCredentials checks another client ID or secret, and keeps it only if authentik accepts it from PocketBase.
func proveCredentials(ctx context.Context, p *program.Run, e *engine.Engine, plan link.Plan) (report.Checks, error) {
	defer p.Status(say.Of("Checking the new client secret, which takes up to 30 seconds"))()
	checks, err := e.ProveCredentials(ctx, &plan)
	if err == nil && ctx.Err() != nil && slices.ContainsFunc(checks,
		func(c report.Check) bool { return c.Status == report.Skipped }) {
		err = output.Refused(say.Of("Interrupted, so it is not known whether authentik accepts the new client secret "+
			"from PocketBase."), say.Of("Run authpocket verify."))
	}
	return checks, err
}

// carryOut plans the only link of a file, asks, applies the plan, and verifies
// the result unless verify is nil.
func (f *applyFlags) carryOut(ctx context.Context, p *program.Run, planned planner, verify verifier) error {
	view := p.View(f.JSON)
	if err := p.MayAsk(f.Yes); err != nil {
		return view.Fail(err)
	}
	file, err := p.Reader(f.SourceFlags).One(ctx, f.File)
	if err != nil {
		return view.Fail(err)
	}
	return f.carryOutOn(ctx, p, &file, planned, verify)
}

func (f *applyFlags) carryOutOn(ctx context.Context, p *program.Run, file *linkfile.File, planned planner,
	verify verifier) error {
	view := p.ViewOf(file, f.JSON, f.All)
	moment, receipts, ahead := engine.OneMoment(ctx), disk.Kept(f.State), f.ahead
	if !f.Yes && ahead != nil {
		ahead = p.AheadOfPlan(disk.Earlier(f.State), file)
	}
	if f.Yes && ahead != nil {
		var release func()
		var err error
		if p, receipts, release, err = p.Hold(ctx, file, receipts); err != nil {
			return view.Fail(err)
		}
		if release == nil {
			ahead = nil
		} else {
			defer release()
		}
	}
	e, spec, err := p.Reach(moment, file, receipts, ahead)
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
	hook := func(event apply.Event) { view.Progress(outcomes)(event) }
	made := func(context.Context) (link.Plan, error) {
		defer p.Reading()()
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
		err = applySeen(ctx, p, e, made, func(first link.Plan) link.Plan { show(first); return plan }, hook)
	}
	var checks report.Checks
	if err == nil && verify != nil && !plan.Empty() {
		checks, err = verify(ctx, p, e, plan)
	}
	if err == nil && f.prove != nil {
		var proved report.Checks
		proved, err = last.apply(ctx, e, f.prove, &plan, view, hook)
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
func applySeen(ctx context.Context, p *program.Run, e *engine.Engine, made engine.Planner,
	show func(link.Plan) link.Plan, hook apply.Hook) error {
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
	if !whole.Empty() && !p.Confirmed(ctx, &whole) {
		return output.Interrupted(ctx, output.Declined())
	}
	return e.Apply(ctx, plan, hook)
}
