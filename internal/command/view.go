package command

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/signin"
	"authpocket/internal/visible"
)

// view prints outcomes: results to out, faults to err. With asJSON, out gets
// exactly one JSON document.
type view struct {
	out, err io.Writer
	asJSON   bool
	file     linkfile.File // its places are shown with messages
}

func (p program) view(asJSON bool) view { return view{out: p.out, err: p.streams.err, asJSON: asJSON} }

func (v view) json(value any) {
	var document bytes.Buffer
	enc := json.NewEncoder(&document)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	if err == nil {
		_, err = v.out.Write(visible.JSON(document.Bytes()))
	}
	if err != nil {
		visible.Fprintln(v.err, "authpocket: printing JSON:", err)
	}
}

// fail prints the messages of err and returns the exit code.
func (v view) fail(err error) error {
	if v.asJSON {
		v.json(map[string]any{"errors": v.messages(err)})
	}
	v.errors(err)
	return exitError
}

func (v view) errors(err error) {
	for _, m := range v.messages(err) {
		visible.Fprintln(v.err, text(m))
	}
}

// messages returns the messages of err with their places in the link file.
func (v view) messages(err error) []link.Message { return link.Each(messages(err), v.file.Locate) }

// text returns a message as one line.
func text(m link.Message) string {
	line := m.Text(link.InFile)
	if m.Field != "" {
		line = inFile(m.Field) + ": " + line
	}
	if m.Place != nil {
		line = m.Place.String() + ": " + line
	}
	return line
}

// inFile returns a field's name in the link file, such as access.groups[0].
func inFile(field string) string {
	at := strings.LastIndexByte(field, '.')
	if at < 0 || at == len(field)-1 || strings.Trim(field[at+1:], "0123456789") != "" {
		return field
	}
	return field[:at] + "[" + field[at+1:] + "]"
}

// messages returns the messages of err, or of each error it joins. An error
// without messages is shown as it is.
func messages(err error) []link.Message {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // not what it wraps
		var all []link.Message
		for _, one := range several.Unwrap() {
			all = append(all, messages(one)...)
		}
		return all
	}
	if list := link.Messages(err); len(list) > 0 {
		return list
	}
	return []link.Message{{Summary: err.Error()}}
}

func (v view) plan(plan link.Plan) {
	if v.asJSON {
		v.json(plan)
		return
	}
	v.changes(plan.Changes)
	if more := plan.IfNeeded(); len(more) > 0 {
		visible.Fprintln(v.out, "Only if needed:")
		v.changes(more)
	}
	for _, w := range plan.Warnings {
		visible.Fprintf(v.out, "! %s: %s %s\n", w.System.Label(), w.Summary, w.Detail)
	}
	if plan.Empty() {
		visible.Fprintln(v.out, "Nothing to change.")
		return
	}
	visible.Fprintf(v.out, "%s to make.\n", changes(len(plan.Changes)))
}

func (v view) changes(list []link.Change) {
	for _, c := range list {
		visible.Fprintf(v.out, "%s %s: %s %s\n", sign(c.Action), c.System.Label(), c.Action, c.Object)
		for _, f := range c.Fields {
			visible.Fprintf(v.out, "    %s: %s\n", f.Name, fieldText(c.Action, f))
		}
		visible.Fprintf(v.out, "    why: %s\n", c.Why)
		if c.Lost != "" {
			visible.Fprintf(v.out, "    cannot be undone: %s\n", c.Lost)
		}
	}
}

func sign(a link.Action) string {
	return cmp.Or(map[link.Action]string{link.Create: "+", link.Delete: "-"}[a], "~")
}

func fieldText(a link.Action, f link.Field) visible.Text {
	const indent = "        "
	after := visible.Block(link.Show(f.After), indent)
	if a == link.Create {
		return after
	}
	return visible.Block(link.Show(f.Before), indent) + " → " + after
}

func changes(n int) string {
	if n == 1 {
		return "1 change"
	}
	return fmt.Sprintf("%d changes", n)
}

// progress returns a hook that keeps the outcomes and, unless they are printed
// as JSON at the end, shows each step.
func (v view) progress(o outcomes) engine.Hook {
	return func(e engine.Event) {
		o.take(e)
		if !v.asJSON {
			v.event(e)
		}
	}
}

func (v view) event(e engine.Event) {
	switch e.State {
	case engine.Running:
		visible.Fprintf(v.out, "%s: %s %s ... ", e.Change.System.Label(), e.Change.Action, e.Change.Object)
	case engine.Done:
		visible.Fprintln(v.out, "done")
	case engine.Failed:
		visible.Fprintln(v.out, "failed")
	}
}

