package output

import (
	"strings"
	"time"
	"unicode/utf8"

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
		visible.Fprintln(v.Out, v.Say(say.Join(r.Checks[0].Evidence, r.Checks[0].Advice(link.InFile))))
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
	visible.Fprintf(v.Out, "%s\n", v.on.Styled(terminal.Bold, v.on.Wrapped(v.Say(checks.Headline(seen)), 0, "")))
	counts := say.Of("%d passed, %d warned, %d failed, %d skipped.", checks.Count(link.Pass),
		checks.Count(link.Warn), checks.Count(link.Fail), checks.Count(link.Skipped))
	if v.on.Terminal && !v.All && len(checks) > 1 {
		counts = say.Join(counts, say.Of("--all shows each check."))
	}
	visible.Fprintf(v.Out, "%s\n", v.on.Wrapped(v.Say(counts), 0, ""))
	v.those(checks, link.Skipped)
}

// statuses returns the words for the outcomes of checks, and for an error, in a column.
func (v View) statuses() map[link.Status]string {
	all := []link.Status{link.Pass, link.Warn, link.Fail, link.Skipped, ""}
	words := v.inColumn(say.Of("pass"), say.Of("warn"), say.Of("fail"), say.Of("skipped"), say.Of("error"))
	of := map[link.Status]string{}
	for i, s := range all {
		of[s] = words[i]
	}
	return of
}

// those prints the checks with a status.
func (v View) those(checks link.Checks, s link.Status) {
	as := map[link.Status]terminal.Style{link.Fail: terminal.Red, link.Warn: terminal.Yellow,
		link.Pass: terminal.Green, link.Skipped: terminal.Faint}[s]
	status := v.statuses()[s]
	indent := strings.Repeat(" ", utf8.RuneCountInString(status)+1)
	for _, c := range checks {
		fold := s == link.Pass && !v.All && len(checks) > 1 && !c.ID.Is(link.CheckSignIn)
		if c.Status != s || fold {
			continue
		}
		title := v.on.Wrapped(v.Say(say.Of("%s: %s", c.System.Label(), c.Title)), len(indent), indent)
		visible.Fprintf(v.Out, "%s %s\n", v.on.In(as, status), title)
		visible.Fprintf(v.Out, "%s%s\n", indent, v.on.Wrapped(v.Say(c.Evidence), len(indent), indent))
		if todo := c.Advice(link.InFile); !todo.Empty() {
			remedy := v.on.Wrapped("→ "+v.Say(todo), len(indent), indent+"  ")
			visible.Fprintf(v.Out, "%s%s\n", indent, v.on.Styled(terminal.Bold, remedy))
		}
	}
}
