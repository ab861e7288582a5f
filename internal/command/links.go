package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"authpocket/internal/command/batch"
	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/connect"
	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// addOnly adds the flag that names one of several links.
func (f *sourceFlags) addOnly(cmd *cobra.Command, s *shared) {
	cmd.Flags().Var((*repeated)(&f.Only), "only", "the `name` of a link, where the link file describes several; "+
		"can be repeated")
	_ = cmd.RegisterFlagCompletionFunc("only", s.suggest(f.names))
}

// names suggests the names of the links.
func (f *sourceFlags) names(ctx context.Context, p program, _ string) []cobra.Completion {
	names, err := p.reader(*f).Names(ctx, f.File)
	if err != nil {
		return nil
	}
	return names
}

// linksFlags are the flags of the commands that work on several links.
type linksFlags struct{ Parallel parallel }

func (f *linksFlags) add(cmd *cobra.Command, of *sourceFlags) {
	cmd.Flags().Var((*shard)(&of.Shard), "shard", "work on part `K/N` of the links, K from 0 to N-1; each link is in "+
		"one part, by\nits name, so that the pods of an indexed Kubernetes Job share the links")
	f.Parallel = 8
	cmd.Flags().Var(&f.Parallel, "parallel", "work on up to `n` links at a time, 1 to 64")
}

// parallel is how many links are worked on at a time.
type parallel int

const maxParallel = 64

func (p *parallel) Set(value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > maxParallel {
		return fmt.Errorf("use a number from 1 to %d", maxParallel)
	}
	*p = parallel(n)
	return nil
}

func (p *parallel) String() string { return strconv.Itoa(int(*p)) }

func (*parallel) Type() string { return "number" }

// shard is a part of the links on the command line, such as 0/4.
type shard linkfile.Shard

func (s *shard) Set(value string) error {
	part, parts, _ := strings.Cut(value, "/")
	k, err := strconv.ParseUint(part, 10, 32)
	n, err2 := strconv.ParseUint(parts, 10, 32)
	if err != nil || err2 != nil || k >= n {
		return errors.New("use K/N with K from 0 to N-1, such as 0/4")
	}
	*s = shard{Part: uint32(k), Parts: uint32(n)}
	return nil
}

func (s *shard) String() string {
	if s.Parts == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Part, s.Parts)
}

func (*shard) Type() string { return "part" }

// countedChanges returns the title of what plan and apply count.
func countedChanges() say.Text { return say.Of("changes") }

// common is what the links of one run share.
type common struct {
	clients  connect.Clients
	receipts store
	joint    *journal.Joint // nil for a run that changes nothing
}

// work is what a command does for a link.
type work func(context.Context, program, linkfile.File) output.Summary

// each works on the link of a file, or on all of several and prints a table. counted is the title of its count.
func (p program) each(ctx context.Context, f fileFlags, l linksFlags, receipts store, counted say.Text,
	do work) error {
	files, one, err := p.links(ctx, f.sourceFlags)
	if err != nil {
		return p.view(f.JSON).Fail(err)
	}
	if one {
		return do(ctx, p, files[0]).Exit()
	}
	return p.eachOf(ctx, files, p.batch(f, l, counted), receipts, do)
}

// eachOf works on all of several links.
func (p program) eachOf(ctx context.Context, files []linkfile.File, cfg batch.Config, receipts store, do work) error {
	p.common = &common{receipts: sync.OnceValues(receipts)}
	defer p.common.clients.CloseIdleConnections()
	p.tellEarlier(files)
	run := batch.New(cfg, files)
	return run.Each(ctx, func(ctx context.Context, to terminal.Streams, file linkfile.File) output.Summary {
		return do(ctx, p.to(to), file)
	})
}

// batch returns how to work on several links.
func (p program) batch(f fileFlags, l linksFlags, counted say.Text) batch.Config {
	return batch.Config{Streams: p.Streams, JSON: f.JSON, Parallel: int(l.Parallel), Counted: counted,
		Part: (*shard)(&f.Shard).String()}
}

// to returns the program with other streams.
func (p program) to(streams terminal.Streams) program {
	p.Streams = streams
	return p
}

// applyAll applies several links.
func (p program) applyAll(ctx context.Context, f applyLinkFlags, files []linkfile.File, planned planner) error {
	opened, err := openStore(f.State)
	if err != nil {
		return p.view(f.JSON).Fail(err)
	}
	p.common = &common{receipts: func() (*engine.Store, error) { return opened, nil }, joint: journal.NewJoint(opened)}
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

// tellEarlier tells what of the receipts is of none of several links. A store that cannot be read is an error of each.
func (p program) tellEarlier(files []linkfile.File) {
	store, err := p.common.receipts()
	if store == nil || err != nil {
		return
	}
	if list, aside, err := store.Index(); err == nil {
		p.view(false).Earlier(list, aside, files)
	}
}

// links reads the selected links. one reports whether the command works on one link, as if its file described no
// other.
func (p program) links(ctx context.Context, f sourceFlags) (files []linkfile.File, one bool, err error) {
	files, err = p.reader(f).All(ctx, f.File)
	if err != nil {
		return nil, false, err
	}
	one = len(files) == 1 && f.Shard.Parts == 0
	var problems []error
	for _, file := range files {
		if _, found := file.Spec(); len(found) > 0 && !one {
			problems = append(problems, located{found, file})
		}
	}
	return files, one, errors.Join(problems...)
}

// located are the problems of a link, with their places.
type located struct {
	report.Problems
	file linkfile.File
}

// Messages returns the messages of the problems.
func (l located) Messages() []report.Message { return link.Each(l.Problems.Messages(), l.file.Locate) }
