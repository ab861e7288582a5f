package command

import (
	"authpocket/internal/link"
	"authpocket/internal/signin"
	"authpocket/internal/visible"
	"cmp"
	"time"
)

// verified prints checks, and in JSON the verdict on a test sign-in and the
// changes of a proof if there is one. err is the proof's.
func (v view) verified(checks link.Checks, signIn *signin.Verdict, proof outcomes, err error) {
	var seen link.SignedIn
	if signIn != nil && signIn.Works && signIn.Record != nil {
		seen = link.SignedIn{Name: cmp.Or(signIn.Record.Email, signIn.Record.ID), At: time.Now()}
	}
	if !v.asJSON {
		v.checks(checks, seen)
	} else {
		v.json(verifyResult{resultsOf(checks, seen), signIn, proof, messages(err)})
	}
	v.errors(err)
}

func (v view) checks(checks link.Checks, seen link.SignedIn) {
	for _, c := range checks {
		visible.Fprintf(v.out, "%-7s %s: %s\n        %s\n", c.Status, c.System.Label(), c.Title, c.Evidence)
		if c.Remedy != "" {
			visible.Fprintf(v.out, "        → %s\n", c.Remedy)
		}
	}
	visible.Fprintln(v.out, checks.Headline(seen))
	visible.Fprintf(v.out, "%d passed, %d warned, %d failed, %d skipped.\n",
		checks.Count(link.Pass), checks.Count(link.Warn), checks.Count(link.Fail), checks.Count(link.Skipped))
}
