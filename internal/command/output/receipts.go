package output

import (
	"fmt"
	"slices"
	"time"

	"authpocket/internal/command/terminal"
	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// Interrupted prints earlier applies that did not finish.
func (v View) Interrupted(e *engine.Engine) {
	open, err := e.Interrupted()
	if err != nil {
		visible.Fprintln(v.Err, "authpocket: reading earlier receipts:", err)
	}
	for _, r := range open {
		if !v.tells(r.ID) {
			continue
		}
		if r.Kind == journal.Proof {
			visible.Fprintf(v.Err, "The proof started at %s was interrupted (receipt %s), and may have left its "+
				"test person in authentik and that person's account in PocketBase. The next authpocket apply, undo, "+
				"rotate, remove or verify --sign-in-new deletes them.\n", r.When.Local().Format(time.DateTime), r.ID)
			continue
		}
		again := "apply"
		switch r.Kind {
		case journal.Remove, journal.Rotate, journal.Undo:
			again = string(r.Kind)
		}
		visible.Fprintf(v.Err, "The %s started at %s was interrupted (receipt %s). "+
			"The next authpocket %s continues it; authpocket undo takes it back.\n",
			r.Kind, r.When.Local().Format(time.DateTime), r.ID, again)
	}
	aside, err := e.SetAside()
	if err != nil {
		return // printed above
	}
	for _, a := range aside {
		if v.tells(a.File) {
			visible.Fprintf(v.Err, "%s %s\n", a.Reason, a.File)
		}
	}
}

// Receipts prints receipts and the files that were set aside.
func (v View) Receipts(list []journal.Summary, aside []journal.SetAside) {
	rows := receiptRows(list)
	switch {
	case v.AsJSON:
		v.json(receiptsResult{rows, asideRows(aside)})
		return
	case len(rows) == 0:
		visible.Fprintln(v.Out, "No receipts yet.")
	case v.on.Terminal:
		v.receiptTable(list, rows)
	default:
		for i, s := range list {
			r := rows[i]
			visible.Fprintf(v.Out, "%s\t%s\t%s\t%s\t%s\t%d/%d\t%s\t%s\t%s\t%s\n", r.ID, r.When, r.Kind,
				s.Did, r.Outcome, r.Done, r.Changes, r.Slug, r.AuthentikURL, r.Collection, r.PocketBaseURL)
		}
	}
	for _, a := range aside {
		visible.Fprintf(v.Err, "%s %s\n", a.Reason, a.File)
	}
}

// receiptTable prints receipts for a person. Their systems have a column if there are several.
func (v View) receiptTable(list []journal.Summary, rows []receiptRow) {
	several := slices.ContainsFunc(rows, func(r receiptRow) bool {
		return r.AuthentikURL != rows[0].AuthentikURL || r.PocketBaseURL != rows[0].PocketBaseURL
	})
	table := [][]string{{"WHEN", "WHAT", "LINK", "OUTCOME", "RECEIPT"}}
	for i, r := range rows {
		of := r.Slug + " → " + r.Collection
		if several {
			of = r.Slug + " of " + r.AuthentikURL + " → " + r.Collection + " of " + r.PocketBaseURL
		}
		outcome := r.Outcome
		if r.Done < r.Changes {
			outcome += fmt.Sprintf(", %d of %s", r.Done, CountChanges(r.Changes))
		}
		when := list[i].When.Local().Format("2006-01-02 15:04")
		table = append(table, []string{when, list[i].Did.String(), of, outcome, r.ID})
	}
	v.table(table, terminal.Bold)
	if !several {
		systems := "authentik " + rows[0].AuthentikURL + ", PocketBase " + rows[0].PocketBaseURL
		visible.Fprintf(v.Out, "%s\n", v.on.Styled(terminal.Faint, v.on.Wrapped(systems, 0, "")))
	}
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

// Receipt prints one of the receipts in a list.
func (v View) Receipt(list []journal.Summary, r journal.Receipt) {
	at := slices.IndexFunc(list, func(s journal.Summary) bool { return s.ID == r.ID })
	if at < 0 { // set aside since it was listed
		return
	}
	row := receiptRows(list)[at]
	changes := link.Each(r.Changes, func(c journal.Change) pastChange {
		past := pastChange{Change: c.Change, State: c.State()}
		if len(c.Steps) > 0 {
			last := c.Steps[len(c.Steps)-1]
			past.Summary, past.Todo = last.Summary, last.Todo
		}
		return past
	})
	if v.AsJSON {
		v.json(receiptResult{row, r.Of, r.Program, notNil(changes)})
		return
	}
	visible.Fprintf(v.Out, "%s\n", v.on.In(terminal.Bold, "Receipt "+row.ID+": "+list[at].Did.String()))
	for _, fact := range [][2]string{
		{"when", r.When.Local().Format(time.DateTime)}, {"what", row.Kind}, {"receipt", r.Of},
		{"outcome", fmt.Sprintf("%s, %d of %s", row.Outcome, row.Done, CountChanges(row.Changes))},
		{"application", row.Slug}, {"authentik", row.AuthentikURL},
		{"collection", row.Collection}, {"PocketBase", row.PocketBaseURL},
	} {
		if fact[1] != "" {
			visible.Fprintf(v.Out, "    %s: %s\n", fact[0], fact[1])
		}
	}
	for _, c := range changes {
		v.Changes([]link.Change{c.Change})
		visible.Fprintf(v.Out, "    %s: %s\n", c.State, say.Join(say.Of("%s.", c.System.Label()), c.Summary, c.Todo))
	}
}
