package output

import (
	"cmp"
	"errors"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// Verification is one measurement of a link.
type Verification struct {
	File    linkfile.File
	Began   time.Time
	Took    time.Duration
	Checks  report.Checks
	SignIn  *signin.Verdict // nil if no test sign-in reached an outcome
	Changes Outcomes        // of a proof
	Err     error           // why there are no checks, or what a proof left
}

// Seen returns the sign-in that was seen to work, if any.
func (r *Verification) Seen() report.SignedIn {
	if r.SignIn == nil || !r.SignIn.Works || r.SignIn.Record == nil {
		return report.SignedIn{}
	}
	return report.SignedIn{Name: cmp.Or(r.SignIn.Record.Email, r.SignIn.Record.ID), At: r.Began.Add(r.Took)}
}

// trouble returns why the link was not checked, or not all of it.
func (r *Verification) trouble() error {
	if fault := r.Checks.Unreached(); fault != nil {
		return errors.Join(r.Err, fault)
	}
	return r.Err
}

// Name returns the name of the link: the one in its file, or the slug of its
// application.
func (r *Verification) Name() string {
	spec, _ := r.File.Spec()
	return cmp.Or(r.File.Name, spec.Query().Slug)
}

// Summary returns what became of the link.
func (r *Verification) Summary() Summary {
	if r.Err != nil {
		return Failed(r.Err)
	}
	if fault := r.Checks.Unreached(); fault != nil && !r.Checks.Failed() {
		return Failed(fault)
	}
	if !r.Checks.Failed() {
		return Summary{Outcome: OutcomePassed}
	}
	first := link.Find(r.Checks, func(c report.Check) bool { return c.Status == report.Fail })
	return Summary{Outcome: OutcomeChecksFailed, Count: r.Checks.Count(report.Fail), Code: ExitFailed,
		Cause: say.Of("%s: %s", first.Title, first.Evidence)}
}
