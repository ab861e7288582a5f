package proof

import (
	"authpocket/internal/address"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// NewTry returns the page for an invited user: the progress and whether it worked.
func NewTry(h *view.Head, in SignInInput, events string) SignInPage {
	p := testPage(h, in, events)
	for i := range p.Stages {
		p.Stages[i].Detail = say.Text{}
	}
	switch {
	case !in.Begun && !in.Ended:
		p.Head.Title = say.Of("Test signing in to %s", in.Desired.Application.Name)
		p.Status = say.Of("The administrator of %s (%s) asks you to test signing in. Use your normal authentik login. "+
			"authpocket never sees your password.", in.Desired.Application.Name, view.Host(in.Desired.PocketBaseURL))
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
	return InvitePage{Head: h, Address: invitation, Until: in.Expires.UTC().Format("15:04 UTC"),
		Follow: "/signin/" + in.ID, Here: address.ThisMachine(invitation), Code: newQRCode(invitation)}
}
