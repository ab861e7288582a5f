package command

import (
	"context"
	"slices"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

// linksRun works on several links of one command.
type linksRun struct {
	p    program
	f    fileFlags
	most int // links at a time
	jobs []*job
}

// job is the work on one link.
type job struct {
	file     linkfile.File
	held     held
	document []byte         // of JSON
	engine   *engine.Engine // of apply, nil if the link could not be planned
	plan     link.Plan
	summary
}

func newRun(p program, f fileFlags, l linksFlags, files []linkfile.File) *linksRun {
	r := &linksRun{p: p, f: f, most: int(l.Parallel)}
	for _, file := range files {
		file.Name = file.Label()
		r.jobs = append(r.jobs, &job{file: file, summary: summary{Outcome: outcomeNotStarted, code: exitError}})
	}
	return r
}

// systems returns the addresses of both systems.
func (j *job) systems() []string { return []string{j.file.Authentik.Base, j.file.PocketBase.Base} }

// all works on the jobs, on so many at a time as the flags say, and prints what each prints when it ends. It begins
// with links whose systems others use least, so that those of a slow server leave room for the rest. After a signal
// it begins no more.
func (r *linksRun) all(ctx context.Context, jobs []*job, do func(context.Context, program, *job) summary) {
	waiting, busy, running := slices.Clone(jobs), map[string]int{}, 0
	ended := make(chan *job)
	for {
		for running < r.most && len(waiting) > 0 && ctx.Err() == nil {
			i := leastBusy(waiting, busy)
			j := waiting[i]
			waiting = slices.Delete(waiting, i, i+1)
			for _, system := range j.systems() {
				busy[system]++
			}
			running++
			go func() {
				p := r.p
				p.streams = j.held.streams()
				j.summary = do(ctx, p, j)
				ended <- j
			}()
		}
		if running == 0 {
			return
		}
		j := <-ended
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

// code returns the exit code: 1 if any link failed or was not started, else the highest.
func (r *linksRun) code() exit {
	code := exitOK
	for _, j := range r.jobs {
		if j.code == exitError {
			return exitError
		}
		code = max(code, j.code)
	}
	return code
}
