package stories

import (
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/view"
	"authpocket/web/view/changes"
	"authpocket/web/view/proof"
)

// Plan returns the plan of a spec for an authentik and a PocketBase as they come, changed by mutate.
func Plan(s link.Spec, mutate func(*link.AuthentikSnapshot, *link.PocketBaseSnapshot)) link.Plan {
	a, p := snapshots()
	if mutate != nil {
		mutate(&a, &p)
	}
	s.AuthentikURL, s.PocketBaseURLs = AuthentikURL, []string{PocketBaseURL}
	plan, problems := plans.New(&s, &a, &p, link.Generated{
		ClientID: "MfQpUhY2wRZ0tJ8vB3kXnL6sD9gC1aE5rT7yUoPi", ClientSecret: secret.New(strings.Repeat("x", 128)),
	})
	if len(problems) > 0 {
		panic(problems.Error())
	}
	return plan
}

// update is a change of a provider that is there.
func update() link.Change {
	return link.Change{
		System: report.Authentik, Kind: link.KindProvider, Object: say.Of("provider “%s”", "Provider for PocketBase"),
		Action: link.Update,
		Why:    say.Of("The provider already exists. Only the fields below change."),
		Step:   "authentik 2: Configure the Provider",
		Lost:   say.Of("PocketBase never shows its current client secret, so undo can't restore it."),
		Fields: []link.Field{
			{Name: "redirect_uris", Before: link.ShowList([]string{"https://old.company.example/api/oauth2-redirect"}),
				After: link.ShowList([]string{"https://old.company.example/api/oauth2-redirect", "https://" + long +
					"/api/oauth2-redirect"})},
			{Name: "include_claims_in_id_token", Before: link.ShowFlag(false), After: link.ShowFlag(true)},
			{Name: "client_secret", Before: link.ShowMask(link.MaskedSet), After: link.ShowMask(link.MaskedNew),
				Sensitive: true},
			{Name: "signing_key", Before: link.ShowText(""), After: link.ShowText("authentik Self-signed Certificate")},
		},
	}
}

func reviewStories(both, joined *view.Head) []Story {
	in := func(p link.Plan) changes.ReviewInput {
		return changes.ReviewInput{PlanID: "p1", Plan: p, AuthentikURL: AuthentikURL, AuthentikWho: "akadmin",
			PocketBaseURL: PocketBaseURL, PocketBaseWho: "admin@company.example"}
	}
	create := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	drift := create
	drift.Changes = []link.Change{update()}
	drift.Warnings = nil
	empty := create
	empty.Changes = nil
	running := in(create)
	running.Running = "/apply/p1"
	return []Story{
		{"review-create", changes.Review(changes.NewReview(both, in(create)))},
		{"review-running", changes.Review(changes.NewReview(both, running))},
		{"review-update", changes.Review(changes.NewReview(new(demo(*joined)), in(drift)))},
		{"review-empty", changes.Review(changes.NewReview(joined, in(empty)))},
	}
}

func progressStories(both, joined view.Head) []Story {
	plan := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	page := func(p changes.Progress) changes.ApplyPage {
		p.Changes = plan.Changes
		return changes.NewApply(both, p, "/apply/p1/events?after=2")
	}
	refused := &report.Fault{System: report.Authentik,
		Summary: say.Of("authentik refused to create the %s: %s.", say.Of("application “%s”", "PocketBase"),
			say.Raw("slug: Application with this slug already exists")), Todo: say.Of("Choose another slug.")}
	gone := &report.Fault{System: report.Authentik, Kind: report.FaultStale,
		Summary: say.Of("authentik has no %s.", say.Of("provider “%s”", "Provider for PocketBase")),
		Todo:    say.Of("It may have been deleted or renamed. Plan again.")}
	changed := &report.Fault{System: report.Authentik, Kind: report.FaultStale,
		Summary: say.Of("Something was changed since the plan was made."),
		Details: []say.Text{say.Of("%s is now %s.", say.Raw("name"), link.ShowText("PB").Words()),
			say.Of("By their logs, %s.", say.Of("%s updated the %s “%s” at %s", "ada", "provider",
				"Provider for PocketBase", "12:00:00"))},
		Todo: say.Of("Make a new plan, and apply that.")}
	at := func(i int, err error) map[int][]report.Message {
		return map[int][]report.Message{i: report.Messages(err)}
	}
	second := report.Effect{Made: 1, Change: report.WrittenNone}
	return []Story{
		{"apply-running", changes.Apply(page(changes.Progress{States: []string{"done", "running"}}))},
		{"apply-done", changes.Apply(changes.NewApply(joined, changes.Progress{Changes: plan.Changes,
			States: []string{"done", "done", "done"}, Ended: true}, ""))},
		{"apply-failed", changes.Apply(page(changes.Progress{States: []string{"done", "failed"}, Failed: at(1, refused),
			Stopped: &report.Stopped{Effect: second, Err: refused}, Ended: true}))},
		{"apply-failed-first",
			changes.Apply(page(changes.Progress{States: []string{"failed"}, Failed: at(0, refused),
				Stopped: &report.Stopped{Effect: report.Effect{Change: report.WrittenNone}, Err: refused},
				Ended:   true}))},
		{"apply-unknown",
			changes.Apply(page(changes.Progress{States: []string{"failed"}, Failed: at(0, refused),
				Stopped: &report.Stopped{Err: refused}, Ended: true}))},
		{"apply-failed-stale",
			changes.Apply(page(changes.Progress{States: []string{"done", "failed"}, Failed: at(1, gone),
				Stopped: &report.Stopped{Effect: second, Stale: true, Err: gone}, Ended: true}))},
		{"proof-good", changes.Apply(page(changes.Progress{Purpose: link.PurposeProof, Ended: true,
			States: []string{"done", "done", "done"}, Proof: changes.Proof{Check: Checks()[0],
				SignedIn: report.SignedIn{Name: "authpocket-test-ab12@authpocket.invalid", At: time.Unix(1e9, 0)},
				Result:   "/signin/s1"}}))},
		{"proof-left", changes.Apply(page(changes.Progress{Purpose: link.PurposeProof, Ended: true,
			States: []string{"done", "done", "failed"}, Failed: at(2, gone), Stopped: &report.Stopped{Err: gone},
			Proof: changes.Proof{Check: Checks()[3], Result: "/signin/s1"}}))},
		{"apply-stale",
			changes.Apply(page(changes.Progress{Ended: true,
				Stopped: &report.Stopped{Effect: report.Effect{Between: true},
					Stale: true, Err: changed}}))},
	}
}

