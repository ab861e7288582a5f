package proof

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"authpocket/internal/address"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/web/view"
)

// SignInStartInput holds what the page before a test sign-in shows.
type SignInStartInput struct {
	Desired       link.Desired
	Held          bool   // both systems are connected
	Way           string // "window" or "callback"
	Person        string
	Problem       say.Text
	Callback      string // authpocket's own redirect URI
	CallbackThere bool   // and the provider has it
	Own           []string
	Tests         []SignInInput
}

// NewSignInStart returns the page before a test sign-in.
func NewSignInStart(h view.Head, in SignInStartInput) SignInStartPage {
	h.Title, h.Back, h.Live = say.Of("Test sign-in"), "/verify", true
	p := SignInStartPage{Head: h, Held: in.Held, Callback: in.Callback, CallbackThere: in.CallbackThere, Own: in.Own,
		Redirect: firstRedirect(in.Desired)}
	p.Person = view.Field{Name: "person", Label: say.Of("Check as user"), Hint: say.Of("A username or an e-mail " +
		"address in authentik"),
		Optional: true, Value: in.Person, Error: in.Problem}
	p.Other = in.Way == "callback"
	if !in.Problem.Empty() {
		p.Head.Wrong = true
		p.Problems = view.Problems{{Target: view.FieldID("person"), Text: in.Problem}}
	}
	p.Invite, p.More = "Invite another user", ""
	for _, one := range in.Tests {
		row := testRow(one)
		if p.Tests = append(p.Tests, row); row.Withdraw != "" {
			p.Invite, p.More = "Invite one more user", "yes"
		}
	}
	return p
}

func firstRedirect(d link.Desired) string {
	if urls := d.RedirectURLs(); len(urls) > 0 {
		return urls[0]
	}
	return link.RedirectURL(d.PocketBaseURL)
}

// TestRow is one test in the list, with where to withdraw its invitation, empty
// where that cannot be.
type TestRow struct {
	view.Action
	Withdraw string
}

// testRow returns the list entry of one test.
func testRow(in SignInInput) TestRow {
	row := TestRow{}
	label := say.Of("Waiting for the sign-in")
	switch {
	case in.Withdrawn:
		label = say.Of("The invitation was withdrawn")
	case in.Ended && in.Verdict != nil && in.Verdict.Works:
		label = say.Of("Sign-in worked")
	case in.Ended:
		label = say.Of("Sign-in failed")
	case in.Invited && !in.Begun && time.Now().After(in.Expires):
		label = say.Of("The link expired unused")
	case in.Invited && !in.Begun:
		label = say.Of("Waiting for the link to be opened; expires at %s", in.Expires.UTC().Format("15:04 UTC"))
		row.Withdraw = "/signin/" + in.ID + "/withdraw"
	}
	if in.Person != "" {
		label = say.Of("%s, %s", label, in.Person)
	}
	row.Action = view.Action{Label: label, URL: "/signin/" + in.ID}
	return row
}

// SignInInput holds what is known about a test sign-in.
type SignInInput struct {
	ID, Way, Person string
	Base            string // of the test's own routes
	Script          string // URL of the page's own script
	Desired         link.Desired
	Realtime        string // PocketBase's event stream
	Redirect        string // the redirect URI of the test
	Link            string // authentik's page, for a window opened by hand
	Prediction      *signin.Prediction
	Verdict         *signin.Verdict // the newest, nil for none
	Begun, Opened   bool
	Returned, Ended bool
	Deleted         bool
	Invited         bool
	Expires         time.Time
	Withdrawn       bool
	Note            say.Text
	Problem         say.Text
	Own             []string // authpocket's own redirect URIs that the provider has
	Held            bool
}

// NewSignIn returns the page of a test sign-in. events is the URL of its event
// stream.
func NewSignIn(h view.Head, in SignInInput, events string) SignInPage {
	p := testPage(h, in, events)
	p.Head.Back = "/signin"
	if p.Panel != nil {
		p.Panel.Other = "/signin?way=callback"
		if in.Prediction != nil {
			p.Panel.Resets = in.Prediction.ResetWords().String()
		}
	}
	if in.Invited && !in.Begun {
		p.Head.Title, p.Panel = say.Of("Waiting for the link to be opened"), nil
		p.Status = "The link works once and expires at " + in.Expires.UTC().Format("15:04 UTC") + "."
	} else if in.Invited {
		p.Panel = nil // it is in the other browser
	}
	if in.Prediction != nil && !in.Ended {
		p.Foreseen = Foreseen(in.Person, *in.Prediction)
	}
	if p.Panel != nil && p.Panel.Resets != "" && p.Foreseen != nil {
		p.Foreseen.Resets = "" // the panel says it
	}
	if v := in.Verdict; v != nil && (in.Ended || v.Works || v.Cause != "") {
		p.verdict(in, *v)
	}
	if in.Ended {
		p.Own = in.Own
	}
	if !in.Problem.Empty() {
		p.Head.Wrong = true
		p.Problems = view.Problems{{Target: "confirm", Text: in.Problem}}
	}
	return p
}

