package proof

import (
	"cmp"
	"maps"
	"slices"

	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/web/view"
)

// verdict adds the full result for the admin.
func (p *SignInPage) verdict(in SignInInput, v *signin.Verdict) {
	o := &view.Outcome{Kind: "good", Heading: signin.RecordTitle(v.Outcome, v.Record),
		Text: say.Join(v.Details...)}
	if !v.Works {
		o.Kind, o.Heading = "bad", CauseTitle(v.Cause)
		if !v.Todo.Empty() {
			o.Lines = []say.Text{say.Of("What to do: %s", v.Todo)}
		}
	}
	if fix := Fix(v.Cause); fix != nil && in.Ended {
		o.Actions = append(o.Actions, *fix)
	}
	if in.Ended {
		if v.Works {
			o.Actions = append(o.Actions, view.Action{Label: say.Of("Finish"), URL: "/done"})
		}
		o.Actions = append(o.Actions, view.Action{Label: say.Of("Test again"), URL: "/signin"})
	}
	p.Outcome, p.Record, p.Claims = o, recordRows(v), claimRows(v.Claims)
	if v.Prediction != nil && !v.Prediction.Words.Empty() {
		p.Predicted = &Predicted{Words: v.Prediction.Words, Right: v.AsPredicted, Over: in.Ended}
	}
	for _, e := range v.Evidence {
		p.Evidence = append(p.Evidence, evidenceRow(e))
	}
	p.Mismatch = v.Redirect
	if in.Ended && v.Made && v.Record != nil {
		p.Delete = &DeletePart{Base: in.Base, Name: AccountName(*v.Record), Done: in.Deleted, Problem: in.Problem}
	}
}

// AccountName returns the name of an account on a page.
func AccountName(r signin.Record) string { return cmp.Or(r.Email, r.ID) }

func recordRows(v *signin.Verdict) []view.Answer {
	r := v.Record
	if r == nil {
		return nil
	}
	became := map[signin.Outcome]say.Text{signin.OutcomeNew: say.Of("New"),
		signin.OutcomeLinked: say.Of("Existing, linked now"), signin.OutcomeReturns: say.Of("Already linked"),
		signin.OutcomeRefused: say.Of("Existing, refused")}
	if v.Made && v.Outcome == signin.OutcomeRefused {
		became[v.Outcome] = say.Of("Created, but refused")
	}
	verified := say.Of("no")
	if r.Verified {
		verified = say.Of("yes")
	}
	return []view.Answer{
		{Key: say.Of("Account"), Value: became[v.Outcome]}, {Key: say.Of("ID"), Value: say.Raw(r.ID)},
		{Key: say.Of("E-mail"), Value: or(r.Email, say.Of("no address"))}, {Key: say.Of("Verified"), Value: verified},
		{Key: say.Of("Name"), Value: or(r.Name, say.Of("no name"))}, {Key: say.Of("Avatar"),
			Value: or(r.Avatar, say.Of("no avatar"))},
	}
}

func or(value string, none say.Text) say.Text { return cmp.Or(say.Raw(value), none) }

func claimRows(claims map[string]string) []view.Answer {
	var rows []view.Answer
	for _, key := range slices.Sorted(maps.Keys(claims)) {
		rows = append(rows, view.Answer{Key: say.Raw(key), Value: say.Raw(claims[key])})
	}
	return rows
}

func evidenceRow(e signin.Evidence) EvidenceRow {
	row := EvidenceRow{System: e.System.Label(), Text: e.Text}
	if !e.When.IsZero() {
		row.When = e.When.UTC().Format("15:04:05")
	}
	return row
}