// Checks returns one check of each status, most of them passed.
func Checks() report.Checks {
	return report.Checks{
		{ID: "discovery", System: report.Authentik, Title: say.Of("authentik responds at its public address"),
			Status: report.Pass,
			Evidence: say.Of("%s: 200, with the issuer %s.",
				AuthentikURL+"/application/o/pocketbase/.well-known/openid-configuration",
				AuthentikURL+"/application/o/pocketbase/")},
		{ID: "jwks", System: report.Authentik, Title: say.Of("authentik has an RSA or EC key to sign with"),
			Status: report.Pass,
			Evidence: say.Of("%s: 200, with a key of type %s.", AuthentikURL+"/application/o/pocketbase/jwks/",
				"RSA")},
		{ID: "client", System: report.Authentik, Title: say.Of("authentik accepts the client ID and secret"),
			Status:   report.Pass,
			Evidence: say.Of("Called revoke with the client ID and secret")},
		{ID: "email", System: report.Authentik, Title: say.Of("The user's e-mail address is treated as chosen"),
			Status: report.Warn,
			Evidence: say.Of("authentik's preview for %s: email %q, email_verified %s.", "akadmin",
				"admin@company.example", "false"),
			Remedy: say.Of("If this address is known to be correct, set the attribute email_verified: true on the " +
				"user in authentik.")},
		{ID: "methods", System: report.PB, Title: say.Of("PocketBase offers the sign-in to guests"),
			Status:   report.Pass,
			Evidence: say.Of("%s lists %s.", "GET "+PocketBaseURL+"/api/collections/users/auth-methods", "oidc")},
		{ID: "probe", System: report.PB, Title: say.Of("PocketBase reaches authentik, which accepts its client ID " +
			"and secret"), Status: report.Skipped,
			Evidence: say.Of("PocketBase keeps no logs (Settings › Logs, retention 0 days), so its errors cannot " +
				"be read.")},
	}
}