// testPage returns what an invited user may see of a test too.
func testPage(h view.Head, in SignInInput, events string) SignInPage {
	p := SignInPage{Head: h, Status: "Not started yet."}
	p.Head.Title, p.Head.Script = say.Of("Test sign-in"), in.Script
	stages := signin.Stages()
	if in.Verdict != nil {
		stages = in.Verdict.Stages
		p.Status = "Waiting for the sign-in at authentik."
	}
	for _, s := range stages {
		if s.ID == signin.StageCallback && in.Way == "callback" {
			s.Title = say.Of("The code came back to authpocket")
		}
		p.Stages = append(p.Stages, newStage(s, in.Ended))
	}
	if in.Returned {
		p.Status = "authpocket is checking the result. This takes up to 30 seconds."
	}
	if in.Ended {
		p.Head.Title, p.Status = say.Of("Sign-in failed"), ""
		if in.Verdict != nil && in.Verdict.Works {
			p.Head.Title = say.Of("Sign-in works")
		}
		if !in.Note.Empty() {
			p.Outcome = &view.Outcome{Kind: "warn", Heading: say.Of("No result"), Text: in.Note}
		}
		return p
	}
	p.Head.Live, p.Events = true, events
	p.Head.Refresh = in.Way == "callback" || in.Returned || in.Invited
	if in.Begun && !in.Returned {
		p.Panel = &SignInPanel{Base: in.Base, Link: in.Link}
		if in.Way != "callback" {
			p.Panel.Realtime, p.Panel.Health = in.Realtime, healthURL(in.Realtime)
			p.Panel.PocketBase = view.Host(in.Desired.PocketBaseURL)
		}
	}
	return p
}

// healthURL returns the URL of PocketBase's health check, from that of its event
// stream.
func healthURL(realtime string) string {
	u, err := url.Parse(realtime)
	if err != nil {
		return realtime
	}
	u.Path, u.RawQuery = strings.TrimSuffix(u.Path, "/realtime")+"/health", ""
	return u.String()
}

func newStage(s signin.Stage, over bool) SignInStage {
	words := map[signin.StageState]string{signin.StageWaiting: "Waiting", signin.StageRunning: "In progress",
		signin.StageDone: "Done", signin.StageFailed: "Failed"}
	row := SignInStage{State: string(s.State), Word: words[s.State], Title: s.Title.String(), Detail: s.Detail.String()}
	if over && s.State == signin.StageWaiting {
		row.Word = "Not reached"
	}
	return row
}

// verdict adds the full result for the admin.
func (p *SignInPage) verdict(in SignInInput, v signin.Verdict) {
	o := &view.Outcome{Kind: "good", Heading: signin.RecordTitle(v.Outcome, v.Record),
		Text: say.Join(v.Details...)}
	if !v.Works {
		o.Kind, o.Heading = "bad", say.Raw(CauseTitle(v.Cause))
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

func recordRows(v signin.Verdict) []view.Answer {
	r := v.Record
	if r == nil {
		return nil
	}
	became := map[signin.Outcome]string{signin.OutcomeNew: "New", signin.OutcomeLinked: "Existing, linked now",
		signin.OutcomeReturns: "Already linked", signin.OutcomeRefused: "Existing, refused"}
	if v.Made && v.Outcome == signin.OutcomeRefused {
		became[v.Outcome] = "Created, but refused"
	}
	return []view.Answer{
		{Key: say.Of("Account"), Value: say.Raw(became[v.Outcome])}, {Key: say.Of("ID"), Value: say.Raw(r.ID)},
		{Key: say.Of("E-mail"), Value: say.Raw(cmp.Or(r.Email, "none"))}, {Key: say.Of("Verified"),
			Value: say.Raw(yesNo(r.Verified))},
		{Key: say.Of("Name"), Value: say.Raw(cmp.Or(r.Name, "none"))}, {Key: say.Of("Avatar"),
			Value: say.Raw(cmp.Or(r.Avatar, "none"))},
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

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

// Foreseen returns a prediction for display.
func Foreseen(person string, p signin.Prediction) *Prediction {
	foreseen := &Prediction{Person: person, Words: p.Words, Refused: p.Outcome == signin.OutcomeRefused,
		Claims: claimRows(p.Sent), Resets: p.ResetWords().String()}
	if foreseen.Refused {
		foreseen.Fix = Fix(p.Cause)
	}
	return foreseen
}

// NewTry returns the page for an invited user: the progress and whether it worked.
func NewTry(h view.Head, in SignInInput, events string) SignInPage {
	p := testPage(h, in, events)
	for i := range p.Stages {
		p.Stages[i].Detail = ""
	}
	switch {
	case !in.Begun && !in.Ended:
		p.Head.Title = say.Of("Test signing in to %s", in.Desired.Application.Name)
		p.Status = "The administrator of " + in.Desired.Application.Name + " (" + view.Host(in.Desired.PocketBaseURL) +
			") asks you to test signing in. Use your normal authentik login. authpocket never sees your password."
		p.Start = in.Base
	case in.Ended && in.Verdict != nil && in.Verdict.Works:
		p.Outcome = &view.Outcome{Kind: "good", Heading: say.Of("The test worked"),
			Text: say.Of("Thank you. You can close this page.")}
	case in.Ended:
		p.Outcome = &view.Outcome{Kind: "bad", Heading: say.Of("The test failed"),
			Text: say.Of("The administrator can see why. You can close this page.")}
	}
	return p
}

// NewInvite returns the page that shows a link for another user, once.
func NewInvite(h view.Head, invitation string, in SignInInput) InvitePage {
	h.Title, h.Back = say.Of("Invite another user"), "/signin"
	return InvitePage{Head: h, Address: invitation, Until: in.Expires.UTC().Format("15:04 UTC"), Follow: "/signin/" +
		in.ID, Here: address.ThisMachine(invitation), Code: newQRCode(invitation)}
}

func predictedWord(right bool) string {
	if right {
		return "As predicted"
	}
	return "Not as predicted"
}

func predictionKind(p Prediction) string {
	if p.Refused {
		return "bad"
	}
	return "good"
}
