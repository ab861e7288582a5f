package output

import (
	"slices"
	"time"

	"authpocket/internal/command/terminal"
	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// Interrupted prints earlier applies of the link that did not finish. Of a link alone, it also prints those of links
// that no file describes, and the files that were set aside.
func (v *View) Interrupted(e *engine.Engine) {
	open, err := e.Interrupted()
	if err != nil {
		v.Tell(say.Of("authpocket: reading earlier receipts: %s", err.Error()))
	}
	for _, r := range open {
		switch {
		case owns(&v.File, &r.Summary):
			v.Tell(v.interruption(&r.Summary, true))
		case !v.Several:
			v.ofNoLink(&r.Summary, v.File)
		}
	}
	aside, err := e.SetAside()
	if err != nil || v.Several {
		return // the error is printed above
	}
	for _, a := range aside {
		v.setAside(a)
	}
}

// Earlier prints what of the receipts is of none of several links: applies that did not finish, and the files that were
// set aside.
func (v *View) Earlier(list []journal.Summary, aside []journal.SetAside, files []linkfile.File) {
	for _, one := range list {
		of := func(f linkfile.File) bool { return one.Key() == journal.Key(f.Authentik.Base, f.PocketBase.Base) }
		if one.Outcome == "" && !one.Running && slices.ContainsFunc(files, of) {
			v.ofNoLink(&one, files...)
		}
	}
	for _, a := range aside {
		v.setAside(a)
	}
}

// ofNoLink prints a receipt that was interrupted, unless it is of a link of the files. The next sign-out of a link has
// whoever is left.
func (v *View) ofNoLink(one *journal.Summary, files ...linkfile.File) {
	if one.Kind == journal.SignOut || slices.ContainsFunc(files, func(f linkfile.File) bool {
		return owns(&f, one) || link.AmongOthers(f.Others, one.Slug)
	}) {
		return
	}
	v.Tell(v.interruption(one, false))
}

// owns reports whether a receipt is of the link. One whose slug is left open has any of its collection that is of no
// other link.
func owns(f *linkfile.File, one *journal.Summary) bool {
	spec, _ := f.Spec()
	q := spec.Query()
	return one.Collection == q.Collection &&
		(one.Slug == q.Slug || spec.Application.Slug == nil && !link.AmongOthers(f.Others, one.Slug))
}

// interruption says what was interrupted, of this link or another.
func (v *View) interruption(r *journal.Summary, own bool) say.Text {
	began, again := v.errs.Time(r.When), "apply"
	switch r.Kind {
	case journal.Proof:
		return say.Of("The proof started at %s was interrupted (receipt %s), and may have "+
			"left its test person in authentik and that person's account in PocketBase. The next authpocket "+
			"apply, "+
			"undo, rotate, remove or verify --sign-in-new deletes them.", began, r.ID)
	case journal.SignOut:
		return say.Of("The sign-out started at %s was interrupted (receipt %s). The next "+
			"authpocket check-people --sign-out signs out who is left.", began, r.ID)
	case journal.Remove, journal.Rotate, journal.Undo:
		again = string(r.Kind)
	}
	if own {
		return say.Of("The %s started at %s was interrupted (receipt %s). "+
			"The next authpocket %s continues it; authpocket undo takes it back.",
			string(r.Kind), began, r.ID, again)
	}
	return say.Of("The %s of another link, %s → %s, started at %s was interrupted (receipt %s). The next authpocket %s "+
		"of that link continues it; authpocket undo takes it back.",
		string(r.Kind), r.Slug, r.Collection, began, r.ID, again)
}

// setAside prints why a file was set aside, and where it is.
func (v *View) setAside(a journal.SetAside) {
	v.Tell(say.Join(a.Reason, say.Raw(a.File)))
}

// Receipts prints receipts and the files that were set aside. A rotation that was taken back is one line.
func (v *View) Receipts(list []journal.Summary, aside []journal.SetAside) {
	list = slices.DeleteFunc(slices.Clone(list), func(one journal.Summary) bool { return one.Restores })
	rows := receiptRows(list)
	switch {
	case v.AsJSON:
		v.json(receiptsResult{rows, asideRows(aside)})
		return
	case len(rows) == 0:
		v.line("", say.Of("No receipts yet."), "")
	case v.on.Terminal:
		v.receiptTable(list, rows)
	default: // for scripts, so the same in every language
		for i, s := range list {
			r := rows[i]
			visible.Fprintf(v.Out, "%s\t%s\t%s\t%s\t%s\t%d/%d\t%s\t%s\t%s\t%s\n", r.ID, r.When, r.Kind,
				s.Did, r.Outcome, r.Done, r.Changes, r.Slug, r.AuthentikURL, r.Collection, r.PocketBaseURL)
		}
	}
	for _, a := range aside {
		v.setAside(a)
	}
}

// receiptTable prints receipts for a person. Their systems have a column if there are several.
func (v *View) receiptTable(list []journal.Summary, rows []receiptRow) {
	several := slices.ContainsFunc(rows, func(r receiptRow) bool {
		return r.AuthentikURL != rows[0].AuthentikURL || r.PocketBaseURL != rows[0].PocketBaseURL
	})
	table := [][]say.Text{{say.Of("when"), say.Of("what"), say.Of("link"), say.Of("outcome"), say.Of("receipt")}}
	for i, r := range rows {
		of := say.Of("%s → %s", r.Slug, r.Collection)
		if several {
			of = say.Of("%s of %s → %s of %s", r.Slug, r.AuthentikURL, r.Collection, r.PocketBaseURL)
		}
		outcome := r.Outcome.Text()
		if r.Done < r.Changes {
			outcome = r.outcome()
		}
		when := list[i].When.Local().Format("2006-01-02 15:04")
		table = append(table, []say.Text{say.Raw(when), list[i].Did, of, outcome, say.Raw(r.ID)})
	}
	v.table(table)
	if !several {
		v.line(terminal.Faint, say.Of("authentik %s, PocketBase %s", rows[0].AuthentikURL, rows[0].PocketBaseURL), "")
	}
}

// outcome returns the outcome and how much was written.
func (r receiptRow) outcome() say.Text {
	return say.Of("%s, %d of %s", r.Outcome.Text(), r.Done, say.Count(r.Changes, "%d change", "%d changes"))
}

// The outcomes that a receipt itself does not have.
const (
	outcomeUndone      say.Name = "undone later"
	outcomeTakenBack   say.Name = "taken back"
	outcomeRunning     say.Name = "running"
	outcomeInterrupted say.Name = "interrupted"
)

func receiptRows(list []journal.Summary) []receiptRow {
	rows := make([]receiptRow, len(list))
	undone := map[string]bool{}
	for i, s := range list { // newest first, so an undo comes before what it undid
		outcome := say.Name(s.Outcome)
		if s.Kind == journal.Undo && s.Outcome == journal.Completed {
			undone[s.Of] = true
		}
		switch {
		case undone[s.ID]:
			outcome = outcomeUndone
		case s.Restored:
			outcome = outcomeTakenBack
		case s.Running:
			outcome = outcomeRunning
		case outcome == "":
			outcome = outcomeInterrupted
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
func (v *View) Receipt(list []journal.Summary, r *journal.Receipt) {
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
	var proof *pastProof
	var proved say.Text
	if r.Proof != nil {
		proof = &pastProof{By: r.Proof.By, At: r.Proof.At.UTC()}
		proved = say.Of("%s signed in at %s.", r.Proof.By, v.on.Time(r.Proof.At))
	}
	if v.AsJSON {
		v.json(receiptResult{row, r.Of, r.Program, proof, notNil(changes)})
		return
	}
	v.line(terminal.Bold, say.Of("Receipt %s: %s", row.ID, list[at].Did), "")
	for _, fact := range [][2]say.Text{
		{say.Of("when"), say.Raw(v.on.Time(r.When))}, {say.Of("what"), say.Raw(row.Kind)},
		{say.Of("receipt"), say.Raw(r.Of)}, {say.Of("outcome"), row.outcome()},
		{say.Of("application"), say.Raw(row.Slug)}, {say.Raw(report.Authentik.Label()), say.Raw(row.AuthentikURL)},
		{say.Of("collection"), say.Raw(row.Collection)}, {say.Raw(report.PB.Label()), say.Raw(row.PocketBaseURL)},
		{say.Of("proof"), proved},
	} {
		if !fact[1].Empty() {
			visible.Fprintf(v.Out, "    %s: %s\n", v.Say(fact[0]), v.Say(fact[1]))
		}
	}
	for _, c := range changes {
		v.Changes([]link.Change{c.Change})
		became := stateOf(c.State)
		if why := say.Join(c.Summary, c.Todo); !why.Empty() {
			became = say.Of("%s: %s", became, why)
		}
		visible.Fprintf(v.Out, "    %s: %s\n", v.Say(say.Of("outcome")), v.Say(became))
	}
}

// stateOf returns the word for the state of a change.
func stateOf(s journal.State) say.Text {
	switch s {
	case journal.Waiting:
		return say.Of("waiting")
	case journal.AboutTo:
		return say.Of("about to")
	case journal.Done:
		return say.Of("done")
	}
	return say.Of("failed")
}