// ending returns the last line for an applied plan.
func ending(plan link.Plan) string {
	switch {
	case plan.Empty():
		return ""
	case plan.Purpose == link.PurposeUndo:
		if plan.Restores {
			return "The link is restored."
		}
		if slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool { return w.ID == link.WarnLost }) {
			return "Undone, except for what cannot be restored."
		}
		return "Undone."
	case plan.Purpose == link.PurposeRemove:
		return "The link is removed. Accounts stay."
	case plan.Purpose == link.PurposeRotate:
		return "Both systems have the new client secret."
	}
	return "Applied. Run authpocket verify to check sign-in."
}

func (v view) applied(plan link.Plan, o outcomes, checks link.Checks, err error) {
	if v.asJSON {
		result := map[string]any{"applied": err == nil, "changes": o}
		if checks != nil {
			result["checks"] = checks
		}
		if err != nil {
			result["errors"] = v.messages(err)
		}
		if stopped, ok := errors.AsType[*link.Stopped](err); ok {
			result["written"], result["stale"] = cmp.Or(stopped.Written(), "unknown"), stopped.Stale
		}
		v.json(result)
	} else if checks != nil {
		v.checks(checks, link.SignedIn{})
	}
	if err != nil {
		v.errors(err)
		return
	}
	if words := ending(plan); !v.asJSON && words != "" {
		visible.Fprintln(v.out, words)
	}
}

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
		v.json(struct {
			Headline string          `json:"headline"`
			Checks   []link.Check    `json:"checks"`
			SignIn   *signin.Verdict `json:"sign_in,omitempty"`
			Changes  outcomes        `json:"changes,omitempty"`
			Errors   []link.Message  `json:"errors,omitempty"`
		}{checks.Headline(seen), append([]link.Check{}, checks...), signIn, proof, messages(err)})
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

// interrupted prints earlier applies that did not finish.
func (v view) interrupted(e *engine.Engine) {
	open, err := e.Interrupted()
	if err != nil {
		visible.Fprintln(v.err, "authpocket: reading earlier receipts:", err)
	}
	for _, r := range open {
		if r.Kind == journal.Proof {
			visible.Fprintf(v.err, "The proof started at %s was interrupted (receipt %s), and may have left its "+
				"test person in authentik and that person's account in PocketBase. The next authpocket apply, undo, "+
				"rotate, remove or verify --sign-in-new deletes them.\n", r.When.Local().Format(time.DateTime), r.ID)
			continue
		}
		again := "apply"
		switch r.Kind {
		case journal.Remove, journal.Rotate, journal.Undo:
			again = string(r.Kind)
		}
		visible.Fprintf(v.err, "The %s started at %s was interrupted (receipt %s). "+
			"Run authpocket %s to continue, or authpocket undo to take it back.\n",
			r.Kind, r.When.Local().Format(time.DateTime), r.ID, again)
	}
	aside, err := e.SetAside()
	if err != nil {
		return // printed above
	}
	for _, a := range aside {
		visible.Fprintf(v.err, "%s %s\n", a.Reason, a.File)
	}
}

func (v view) receipts(list []journal.Summary, aside []journal.SetAside) {
	if v.asJSON {
		v.json(map[string]any{"receipts": receiptRows(list), "set_aside": append([]journal.SetAside{}, aside...)})
		return
	}
	for _, r := range receiptRows(list) {
		visible.Fprintf(v.out, "%s  %s  %-7s %d of %d changes, %s  %s of %s → %s of %s\n",
			r.ID, r.When, r.Kind, r.Done, r.Changes, r.Outcome, r.Slug, r.AuthentikURL, r.Collection, r.PocketBaseURL)
	}
	if len(list) == 0 {
		visible.Fprintln(v.out, "No receipts yet.")
	}
	for _, a := range aside {
		visible.Fprintf(v.err, "%s %s\n", a.Reason, a.File)
	}
}

type receiptRow struct {
	ID            string `json:"id"`
	When          string `json:"when"` // RFC 3339, UTC
	Kind          string `json:"kind"`
	Outcome       string `json:"outcome"`
	Changes       int    `json:"changes"`
	Done          int    `json:"done"`
	AuthentikURL  string `json:"authentik"`
	PocketBaseURL string `json:"pocketbase"`
	Slug          string `json:"slug"`
	Collection    string `json:"collection"`
}

func receiptRows(list []journal.Summary) []receiptRow {
	rows := make([]receiptRow, len(list))
	undone := map[string]bool{}
	for i, s := range list { // newest first, so an undo comes before what it undid
		outcome := string(s.Outcome)
		if s.Kind == journal.Undo && s.Outcome == journal.Completed {
			undone[s.Of] = true
		}
		switch {
		case undone[s.ID]:
			outcome = "undone later"
		case s.Running:
			outcome = "running"
		case outcome == "":
			outcome = "interrupted"
		}
		rows[i] = receiptRow{
			ID: s.ID, When: s.When.Format(time.RFC3339), Kind: string(s.Kind), Outcome: outcome,
			Changes: s.Changes, Done: s.Done, AuthentikURL: s.AuthentikURL, PocketBaseURL: s.PocketBaseURL,
			Slug: s.Slug, Collection: s.Collection,
		}
	}
	return rows
}
