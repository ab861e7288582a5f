package output

import (
	"cmp"
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

// Name returns the name of the link: the one in its file, or the slug of its
// application.
func (r *Verification) Name() string {
	spec, _ := r.File.Spec()
	return cmp.Or(r.File.Name, spec.Query().Slug)
}

// Summary returns what became of the link.
func (r *Verification) Summary() Summary {
	if err := r.wrong(); err != nil {
		return Failed(err)
	}
	if !r.Checks.Failed() {
		return Summary{Outcome: OutcomePassed}
	}
	first := link.Find(r.Checks, func(c report.Check) bool { return c.Status == report.Fail })
	return Summary{Outcome: OutcomeChecksFailed, Count: r.Checks.Count(report.Fail), Code: ExitFailed,
		Cause: say.Of("%s: %s", first.Title, first.Evidence)}
}

// wrong returns what kept the link from being checked, also where only one system could be.
func (r *Verification) wrong() error {
	if r.Err == nil && !r.Checks.Failed() && !r.Checks.Good() {
		if fault := r.Checks.Unreached(); fault != nil {
			return fault
		}
		return &report.Fault{Summary: r.Checks.Unknown()}
	}
	return r.Err
}
