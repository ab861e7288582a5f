package command

import (
	"fmt"
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
		visible.Fprintf(v.out, "%s %s\n", r.Checks[0].Evidence, r.Checks[0].Advice(link.InFile))
	default:
		v.checks(r.Checks, r.seen())
	}
	v.errors(r.Err)
}

// checks prints what failed or warned, the outcome, and what was not measured. Of several passes, only a test sign-in
// is printed without --all.
func (v view) checks(checks link.Checks, seen link.SignedIn) {
	for _, s := range []link.Status{link.Fail, link.Warn} {
		v.those(checks, s)
	}
	v.those(checks, link.Pass)
	visible.Fprintf(v.out, "%s\n", v.on.styled(bold, v.on.wrapped(checks.Headline(seen), 0, "")))
	counts := fmt.Sprintf("%d passed, %d warned, %d failed, %d skipped.", checks.Count(link.Pass),
		checks.Count(link.Warn), checks.Count(link.Fail), checks.Count(link.Skipped))
	if v.on.terminal && !v.all && len(checks) > 1 {
		counts += " --all shows each check."
	}
	visible.Fprintln(v.out, counts)
	v.those(checks, link.Skipped)
}

// those prints the checks with a status.
func (v view) those(checks link.Checks, s link.Status) {
	as := map[link.Status]style{link.Fail: red, link.Warn: yellow, link.Pass: green, link.Skipped: faint}[s]
	const indent = "        "
	for _, c := range checks {
		fold := s == link.Pass && !v.all && len(checks) > 1 && !c.ID.Is(link.CheckSignIn)
		if c.Status != s || fold {
			continue
		}
		visible.Fprintf(v.out, "%s %s: %s\n", v.on.in(as, fmt.Sprintf("%-7s", c.Status)), c.System.Label(), c.Title)
		visible.Fprintf(v.out, indent+"%s\n", v.on.wrapped(c.Evidence, len(indent), indent))
		if todo := c.Advice(link.InFile); todo != "" {
			remedy := v.on.wrapped("→ "+todo, len(indent), indent+"  ")
			visible.Fprintf(v.out, indent+"%s\n", v.on.styled(bold, remedy))
		}
	}
}
