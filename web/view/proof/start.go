package proof

import (
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
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
		Redirect: firstRedirect(&in.Desired)}
	p.Person = view.Field{Name: "person", Label: say.Of("Check as user"),
		Hint:     say.Of("A username or an e-mail address in authentik"),
		Optional: true, Value: in.Person, Error: in.Problem}
	p.Other = in.Way == "callback"
	if !in.Problem.Empty() {
		p.Head.Wrong = true
		p.Problems = view.Problems{{Target: view.FieldID("person"), Text: in.Problem}}
	}
	p.Invite = say.Of("Invite another user")
	for _, one := range in.Tests {
		row := testRow(one)
		if p.Tests = append(p.Tests, row); row.Withdraw != "" {
			p.Invite, p.More = say.Of("Invite one more user"), "yes"
		}
	}
	return p
}

func firstRedirect(d *link.Desired) string {
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
		label = say.List(label, say.Raw(in.Person))
	}
	row.Action = view.Action{Label: label, URL: "/signin/" + in.ID}
	return row
}
