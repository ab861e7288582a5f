package command

import (
	"context"
	"errors"
	"sync"

	"github.com/spf13/cobra"

	"authpocket/internal/command/batch"
	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// linksFlags are the flags of the commands that work on several links.
type linksFlags struct{ Parallel option.Parallel }

func (f *linksFlags) add(cmd *cobra.Command, of *sourceFlags) {
	cmd.Flags().Var((*option.Shard)(&of.Shard), "shard",
		"work on part `K/N` of the links, K from 0 to N-1; each link is in "+
			"one part, by\nits name, so that the pods of an indexed Kubernetes Job share the links")
	f.Parallel = 8
	cmd.Flags().Var(&f.Parallel, "parallel", "work on up to `n` links at a time, 1 to 64")
}

// countedChanges returns the title of what plan and apply count.
func countedChanges() say.Text { return say.Of("changes") }

// work is what a command does for a link.
type work func(context.Context, *program, linkfile.File) output.Summary

// each works on the link of a file, or on all of several and prints a table. counted is the title of its count.
func (p *program) each(ctx context.Context, f fileFlags, l linksFlags, receipts disk.Store, counted say.Text,
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

// noLinks says that a shard has no link, as it is said of several.
func (p *program) noLinks(asJSON bool, of linkfile.Shard) error {
	view := p.view(asJSON)
	if asJSON {
		view.Links(nil, nil)
	} else {
		view.Table(nil, countedChanges(), (*option.Shard)(&of).String())
	}
	return nil
}

// eachOf works on all of several links.
func (p *program) eachOf(ctx context.Context, files []linkfile.File, cfg batch.Config, receipts disk.Store,
	do work) error {
	p, end := p.sharing(files, sync.OnceValues(receipts), nil)
	defer end()
	run := batch.New(cfg, files)
	return run.Each(ctx, func(ctx context.Context, to terminal.Streams, file linkfile.File) output.Summary {
		return do(ctx, p.to(to), file)
	})
}

// sharing returns the program for several links, which share clients, receipts and, unless it is nil, the lock of their
// systems. end closes the connections.
func (p *program) sharing(files []linkfile.File, receipts disk.Store, joint *journal.Joint) (several *program,
	end func()) {
	several = new(*p)
	several.common = &common{receipts: receipts, joint: joint}
	several.tellEarlier(files)
	return several, several.common.clients.CloseIdleConnections
}

// batch returns how to work on several links.
func (p *program) batch(f fileFlags, l linksFlags, counted say.Text) batch.Config {
	return batch.Config{Streams: p.Streams, JSON: f.JSON, Parallel: int(l.Parallel), Counted: counted,
		Part: (*option.Shard)(&f.Shard).String()}
}

// to returns the program with other streams.
func (p *program) to(streams terminal.Streams) *program {
	other := *p
	other.Streams = streams
	return &other
}

// tellEarlier tells what of the receipts is of none of several links. A store that cannot be read is an error of each.
func (p *program) tellEarlier(files []linkfile.File) {
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
func (p *program) links(ctx context.Context, f sourceFlags) (files []linkfile.File, one bool, err error) {
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
