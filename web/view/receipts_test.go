package view_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/sandbox/stories"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

func TestReceiptOffersOnlyWhatCanBeDone(t *testing.T) {
	kind := func(r changes.Receipt, kind string) changes.Receipt { r.Kind = kind; return r }
	whole := stories.Receipt("completed", "done", "done", "done")
	taken, running := whole, stories.Receipt("", "done")
	taken.TakenBack, running.Running = true, true
	back := kind(whole, "rotate")
	back.Restores, back.Of = true, "k3"
	for name, one := range map[string]struct {
		r        changes.Receipt
		undo     bool
		button   string
		outcome  string
		contains string
	}{
		"done":            {whole, true, "", "Done", ""},
		"stopped":         {stories.Receipt("stopped", "done", "failed"), true, "", "Stopped at a failed change", ""},
		"nothing written": {stories.Receipt("stopped", "failed"), false, "", "Stopped at a failed change", ""},
		"interrupted": {stories.Receipt("", "done", "about to"), true, "Continue", "Interrupted",
			"only what is left"},
		"running":      {running, false, "", "In progress", "still running"},
		"undone later": {taken, false, "Recreate the link", "Done, then undone", ""},
		"gone on with": {stories.Receipt("continued", "done"), true, "", "Interrupted, then continued", ""},
		"undone":       {stories.Receipt("undone", "done"), false, "", "Interrupted, then undone", ""},
		"left":         {stories.Receipt("dismissed", "done"), true, "", "Interrupted, then closed", ""},
		"an undo":      {kind(whole, "undo"), false, "Recreate the link", "Done", ""},
		"a removal":    {kind(whole, "remove"), true, "", "Done", "new client secret"},
		"a new secret, and the old again": {kind(taken, "rotate"), false, "",
			"Taken back: both systems have the old client secret", ""},
		"the old secret": {back, false, "", "Done", ""},
		"a new secret":   {kind(whole, "rotate"), false, "", "Done", "cannot be restored"},
	} {
		t.Run(name, func(t *testing.T) {
			p := changes.NewReceipt(view.Head{}, one.r)
			if p.Undo != one.undo || p.Continue.String() != one.button || !strings.Contains(p.Note.String(),
				one.contains) {
				t.Errorf("undo %v, button %q, note %q", p.Undo, p.Continue, p.Note)
			}
			if line := changes.NewReceipts(view.Head{},
				changes.ReceiptsInput{List: []changes.Receipt{one.r}}).List[0]; line.Outcome.String() != one.outcome {
				t.Errorf("the outcome is %q", line.Outcome)
			}
		})
	}
}

