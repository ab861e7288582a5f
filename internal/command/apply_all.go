package command

import (
	"context"

	"authpocket/internal/command/batch"
	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/engine"
	"authpocket/internal/journal/lock"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

// applyAll applies several links.
func (p program) applyAll(ctx context.Context, f applyLinkFlags, files []linkfile.File, planned planner) error {
	opened, err := openStore(f.State)
	if err != nil {
		return p.view(f.JSON).Fail(err)
	}
	p.common = &common{receipts: func() (*engine.Store, error) { return opened, nil }, joint: lock.NewJoint(opened)}
	defer p.common.clients.CloseIdleConnections()
	p.tellEarlier(files)
	return batch.New(p.batch(f.fileFlags, f.linksFlags, countedChanges()), files).Apply(ctx, batch.Applying{
		Yes: f.Yes,
		Connect: func(ctx context.Context, to terminal.Streams, file linkfile.File) (*engine.Engine, engine.Planner,
			error) {
			moment := engine.OneMoment(ctx)
			e, spec, err := p.to(to).reach(moment, &file, nil, engine.Ahead)
			if err != nil {
				return nil, nil, err
			}
			p.to(to).viewOf(&file, f.JSON, f.All).Interrupted(e)
			return e, func(context.Context) (link.Plan, error) {
				plan, err := planned(e, moment, spec)
				if err != nil {
					return plan, output.Interrupted(ctx, err)
				}
				return engine.WithoutProof(&plan)
			}, nil
		},
		View: func(to terminal.Streams, file linkfile.File) *output.View {
			return p.to(to).viewOf(&file, f.JSON, f.All)
		},
	})
}
