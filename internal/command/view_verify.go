package command

import (
	"time"

	"authpocket/internal/link"
	"authpocket/internal/visible"
)

// result returns the document of a verification.
func (v view) result(r verification) verifyResult {
	return verifyResult{r.Began.UTC().Truncate(time.Millisecond), resultsOf(r.Checks, r.seen()), r.SignIn, r.Changes,
		v.messages(r.Err)}
}

// verified prints a verification.
func (v view) verified(r verification) {
	switch {
	case r.Err != nil && r.Checks == nil:
		_ = v.fail(r.Err)
		return
	case v.asJSON:
		v.json(v.result(r))
	case len(r.Checks) == 1 && r.Checks[0].ID.Is(link.CheckLink):
		visible.Fprintf(v.out, "%s %s\n", r.Checks[0].Evidence, r.Checks[0].Remedy)
	default:
		v.checks(r.Checks, r.seen())
	}
	v.errors(r.Err)
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