func TestReceiptsAreToldApart(t *testing.T) {
	for want, r := range map[string]changes.Receipt{
		"Linked the application “wiki” with the collection “users”.": {Kind: "apply",
			Outcome: "completed", Created: true},
		"Changed the link between the application “wiki” and the collection “users”.": {Kind: "apply",
			Outcome: "completed"},
		"Linked the application “wiki” with the collection “users”. It continues receipt k3.": {Kind: "apply",
			Outcome: "completed", Of: "k3", Created: true},
		"Was to link the application “wiki” with the collection “users”.": {Kind: "apply",
			Outcome: "stopped"},
		"Undid receipt k3 for the application “wiki” and the collection “users”.": {Kind: "undo",
			Outcome: "completed", Of: "k3"},
		"Set a new client secret for the application “wiki” and the collection “users”.": {Kind: "rotate",
			Outcome: "completed"},
		"Restored the client secret from before receipt k3 for the application “wiki” and the collection “users”.": {
			Kind: "rotate", Outcome: "completed", Of: "k3", Restores: true},
		"Was to remove the link between the application “wiki” and the collection “users”.": {Kind: "remove"},
	} {
		r.Slug, r.Collection = "wiki", "users"
		if got := changes.NewReceipts(view.Head{},
			changes.ReceiptsInput{List: []changes.Receipt{r}}).List[0].About; got.String() != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for want, past := range map[string]time.Duration{
		"just now": 59 * time.Second, "1 minute ago": time.Minute, "59 minutes ago": 59 * time.Minute,
		"47 hours ago": 47 * time.Hour, "2 days ago": 50 * time.Hour, "": -time.Minute,
	} {
		p := changes.NewReceipts(view.Head{}, changes.ReceiptsInput{List: []changes.Receipt{{When: stories.Time()}},
			Now: stories.Time().Add(past)})
		if got := p.List[0].Ago; got.String() != want {
			t.Errorf("%s is %q, want %q", past, got, want)
		}
	}
}

func TestAnInterruptionSaysWhatIsDoneAndWhatIsOpen(t *testing.T) {
	i := changes.NewInterruptions([]changes.Receipt{stories.Receipt("", "done", "about to")}, true)[0]
	if i.Text.String() != "Started on 23 November 2026 19:05 UTC. 1 of 3 changes applied." ||
		len(i.Lines) != 2 || !i.GoOn ||
		!i.Undo {
		t.Errorf("%+v", i)
	}
	if !strings.HasPrefix(i.Lines[0].String(), "Done: create scope mapping") ||
		!strings.Contains(i.Lines[1].String(), "unclear whether it was written: create application and provider") {
		t.Errorf("%q", i.Lines)
	}
	removal := stories.Receipt("", "done")
	removal.Kind = "remove"
	if here := changes.NewInterruptions([]changes.Receipt{removal}, false)[0]; !here.GoOn || !here.Undo {
		t.Errorf("a review of the link does not go on with a removal: %+v", here)
	}
	if here := changes.NewInterruptions([]changes.Receipt{stories.Receipt("", "about to")}, false)[0]; here.GoOn {
		t.Error("the review goes on by itself")
	}
}

func TestEveryPurposeHasItsWords(t *testing.T) {
	made := []link.Change{{Object: say.Of("a")}, {Object: say.Of("b")}, {Object: say.Of("c")}, {Object: say.Of("d")}}
	for purpose, want := range map[link.Purpose][2]string{
		link.PurposeLink:   {"Review 4 changes", "Apply 4 changes"},
		link.PurposeUndo:   {"Review undo: 4 changes", "Undo 4 changes"},
		link.PurposeRemove: {"Review removal: 4 changes", "Remove the link"},
		link.PurposeRotate: {"Review new client secret: 4 changes", "Rotate the client secret"},
		link.PurposeProof:  {"Review proof: 4 changes", "Prove it now"},
	} {
		p := changes.NewReview(&view.Head{}, changes.ReviewInput{Plan: link.Plan{Purpose: purpose, Changes: made}})
		if p.Head.Title.String() != want[0] || p.Button.String() != want[1] ||
			(len(p.Answers) > 0) != (purpose == link.PurposeLink) {
			t.Errorf("%s: %q, %q", purpose, p.Head.Title, p.Button)
		}
		empty := changes.NewReview(&view.Head{}, changes.ReviewInput{Plan: link.Plan{Purpose: purpose}})
		if !empty.Button.Empty() || empty.Check != (purpose == link.PurposeLink) {
			t.Errorf("%s: an empty plan offers %q", purpose, empty.Button)
		}
		open := changes.NewReview(&view.Head{}, changes.ReviewInput{Plan: link.Plan{Purpose: purpose},
			Interrupted: []changes.Receipt{stories.Receipt("", "about to")}})
		if open.Button.String() != "Close the receipt" {
			t.Errorf("%s: an interrupted apply stays open", purpose)
		}
	}
}

func TestWhatCannotComeBackIsSaidBeforeAndAfter(t *testing.T) {
	plan := link.Plan{Purpose: link.PurposeUndo, Changes: []link.Change{{Object: say.Of("a")}},
		Warnings: []link.Warning{
			{ID: "lost", Summary: say.Of("The secret stays."), Detail: say.Of("Enter it.")}, {ID: "other",
				Summary: say.Of("Something else.")},
		}}
	p := changes.NewReview(&view.Head{}, changes.ReviewInput{Plan: plan})
	if len(p.Lost) != 1 || len(p.Decide) != 1 {
		t.Errorf("%+v, %+v", p.Lost, p.Decide)
	}
	o := carriedOut(changes.Progress{Purpose: link.PurposeUndo, Warnings: plan.Warnings}, 1)
	if !slices.EqualFunc(o.Lines, []say.Text{say.Of("The secret stays. Enter it.")}, say.Text.Equal) ||
		!strings.Contains(o.Text.String(),
			"except for what could not be restored") || o.Heading.String() != "1 change was undone" {
		t.Errorf("%+v", o)
	}
}

func TestANewSecretIsToldByItsChecks(t *testing.T) {
	for name, one := range map[string]struct {
		checks  report.Checks
		kind    string
		wayBack bool
	}{
		"accepted": {report.Checks{{Status: report.Pass}}, "good", false},
		"refused":  {report.Checks{{Status: report.Pass}, {Status: report.Fail, Cause: "invalid-client"}}, "bad", true},
		"another": {report.Checks{{Status: report.Pass}, {Status: report.Fail, Cause: "redirect-mismatch"}}, "bad",
			true},
		"not measured": {report.Checks{{Status: report.Skipped}}, "warn", true},
		"no checks":    {nil, "warn", true},
	} {
		o := carriedOut(changes.Progress{Purpose: link.PurposeRotate, Checks: one.checks}, 2)
		if o.Kind != one.kind || (o.Actions[0].URL == "/rotate/back") != one.wayBack || o.Check {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestAStalePlanSaysWhatWasChanged(t *testing.T) {
	fault := &report.Fault{Kind: report.FaultStale, Summary: say.Of("Something changed since the review."),
		Details: []say.Text{say.Of("authentik: x.")}, Todo: say.Of("Look.")}
	o := changes.NewApply(view.Head{}, changes.Progress{Again: "/remove",
		Stopped: &report.Stopped{Effect: report.Effect{Between: true}, Stale: true, Err: fault}, Ended: true},
		"").Outcome
	if o.Heading.String() != "Something changed since the review" || !slices.EqualFunc(o.Lines,
		[]say.Text{say.Of("authentik: x.")}, say.Text.Equal) ||
		o.Actions[0] != (view.Action{Label: say.Of("Review again"), URL: "/remove"}) {
		t.Errorf("%+v", o)
	}
}

// carriedOut is the outcome of an apply whose n changes were all made.
func carriedOut(in changes.Progress, n int) *view.Outcome {
	in.Changes, in.Ended = make([]link.Change, n), true
	in.States = slices.Repeat([]string{"done"}, n)
	return changes.NewApply(view.Head{}, in, "").Outcome
}
