package proof

import (
	"net/url"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/web/view"
)

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
func NewSignIn(h *view.Head, in SignInInput, events string) SignInPage {
	p := testPage(h, in, events)
	p.Head.Back = "/signin"
	if p.Panel != nil {
		p.Panel.Other = "/signin?way=callback"
		if in.Prediction != nil {
			p.Panel.Resets = in.Prediction.ResetWords()
		}
	}
	if in.Invited && !in.Begun {
		p.Head.Title, p.Panel = say.Of("Waiting for the link to be opened"), nil
		p.Status = say.Of("The link works once and expires at %s.", in.Expires.UTC().Format("15:04 UTC"))
	} else if in.Invited {
		p.Panel = nil // it is in the other browser
	}
	if in.Prediction != nil && !in.Ended {
		p.Foreseen = Foreseen(in.Person, in.Prediction)
	}
	if p.Panel != nil && !p.Panel.Resets.Empty() && p.Foreseen != nil {
		p.Foreseen.Resets = say.Text{} // the panel says it
	}
	if v := in.Verdict; v != nil && (in.Ended || v.Works || v.Cause != "") {
		p.verdict(in, v)
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
func testPage(h *view.Head, in SignInInput, events string) SignInPage {
	p := SignInPage{Head: *h, Status: say.Of("The sign-in at authentik has not started yet.")}
	p.Head.Title, p.Head.Script = say.Of("Test sign-in"), in.Script
	stages := signin.Stages()
	if in.Verdict != nil {
		stages = in.Verdict.Stages
		p.Status = say.Of("Waiting for the sign-in at authentik.")
	}
	for _, s := range stages {
		if s.ID == signin.StageCallback && in.Way == "callback" {
			s.Title = say.Of("The code came back to authpocket")
		}
		p.Stages = append(p.Stages, newStage(s, in.Ended))
	}
	if in.Returned {
		p.Status = say.Of("authpocket is checking the result. This takes up to 30 seconds.")
	}
	if in.Ended {
		p.Head.Title, p.Status = say.Of("Sign-in failed"), say.Text{}
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
	words := map[signin.StageState]say.Text{signin.StageWaiting: say.Of("Waiting"),
		signin.StageRunning: say.Of("In progress"), signin.StageDone: say.Of("Done"),
		signin.StageFailed: say.Of("Failed")}
	row := SignInStage{State: string(s.State), Word: words[s.State], Title: s.Title, Detail: s.Detail}
	if over && s.State == signin.StageWaiting {
		row.Word = say.Of("Not reached")
	}
	return row
}
