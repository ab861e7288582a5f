package command

import (
	"context"

	"authpocket/internal/command/batch"
	"authpocket/internal/command/disk"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/command/terminal"
	"authpocket/internal/engine"
	"authpocket/internal/journal/lock"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

// applyAll applies several links.
func (f *applyLinkFlags) applyAll(ctx context.Context, p *program.Run, files []linkfile.File, planned planner) error {
	opened, err := disk.OpenStore(f.State)
	if err != nil {
		return p.View(f.JSON).Fail(err)
	}
	p, end := p.Sharing(files, func() (*engine.Store, error) { return opened, nil }, lock.NewJoint(opened))
	defer end()
	return batch.New(p.Batch(f.FileFlags, f.LinksFlags, program.CountedChanges()), files).Apply(ctx, batch.Applying{
		Yes: f.Yes,
		Connect: func(ctx context.Context, to terminal.Streams, file linkfile.File) (*engine.Engine, engine.Planner,
			error) {
			moment := engine.OneMoment(ctx)
			e, spec, err := p.To(to).Reach(moment, &file, nil, engine.Ahead)
			if err != nil {
				return nil, nil, err
			}
			p.To(to).ViewOf(&file, f.JSON, f.All).Interrupted(e)
			return e, func(context.Context) (link.Plan, error) {
				plan, err := planned(e, moment, spec)
				if err != nil {
					return plan, output.Interrupted(ctx, err)
				}
				return engine.WithoutProof(&plan)
			}, nil
		},
		View: func(to terminal.Streams, file linkfile.File) *output.View {
			return p.To(to).ViewOf(&file, f.JSON, f.All)
		},
	})
}
