package command

import (
	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/visible"
	"time"
)

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
		v.json(receiptsResult{receiptRows(list), asideRows(aside)})
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
