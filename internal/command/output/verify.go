package output

import (
	"strings"
	"time"
	"unicode/utf8"

	"authpocket/internal/command/terminal"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// result returns the document of a verification.
func (v *View) result(r *Verification) verifyResult {
	return verifyResult{r.Began.UTC().Truncate(time.Millisecond), resultsOf(r.Checks, r.Seen()), r.SignIn, r.Changes,
		v.messages(r.wrong())}
}

// Verified prints a verification.
func (v *View) Verified(r *Verification) {
	switch {
	case r.Err != nil && r.Checks == nil:
		_ = v.Fail(r.Err)
		return
	case v.AsJSON:
		v.json(v.result(r))
	case len(r.Checks) == 1 && r.Checks[0].ID.Is(report.CheckLink):
		v.line("", say.Join(r.Checks[0].Evidence, r.Checks[0].Advice(report.InFile)), "")
	default:
		v.checks(r.Checks, r.Seen())
	}
	v.Errors(r.Err)
}

// checks prints what failed or warned, the outcome, and what was not measured. Of several passes, only a test sign-in
// is printed without --all.
func (v *View) checks(checks report.Checks, seen report.SignedIn) {
	for _, s := range []report.Status{report.Fail, report.Warn} {
		v.those(checks, s)
	}
	v.those(checks, report.Pass)
	v.line(terminal.Bold, v.headline(checks, seen), "")
	if fault := checks.Unreached(); fault != nil && !checks.Failed() {
		visible.Fprintf(v.Out, "%s\n", v.on.Wrapped("→ "+v.Say(fault.Todo), 0, "  "))
	}
	counts := say.Of("%d passed, %d warned, %d failed, %d skipped.", checks.Count(report.Pass),
		checks.Count(report.Warn), checks.Count(report.Fail), checks.Count(report.Skipped))
	if v.on.Terminal && !v.All && len(checks) > 1 {
		counts = say.Join(counts, say.Of("--all shows each check."))
	}
	v.line("", counts, "")
	v.those(checks, report.Skipped)
}

// headline sums up checks, with the time that the terminal's clock shows.
func (v *View) headline(checks report.Checks, seen report.SignedIn) say.Text {
	seen.Local = v.on.Terminal
	return checks.Headline(seen)
}

// statuses returns the words for the outcomes of checks, and for an error, in a column.
func (v *View) statuses() map[report.Status]string {
	all := []report.Status{report.Pass, report.Warn, report.Fail, report.Skipped, ""}
	words := v.inColumn(say.Of("pass"), say.Of("warn"), say.Of("fail"), say.Of("skipped"), say.Of("error"))
	of := map[report.Status]string{}
	for i, s := range all {
		of[s] = words[i]
	}
	return of
}

// those prints the checks with a status.
func (v *View) those(checks report.Checks, s report.Status) {
	as := map[report.Status]terminal.Style{report.Fail: terminal.Red, report.Warn: terminal.Yellow,
		report.Pass: terminal.Green, report.Skipped: terminal.Faint}[s]
	status := v.statuses()[s]
	indent := strings.Repeat(" ", utf8.RuneCountInString(status)+1)
	for _, c := range checks {
		fold := s == report.Pass && !v.All && len(checks) > 1 && !c.ID.Is(report.CheckSignIn)
		if c.Status != s || fold {
			continue
		}
		title := v.on.Wrapped(v.Say(say.Of("%s: %s", c.System.Label(), c.Title)), len(indent), indent)
		visible.Fprintf(v.Out, "%s %s\n", v.on.In(as, status), title)
		visible.Fprintf(v.Out, "%s%s\n", indent, v.on.Wrapped(v.Say(c.Evidence), len(indent), indent))
		if todo := c.Advice(report.InFile); !todo.Empty() {
			remedy := v.on.Wrapped("→ "+v.Say(todo), len(indent), indent+"  ")
			visible.Fprintf(v.Out, "%s%s\n", indent, v.on.Styled(terminal.Bold, remedy))
		}
	}
}
