package stories

import (
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// SignIn returns a test sign-in that waits for a person.
func SignIn() proof.SignInInput {
	return proof.SignInInput{
		ID: "t1", Way: "window", Base: "/signin/t1", Script: "signin.js", Begun: true,
		Desired: link.Desired{PocketBaseURL: PocketBaseURL,
			Application: link.ApplicationState{Name: "PocketBase"}},
		Realtime: PocketBaseURL + "/sub/api/realtime?authpocket=x", Redirect: PocketBaseURL + "/api/oauth2-redirect",
	}
}

// Verdict returns the diagnosis of a test sign-in that works, or fails for its redirect URI.
func Verdict(works bool) signin.Verdict {
	claims := map[string]string{"sub": "9d1d8e7c5b", "email": "ada@" + long, "email_verified": "true",
		"name": "Ada Lovelace", "groups": `["staff","admins"]`}
	if works {
		return signin.Verdict{
			Works: true, Stages: signin.StagesUpTo(signin.StageRecord, signin.StageDone, say.Text{}),
			Outcome: signin.OutcomeNew, Over: true,
			Record: &signin.Record{ID: "a1b2c3d4e5f6g7h", Email: "ada@" + long, Verified: true,
				Name: "Ada Lovelace"},
			Claims:      claims,
			Prediction:  &signin.Prediction{Words: say.Of("A new account is created for %s.", "ada@example.com")},
			AsPredicted: true,
		}
	}
	at := time.Date(2026, 5, 3, 10, 20, 30, 0, time.UTC)
	sent, known := "http://"+long+"/api/oauth2-redirect", "https://"+long+"/api/oauth2-redirect/"
	return signin.Verdict{
		Stages: signin.StagesUpTo(signin.StageToken, signin.StageFailed, say.Of("authentik does not know the "+
			"redirect URI")),
		Cause: "redirect-mismatch", Over: true,
		Todo: say.Of("Add exactly this redirect URI to the provider. Scheme, host, port and slashes must match."),
		Redirect: signin.NewMismatch(sent,
			[]string{known}),
		Evidence: []signin.Evidence{{System: report.Authentik, When: at, Text: say.Of("%s signed in (%s).", "ada",
			"password")},
			{System: report.PB, When: at, Text: say.Raw("400 Failed to fetch OAuth2 token.")}},
	}
}

func signInStories(joined, proven *view.Head) []Story {
	begun, working, failed := SignIn(), SignIn(), SignIn()
	person := SignIn()
	person.Person, person.Prediction = "ada", &signin.Prediction{Outcome: signin.OutcomeRefused,
		Cause: "email-unverified", Words: say.Of("PocketBase refuses the sign-in with “email: Cannot be blank”: "+
			"authentik sends no verified address, and %s requires one.", "users"),
		Sent: map[string]string{"email": "ada@example.com"}}
	resets := SignIn()
	resets.Person, resets.Prediction = "ada", &signin.Prediction{Outcome: signin.OutcomeLinked,
		Account: signin.Account{ID: "a1", Email: "ada@example.com"}, Resets: true,
		Words: say.Of("Is linked to the account “%s”, which has the same address.", "ada@example.com")}
	good, bad := Verdict(true), Verdict(false)
	working.Verdict, working.Returned, working.Ended = &good, true, true
	failed.Verdict, failed.Returned, failed.Ended, failed.Own = &bad, true, true,
		[]string{"http://127.0.0.1:8480/signin/callback"}
	byHand := SignIn()
	byHand.Way, byHand.Link = "callback", AuthentikURL+"/application/o/authorize/?state=x"
	invited := SignIn()
	invited.Invited, invited.Begun, invited.Expires = true, false, time.Now().Add(time.Hour)
	start := proof.SignInStartInput{Held: true, Callback: "http://127.0.0.1:8480/signin/callback",
		Tests: []proof.SignInInput{working, failed, invited}}
	other := start
	other.Way = "callback"
	there := other
	there.CallbackThere, there.Own = true, []string{"http://127.0.0.1:8480/signin/callback"}
	wrong := start
	wrong.Person, wrong.Problem, wrong.CallbackThere = "nobody",
		say.Join(say.Of("authentik has no user “%s”.", "nobody"),
			say.Of("Enter a username or an e-mail address.")), true
	return []Story{
		{"signin-start", proof.SignInStart(proof.NewSignInStart(*joined, start))},
		{"signin-wrong", proof.SignInStart(proof.NewSignInStart(*joined, wrong))},
		{"signin-other", proof.SignInStart(proof.NewSignInStart(*joined, other))},
		{"signin-other-there", proof.SignInStart(proof.NewSignInStart(*joined, there))},
		{"signin-ready", proof.SignIn(proof.NewSignIn(joined, begun, "/e"))},
		{"signin-resets", proof.SignIn(proof.NewSignIn(joined, resets, "/e"))},
		{"signin-foreseen", proof.SignIn(proof.NewSignIn(joined, person, "/e"))},
		{"signin-by-hand", proof.SignIn(proof.NewSignIn(joined, byHand, "/e"))},
		{"signin-works", proof.SignIn(proof.NewSignIn(proven, working, ""))},
		{"signin-failed", proof.SignIn(proof.NewSignIn(joined, failed, ""))},
		{"signin-invited", proof.SignIn(proof.NewSignIn(joined, invited, "/e"))},
		{"signin-invite",
			proof.Invite(proof.NewInvite(*joined,
				"https://authpocket.company.example/try/ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ",
				invited))},
		{"signin-invite-here",
			proof.Invite(proof.NewInvite(*joined,
				"http://127.0.0.1:8480/try/ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ", invited))},
		{"try-start", proof.Try(proof.NewTry(&view.Head{Assets: joined.Assets}, invited, "/e"))},
		{"try-failed", proof.Try(proof.NewTry(&view.Head{Assets: joined.Assets}, failed, ""))},
	}
}