func verifyStories(joined *view.Head) []Story {
	failed := Checks()
	failed[2].Status, failed[2].Remedy = report.Fail, say.Of("Plan and apply again to give both systems the same "+
		"client ID and secret.")
	good := report.Checks{failed[0], failed[1], failed[4]}
	none := report.Checks{
		{ID: "authentik.discovery", System: report.Authentik,
			Title: say.Of("authentik responds at its public address"), Status: report.Fail,
			Cause: "discovery", Evidence: say.Of("%s %s was answered %s", "GET",
				AuthentikURL+"/application/o/pocketbase/", "404")},
		{ID: "pocketbase.auth-methods", System: report.PB, Title: say.Of("PocketBase offers the sign-in to guests"),
			Status: report.Fail,
			Cause:  "oauth2-off", Evidence: say.Of("PocketBase offers no sign-in with %s in %s.", "oidc", "users")},
	}
	after := proof.VerifyInput{Begun: true, Ended: true, Checks: good,
		SignedIn: report.SignedIn{Name: "ada@example.com",
			At: time.Unix(1e9, 0)},
		Own: []string{"http://127.0.0.1:8480/signin/callback"}}
	cancelled := proof.VerifyInput{Begun: true, Ended: true, Cancelled: true, At: time.Unix(1e9, 0),
		Checks: append(slices.Clone(good), *(&report.Check{ID: report.CheckPocketBaseProbe, System: report.PB,
			Title: say.Of("PocketBase reaches authentik, which accepts its client ID and secret")}).
			Skips(say.Of("The checks were cancelled before this was measured.")))}
	silent := report.Checks{failed[0], *(&report.Check{ID: report.CheckPocketBaseAuthMethods, System: report.PB,
		Title: say.Of("PocketBase offers the sign-in to guests")}).
		SkipsFor(&report.Fault{System: report.PB, Kind: report.FaultUnreachable,
			Summary: say.Of("PocketBase at %s gave no answer: %s.", PocketBaseURL,
				say.Of("nothing listens on that port"))})}
	return []Story{
		{"verify-silent",
			proof.Verify(proof.NewVerify(*joined, proof.VerifyInput{Begun: true, Ended: true, Checks: silent}, ""))},
		{"verify-signed-in", proof.Verify(proof.NewVerify(*joined, after, ""))},
		{"verify-no-link",
			proof.Verify(proof.NewVerify(*joined, proof.VerifyInput{Begun: true, Ended: true, Checks: none}, ""))},
		{"verify-before", proof.Verify(proof.NewVerify(*joined, proof.VerifyInput{}, ""))},
		{"verify-running", proof.Verify(proof.NewVerify(*joined, proof.VerifyInput{Begun: true},
			"/verify/events"))},
		{"verify-cancelled", proof.Verify(proof.NewVerify(*joined, cancelled, ""))},
		{"verify-good", proof.Verify(proof.NewVerify(*joined, proof.VerifyInput{Begun: true, Ended: true, Checks: good},
			""))},
		{"verify-mixed",
			proof.Verify(proof.NewVerify(*joined, proof.VerifyInput{Begun: true, Ended: true, Checks: Checks()},
				""))},
		{"verify-failed",
			proof.Verify(proof.NewVerify(*joined, proof.VerifyInput{Begun: true, Ended: true, Checks: failed}, ""))},
	}
}

func doneStories(joined, proven *view.Head) []Story {
	plan := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	good := Checks()[:3]
	in := changes.DoneInput{Desired: plan.Desired, Rounds: []changes.Round{{Purpose: link.PurposeRotate, Receipt: "u1",
		Made: []link.Change{update()}}, {Receipt: "k3", Made: plan.Changes}}, Checks: good, Held: true,
		AuthentikAPI: AuthentikURL, PocketBaseAPI: PocketBaseURL}
	seen := in
	seen.SignedIn = report.SignedIn{Name: "ada@example.com", At: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	in.Later = true
	forgotten := in
	forgotten.Later, forgotten.Held, forgotten.ByPassword = false, false, true
	forgotten.Rounds, forgotten.Checks = nil, nil
	off := *joined
	off.Held = false
	files := []changes.ExportFile{{Title: say.Of("authentik blueprint"), URL: "blueprint",
		FileName: "authentik-blueprint.yaml"},
		{Title: say.Of("Terraform"), URL: "terraform",
			Refused: []say.Text{say.Raw("The name of the application has characters that are not in Unicode's " +
				"composed form (NFC), which Terraform cannot carry. Change it where it was set, then export again.")}}}
	return []Story{
		{"export", changes.Export(changes.NewExport(*proven, "/done", files, []link.Warning{{ID: "open-to-everyone"},
			{ID: "access-unseen", Summary: say.Of("The token may not see who may use this application."),
				Detail: say.Of("Give the token the permission %s.",
					"authentik_policies.view_policybinding")}}))},
		{"done", changes.Done(changes.NewDone(proven, seen))},
		{"done-unproved", changes.Done(changes.NewDone(joined, in))},
		{"done-forgotten", changes.Done(changes.NewDone(&off, forgotten))}}
}

func problemStories(none, both *view.Head) []Story {
	return []Story{
		{"problem-not-found", view.ProblemView(view.ProblemPage{Head: titled(*none, say.Of("Page not found")),
			Summary: say.Of("authpocket has no page at this address."),
			Todo:    say.Of("Go to the start page and continue from there."),
			Actions: []view.Action{{Label: say.Of("Go to start"), URL: "/"}}})},
		{"problem-unreachable", view.ProblemView(view.ProblemPage{Head: titled(*both, say.Of("%s did not respond",
			"authentik")),
			Summary: say.Of("authentik at %s cannot be reached: %s.", "https://"+long,
				say.Of("nothing listens on that port")),
			Todo: say.Of("Check the address, and that authentik is running and reachable " +
				"from here."), Answers: true,
			Actions: []view.Action{{Label: say.Of("Try again"), URL: "/review"},
				{Label: say.Of("Change the connection to %s", "authentik"), URL: "/authentik"}}})},
	}
}
