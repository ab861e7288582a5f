package plans_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// shape are the keys that scripts may rely on.
type shape struct {
	Changes []struct {
		System, Object, Action, Why *string
		Fields                      []struct {
			Name      *string
			Before    *any
			After     *any
			Sensitive *bool
		}
	}
	Warnings []struct{ ID, System, Summary, Detail *string }
}

func TestPlanJSONHasTheKeysThatScriptsRelyOn(t *testing.T) {
	w := linkedWorld(t, minimal())
	s := specWith(func(s *link.Spec) {
		s.Application.Group, s.Application.OpenInNewTab = new("Tools"), new(true)
		s.Provider.ScopeMappings = []string{"groups"}
		s.PocketBase.RewriteSecret = true
	})
	made := mustPlan(t, w, s)
	raw, err := json.MarshalIndent(map[string]any{"changes": made.Changes, "warnings": made.Warnings}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var plan shape
	if err := json.Unmarshal(raw, &plan); err != nil {
		t.Fatal(err)
	}
	if len(plan.Changes) != 3 || len(plan.Warnings) == 0 {
		t.Fatalf("the plan is %s", raw)
	}
	for _, c := range plan.Changes {
		if c.System == nil || c.Object == nil || c.Action == nil || c.Why == nil || len(c.Fields) == 0 {
			t.Errorf("a change lacks a key: %s", raw)
		}
		if !slices.Contains([]string{"authentik", "pocketbase"}, *c.System) ||
			!slices.Contains([]string{"create", "update", "delete", "none"}, *c.Action) {
			t.Errorf("the system is %q, the action %q", *c.System, *c.Action)
		}
	}
	want := []byte(`{"name":"open_in_new_tab","before":false,"after":true,"sensitive":false}`)
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]byte{
		want,
		[]byte(`{"name":"group","before":"","after":"Tools","sensitive":false}`),
		[]byte(`{"name":"oidc.clientSecret","before":"set","after":"set (authentik's)","sensitive":true}`),
		[]byte(`"system":"authentik"`), []byte(`"action":"update"`),
	} {
		if !bytes.Contains(compact.Bytes(), want) {
			t.Errorf("there is no %s in\n%s", want, raw)
		}
	}
}

func TestPlanJSONOfACreateHasNullsAndLists(t *testing.T) {
	raw, err := json.Marshal(mustPlan(t, newWorld(), minimal()).Changes)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"name":"application.slug","before":null,"after":"pocketbase","sensitive":false}`,
		`{"name":"provider.client_secret","before":null,"after":"set","sensitive":true}`,
		`{"name":"provider.redirect_uris","before":null,"after":["https://pocketbase.company/api/oauth2-redirect"],"sensitive":false}`,
		`{"name":"enabled","before":false,"after":true,"sensitive":false}`,
	} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("there is no %s in\n%s", want, raw)
		}
	}
}

func TestChecksAreCounted(t *testing.T) {
	checks := report.Checks{{Status: report.Pass}, {Status: report.Skipped}, {Status: report.Pass},
		{Status: report.Warn}}
	if checks.Failed() || checks.Count(report.Pass) != 2 || checks.Count(report.Skipped) != 1 {
		t.Errorf("failed: %v, passed %d, skipped %d", checks.Failed(), checks.Count(report.Pass),
			checks.Count(report.Skipped))
	}
	if !append(checks, report.Check{Status: report.Fail}).Failed() {
		t.Error("one that failed does not count")
	}
}

func TestShow(t *testing.T) {
	for want, v := range map[string]link.Shown{
		"(none)": {}, "(empty)": link.ShowText(""), "text": link.ShowText("text"), "yes": link.ShowFlag(true),
		"no":   link.ShowFlag(false),
		"a, b": link.ShowList([]string{"a", "b"}), "7": link.ShowNumber(7),
	} {
		if got := link.Show(v); got != want {
			t.Errorf("%v is shown as %q, want %q", v, got, want)
		}
	}
	if got := link.Show(link.ShowList(nil)); got != "(none)" {
		t.Errorf("an empty list is shown as %q", got)
	}
}
