package output

import (
	"fmt"
	"time"

	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// result returns the document of a verification.
func (v View) result(r Verification) verifyResult {
	return verifyResult{r.Began.UTC().Truncate(time.Millisecond), resultsOf(r.Checks, r.Seen()), r.SignIn, r.Changes,
		v.messages(r.Err)}
}

// Verified prints a verification.
func (v View) Verified(r Verification) {
	switch {
	case r.Err != nil && r.Checks == nil:
		_ = v.Fail(r.Err)
		return
	case v.AsJSON:
		v.json(v.result(r))
	case len(r.Checks) == 1 && r.Checks[0].ID.Is(link.CheckLink):
		visible.Fprintf(v.Out, "%s %s\n", r.Checks[0].Evidence, r.Checks[0].Advice(link.InFile))
	default:
		v.checks(r.Checks, r.Seen())
	}
	v.Errors(r.Err)
}

// checks prints what failed or warned, the outcome, and what was not measured. Of several passes, only a test sign-in
// is printed without --all.
func (v View) checks(checks link.Checks, seen link.SignedIn) {
	for _, s := range []link.Status{link.Fail, link.Warn} {
		v.those(checks, s)
	}
	v.those(checks, link.Pass)
	visible.Fprintf(v.Out, "%s\n", v.on.Styled(terminal.Bold, v.on.Wrapped(checks.Headline(seen).String(), 0, "")))
	counts := fmt.Sprintf("%d passed, %d warned, %d failed, %d skipped.", checks.Count(link.Pass),
		checks.Count(link.Warn), checks.Count(link.Fail), checks.Count(link.Skipped))
	if v.on.Terminal && !v.All && len(checks) > 1 {
		counts += " --all shows each check."
	}
	visible.Fprintf(v.Out, "%s\n", v.on.Wrapped(counts, 0, ""))
	v.those(checks, link.Skipped)
}

// those prints the checks with a status.
func (v View) those(checks link.Checks, s link.Status) {
	as := map[link.Status]terminal.Style{link.Fail: terminal.Red, link.Warn: terminal.Yellow,
		link.Pass: terminal.Green, link.Skipped: terminal.Faint}[s]
	const indent = "        "
	for _, c := range checks {
		fold := s == link.Pass && !v.All && len(checks) > 1 && !c.ID.Is(link.CheckSignIn)
		if c.Status != s || fold {
			continue
		}
		title := v.on.Wrapped(say.Of("%s: %s", c.System.Label(), c.Title).String(), len(indent), indent)
		visible.Fprintf(v.Out, "%s %s\n", v.on.In(as, fmt.Sprintf("%-7s", c.Status)), title)
		visible.Fprintf(v.Out, indent+"%s\n", v.on.Wrapped(c.Evidence.String(), len(indent), indent))
		if todo := c.Advice(link.InFile); !todo.Empty() {
			remedy := v.on.Wrapped(say.Of("→ %s", todo).String(), len(indent), indent+"  ")
			visible.Fprintf(v.Out, indent+"%s\n", v.on.Styled(terminal.Bold, remedy))
		}
	}
}
