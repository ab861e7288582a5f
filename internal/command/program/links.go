package program

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
	"authpocket/internal/journal/lock"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// LinksFlags are the flags of the commands that work on several links.
type LinksFlags struct{ Parallel option.Parallel }

// Add adds the flags.
func (f *LinksFlags) Add(cmd *cobra.Command, of *SourceFlags) {
	cmd.Flags().Var((*option.Shard)(&of.Shard), "shard",
		"work on part `K/N` of the links, K from 0 to N-1; each link is in "+
			"one part, by\nits name, so that the pods of an indexed Kubernetes Job share the links")
	f.Parallel = 8
	cmd.Flags().Var(&f.Parallel, "parallel", "work on up to `n` links at a time, 1 to 64")
}

// CountedChanges returns the title of what plan and apply count.
func CountedChanges() say.Text { return say.Of("changes") }

// Work is what a command does for a link.
type Work func(context.Context, *Run, linkfile.File) output.Summary

// Each works on the link of a file, or on all of several and prints a table. counted is the title of its count.
func (p *Run) Each(ctx context.Context, f FileFlags, l LinksFlags, receipts disk.Store, counted say.Text,
	do Work) error {
	files, one, err := p.Links(ctx, f.SourceFlags)
	if err != nil {
		return p.View(f.JSON).Fail(err)
	}
	if one {
		return do(ctx, p, files[0]).Exit()
	}
	return p.EachOf(ctx, files, p.Batch(f, l, counted), receipts, do)
}

// NoLinks says that a shard has no link, as it is said of several.
func (p *Run) NoLinks(asJSON bool, of linkfile.Shard) error {
	view := p.View(asJSON)
	if asJSON {
		view.Links(nil, nil)
	} else {
		view.Table(nil, CountedChanges(), (*option.Shard)(&of).String())
	}
	return nil
}

// EachOf works on all of several links.
func (p *Run) EachOf(ctx context.Context, files []linkfile.File, cfg batch.Config, receipts disk.Store,
	do Work) error {
	p, end := p.Sharing(files, sync.OnceValues(receipts), nil)
	defer end()
	run := batch.New(cfg, files)
	return run.Each(ctx, func(ctx context.Context, to terminal.Streams, file linkfile.File) output.Summary {
		return do(ctx, p.To(to), file)
	})
}

// Sharing returns the program for several links, which share clients, receipts and, unless it is nil, the lock of their
// systems. end closes the connections.
func (p *Run) Sharing(files []linkfile.File, receipts disk.Store, joint *lock.Joint) (several *Run,
	end func()) {
	several = new(*p)
	several.common = &common{receipts: receipts, joint: joint}
	several.tellEarlier(files)
	return several, several.common.clients.CloseIdleConnections
}

// Batch returns how to work on several links.
func (p *Run) Batch(f FileFlags, l LinksFlags, counted say.Text) batch.Config {
	return batch.Config{Streams: p.Streams, JSON: f.JSON, Parallel: int(l.Parallel), Counted: counted,
		Part: (*option.Shard)(&f.Shard).String()}
}

// To returns the program with other streams.
func (p *Run) To(streams terminal.Streams) *Run {
	other := *p
	other.Streams = streams
	return &other
}

// tellEarlier tells what of the receipts is of none of several links. A store that cannot be read is an error of each.
func (p *Run) tellEarlier(files []linkfile.File) {
	store, err := p.common.receipts()
	if store == nil || err != nil {
		return
	}
	if list, aside, err := store.Index(); err == nil {
		p.View(false).Earlier(list, aside, files)
	}
}

// Links reads the selected links. one reports whether the command works on one link, as if its file described no
// other.
func (p *Run) Links(ctx context.Context, f SourceFlags) (files []linkfile.File, one bool, err error) {
	files, err = p.Reader(f).All(ctx, f.File)
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
