package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"authpocket/internal/connect"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

// addOnly adds the flag that names one of several links.
func (f *sourceFlags) addOnly(cmd *cobra.Command, s *shared) {
	cmd.Flags().StringArrayVar(&f.Only, "only", nil, "the `name` of a link, where the link file describes several; "+
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

// common is what the links of one run share.
type common struct {
	clients  connect.Clients
	receipts store
	joint    *journal.Joint // nil for a run that changes nothing
	told     sync.Map       // of views
}

// summary is what became of a link, for the table of several.
type summary struct {
	Outcome string
	Count   int    // of changes or of failed checks
	Cause   string // of a failure
	code    exit
}

// exit returns the exit code of a command for one link, nil for 0.
func (s summary) exit() error {
	if s.code == exitOK {
		return nil
	}
	return s.code
}

// The outcomes that all commands have. A link is not started after a signal.
const (
	outcomeFailed     = "failed"
	outcomeNotStarted = "not started"
)

// failed returns the summary of a link that an error stopped.
func failed(err error) summary {
	return summary{Outcome: outcomeFailed, Cause: messages(err)[0].What(), code: exitError}
}

// work is what a command does for a link.
type work func(context.Context, program, linkfile.File) summary

// each works on the link of a file, or on all of several and prints a table. counted is the title of its count.
func (p program) each(ctx context.Context, f fileFlags, l linksFlags, receipts store, counted string,
	do work) error {
	files, one, err := p.links(ctx, f.sourceFlags)
	if err != nil {
		return p.view(f.JSON).fail(err)
	}
	if one {
		return do(ctx, p, files[0]).exit()
	}
	p.common = &common{receipts: sync.OnceValues(receipts)}
	r := newRun(p, f, l, files)
	r.all(ctx, r.jobs, func(ctx context.Context, p program, j *job) summary { return do(ctx, p, j.file) })
	return r.end(counted)
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
	link.Problems
	file linkfile.File
}

// Messages returns the messages of the problems.
func (l located) Messages() []link.Message { return link.Each(l.Problems.Messages(), l.file.Locate) }
