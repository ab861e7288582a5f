package beszel

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// The preset is true of a Beszel: what it needs, what it writes itself, and what it leaves alone.
func TestBeszelIsLinked(t *testing.T) {
	h := newHub(t)
	plan := h.plan("")
	h.new(plan)
	h.apply(plan)
	d := plan.Desired
	t.Log("somebody with an account gets in, and nobody else")
	h.signIn(d, "ada", signin.OutcomeLinked)
	if v := h.signIn(d, "grace", signin.OutcomeRefused); v.Cause != report.CauseCreateRule {
		t.Errorf("without USER_CREATION the cause is %s", v.Cause)
	}

	t.Log("with USER_CREATION new people get in, by a pop-up or without one")
	h.restart("USER_CREATION=true")
	if again := h.plan(""); !again.Empty() || warning(again, report.WarningID(report.CauseCreateRule)) != nil {
		t.Errorf("after the start: %+v", again)
	}
	h.signIn(d, "grace", signin.OutcomeNew)
	if record := h.signInHere(d, "grace"); record["role"] != "user" || record["email"] != "grace@example.com" {
		t.Errorf("the new account is %v", record)
	}
	if record := h.signInHere(d, "ada"); record["role"] != "admin" {
		t.Errorf("the account that was there is %v", record)
	}

	h.overwrites(d)
	h.secondFactor(d)
	h.undo(plan)
}

// new holds the first plan to what is known of Beszel.
func (h *hub) new(plan link.Plan) {
	h.Helper()
	var uris []string
	for _, r := range plan.Desired.Provider.RedirectURIs {
		uris = append(uris, r.String())
	}
	if diff := cmp.Diff([]string{h.URL + "/api/oauth2-redirect", h.URL, h.URL + "/"}, uris); diff != "" {
		h.Errorf("the redirect URIs (want -, got +):\n%s", diff)
	}
	app := plan.Desired.Application
	if app.Slug != "beszel" || app.Name != "Beszel" || app.LaunchURL != h.URL+"/" ||
		app.Icon != h.URL+"/static/icon.svg" {
		h.Errorf("the application is %+v", app)
	}
	if w := warning(plan, report.WarningID(report.CauseCreateRule)); w == nil ||
		!strings.Contains(w.Detail.String(), "USER_CREATION=true") {
		h.Errorf("that nobody new gets in is told so: %+v", w)
	}
	if w := warning(plan, report.WarnAppRedirect); w != nil {
		h.Errorf("what the preset adds is asked for: %+v", w)
	}
}

// overwrites changes a rule that Beszel writes itself, and one that it leaves alone.
func (h *hub) overwrites(d link.Desired) {
	h.Helper()
	h.Log("what Beszel writes itself does not last, as the plan says")
	plan := h.plan(`, create_rule: '', auth_rule: "id != ''"`)
	w := warning(plan, report.WarnAppOverwrites)
	if w == nil || !strings.Contains(w.Detail.String(), "USER_CREATION") {
		h.Errorf("the plan says %+v", plan.Warnings)
	}
	h.apply(plan)
	if now := h.users(); now.CreateRule == nil || *now.CreateRule != "" {
		h.Errorf("the create rule is not written: %v", now.CreateRule)
	}
	h.restart("DISABLE_PASSWORD_AUTH=true")
	now := h.users()
	if now.CreateRule != nil || now.AuthRule == nil || *now.AuthRule != "id != ''" {
		h.Errorf("after the start the rules are %v and %v", now.CreateRule, now.AuthRule)
	}
	if now.PasswordAuth.Enabled || now.OTP.Enabled || now.MFA.Enabled {
		h.Errorf("with DISABLE_PASSWORD_AUTH: %+v", now)
	}
	h.signIn(d, "ada", signin.OutcomeReturns)
}

// secondFactor turns MFA on, which refuses sign-ins with authentik until the MFA rule lets them pass. The rule lasts.
func (h *hub) secondFactor(d link.Desired) {
	h.Helper()
	h.Log("with MFA_OTP sign-ins need an MFA rule, which lasts")
	h.restart("MFA_OTP=true")
	if now := h.users(); !now.OTP.Enabled || !now.MFA.Enabled || !now.PasswordAuth.Enabled {
		h.Errorf("with MFA_OTP: %+v", now)
	}
	if w := warning(h.plan(""), report.WarningID(report.CauseMFA)); w == nil ||
		!strings.Contains(w.Detail.String(), "so the rule lasts") {
		h.Errorf("the plan says %+v", w)
	}
	if v := h.signIn(d, "ada", signin.OutcomeRefused); v.Cause != report.CauseMFA {
		h.Errorf("with MFA_OTP the cause is %s", v.Cause)
	}
	const rule = `@request.context != "oauth2"`
	h.call(http.MethodPatch, "/api/collections/users", map[string]any{"mfa": map[string]any{"rule": rule}}, nil)
	h.restart("MFA_OTP=true")
	if now := h.users(); now.MFA.Rule != rule || !now.MFA.Enabled {
		h.Errorf("after the start the MFA rule is %+v", now.MFA)
	}
	h.signIn(d, "ada", signin.OutcomeReturns)
}

// undo takes back both applies, the newest first.
func (h *hub) undo(first link.Plan) {
	h.Helper()
	h.Log("the link is undone")
	h.restart()
	list, _, err := h.store.List()
	if err != nil {
		h.Fatal(err)
	}
	for _, r := range list {
		plan, err := h.engine.Undo(h.Context(), r.ID, true)
		if err != nil {
			h.Fatal(err)
		}
		h.apply(plan)
	}
	now := h.users()
	if len(now.OAuth2.Providers) > 0 || now.AuthRule == nil || *now.AuthRule != "verified=true" {
		h.Errorf("PocketBase is left with %+v", now)
	}
	again := h.plan("")
	again.Warnings = nil
	if len(again.Changes) != len(first.Changes) || slices.ContainsFunc(again.Changes, func(c link.Change) bool {
		return c.Kind == link.KindPair && c.Action != link.Create
	}) {
		h.Errorf("authentik is left with something: %+v", again.Changes)
	}
}

func warning(plan link.Plan, id report.WarningID) *link.Warning {
	return link.Find(plan.Warnings, func(w link.Warning) bool { return w.ID == id })
}
