// Package batch works on several links at a time: it holds back what each prints until it ends, and keeps them from
// writing the same object at once.
package batch

import (
	"context"
	"slices"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

// Config says how a run works.
type Config struct {
	Streams  terminal.Streams
	JSON     bool
	Parallel int      // links at a time
	Counted  say.Text // the title of what the table counts, empty for no table
	Part     string   // of all links, such as 0/4
}

// Run works on several links of one command.
type Run struct {
	Config
	jobs []*job
}

// job is the work on one link.
type job struct {
	file     linkfile.File
	held     held
	document []byte // of JSON
	prepared
	settle func(context.Context) error // after the link was written to, else nil
	output.Summary
}

// prepared is the state of a link that is applied.
type prepared struct {
	engine  *engine.Engine // nil if the link could not be planned
	plan    link.Plan
	began   int    // the touches of objects before it was planned
	release func() // of a link that is held since before it was planned, else nil
}

// New returns a run that has not begun.
func New(cfg Config, files []linkfile.File) *Run {
	r := &Run{Config: cfg}
	for _, file := range files {
		file.Name = file.Label()
		r.jobs = append(r.jobs, &job{file: file,
			Summary: output.Summary{Outcome: output.OutcomeNotStarted, Code: output.ExitError}})
	}
	return r
}

// Each works on all links, prints the table or document of all, and returns the exit code, nil for 0.
func (r *Run) Each(ctx context.Context,
	work func(context.Context, terminal.Streams, linkfile.File) output.Summary) error {
	r.all(ctx, r.jobs, func(ctx context.Context, to terminal.Streams, j *job) output.Summary {
		return work(ctx, to, j.file)
	})
	return r.end()
}

// systems returns the addresses of both systems.
func (j *job) systems() []string { return []string{j.file.Authentik.Base, j.file.PocketBase.Base} }

// all works on the jobs, on so many at a time as the flags say, and prints what each prints when it ends. It begins
// with links whose systems others use least, so that those of a slow server leave room for the rest. After a signal
// it begins no more.
func (r *Run) all(ctx context.Context, jobs []*job,
	do func(context.Context, terminal.Streams, *job) output.Summary) {
	waiting, busy, running := slices.Clone(jobs), map[string]int{}, 0
	ended, done := make(chan *job), 0
	for {
		for running < r.Parallel && len(waiting) > 0 && ctx.Err() == nil {
			i := leastBusy(waiting, busy)
			j := waiting[i]
			waiting = slices.Delete(waiting, i, i+1)
			for _, system := range j.systems() {
				busy[system]++
			}
			running++
			go func() {
				j.Summary = do(ctx, j.held.streams(r.Streams), j)
				ended <- j
			}()
		}
		if running == 0 {
			return
		}
		erase := r.Streams.Status(say.Of("Links done: %d of %d", done, len(jobs)))
		j := <-ended
		erase()
		done++
		running--
		for _, system := range j.systems() {
			busy[system]--
		}
		r.show(j)
	}
}

// leastBusy returns the index of the first job whose systems are used by the fewest running ones.
func leastBusy(waiting []*job, busy map[string]int) int {
	best, least := 0, -1
	for i, j := range waiting {
		load := 0
		for _, system := range j.systems() {
			load += busy[system]
		}
		if least < 0 || load < least {
			best, least = i, load
		}
	}
	return best
}

// end prints the table of all links, or the JSON document, and returns the exit code, nil for 0.
func (r *Run) end() error {
	list := link.Each(r.jobs, func(j *job) output.Summary {
		j.Name = j.file.Name
		return j.Summary
	})
	view := output.New(r.Streams, r.JSON)
	switch {
	case r.JSON:
		view.Links(list, link.Each(r.jobs, func(j *job) []byte { return j.document }))
	case !r.Counted.Empty():
		view.Table(list, r.Counted, r.Part)
	}
	return output.Summary{Code: r.code()}.Exit()
}

// code returns the exit code: 1 if any link failed or was not started, else the highest.
func (r *Run) code() output.Exit {
	code := output.ExitOK
	for _, j := range r.jobs {
		if j.Code == output.ExitError || j.Outcome == output.OutcomeNotStarted {
			return output.ExitError
		}
		code = max(code, j.Code)
	}
	return code
}
