package authentik_test

import (
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
)

// release is how the answers of one authentik differ from those of the one
// that was recorded, 2026.5.0-rc1.
type release struct {
	version string
	change  func(o map[string]any)
	grants  bool // it has grant types
}

// releases are the servers that people run. What changed from one to the next
// is in authentik's release notes and in the schema of each.
func releases() []release {
	old := func(o map[string]any) { // before 2026.5
		for _, key := range []string{"grant_types", "meta_hide", "redirect_uri_type"} {
			delete(o, key)
		}
		uris, _ := o["redirect_uris"].([]any)
		for _, u := range uris {
			delete(u.(map[string]any), "redirect_uri_type")
		}
	}
	return []release{
		{"2025.12.4", func(o map[string]any) {
			old(o)
			delete(o, "autocomplete")
			for _, key := range []string{"meta_icon_url", "meta_icon_themed_urls", "background_themed_urls",
				"provider_obj"} {
				delete(o, key)
			}
			if flows, isFlow := o["designation"]; isFlow && flows == "stage_configuration" {
				o["denied_action"] = "message_and_leave"
			}
		}, false},
		{"2026.2.1", old, false},
		{"2026.5.3", func(map[string]any) {}, true},
		{"2026.8.0", func(o map[string]any) {
			if grants, has := o["grant_types"].([]any); has {
				o["grant_types"] = append(grants, "urn:ietf:params:oauth:grant-type:token-exchange")
				o["dynamic_registration"] = map[string]any{"enabled": true}
			}
			if _, isBinding := o["negate"]; isBinding {
				o["expiring"], o["expires"] = true, "2026-12-24T18:00:00Z"
			}
			if _, isKey := o["key_type"]; isKey {
				o["key_type_label"] = "ML-DSA-65"
			}
			delete(o, "verbose_name_plural")
		}, true},
	}
}

// What 2026.8 has is read as it answers, without a change of its answers.
func TestWhatIsNewIn2026Dot8IsRead(t *testing.T) {
	for version, has := range map[string]bool{"2026.5.3": false, "2026.8.0": true} {
		l := newLab(t, authentiksim.Config{Version: version})
		l.sim.AddGroup("staff")
		c, s := l.connect(), spec()
		s.Access = &link.Access{Groups: []string{"staff"}}
		plan := l.setUp(c, s)
		binding := l.observe(c, s).Bindings[0]
		l.admin("PATCH", "/policies/bindings/"+binding.PK+"/",
			map[string]any{"expiring": true, "expires": "2046-12-24T18:00:00Z"})
		if has {
			l.sim.Set("base_url", "https://login.company")
			l.sim.AllowRegistration(plan.Desired.Application.Slug)
			l.sim.RegisterClient(plan.Desired.Application.Slug, "Lookalike", "https://elsewhere.company/callback")
		}
		snap := l.observe(c, s)
		if (snap.BaseURL == "https://login.company") != has || snap.Features.Registration != has ||
			strings.HasPrefix(snap.Bindings[0].Expires, "2046-12-24") != has {
			t.Errorf("%s: %q, %+v, %+v", version, snap.BaseURL, snap.Features, snap.Bindings[0])
		}
		for _, p := range snap.Providers {
			if p.LooksRegistered() != (p.Name == "Lookalike") {
				t.Errorf("%s: %s looks registered: %v", version, p.Name, p.LooksRegistered())
			}
		}
		d := l.plan(c, s, linked(pocketBase(), plan)).Desired
		for _, check := range c.Check(t.Context(), d, 0) {
			says := strings.Contains(check.Evidence.String(), "/register/")
			if check.ID.Is(report.CheckAuthentikDiscovery) && says != has {
				t.Errorf("%s: %s", version, check.Evidence)
			}
		}
	}
}

// changed walks an answer of authentik's, lists included.
func (r release) changed(body map[string]any) {
	r.change(body)
	results, _ := body["results"].([]any)
	for _, one := range results {
		if o, isObject := one.(map[string]any); isObject {
			r.change(o)
		}
	}
}

func TestTheAnswersOfEveryReleaseAreRead(t *testing.T) {
	for _, r := range releases() {
		t.Run(r.version, func(t *testing.T) {
			l := newLab(t, authentiksim.Config{Version: r.version})
			l.sim.AddGroup("staff")
			c := l.connect()
			s := spec()
			s.Access = &link.Access{Groups: []string{"staff"}}
			if r.version != "2026.8.0" { // there, what is added stands for what an admin added
				l.rewrite("/api/v3/", r.changed)
			}
			plan := l.setUp(c, s)
			l.rewrite("/api/v3/", r.changed)
			snap := l.observe(c, s)
			if snap.Version != r.version || snap.Features.GrantTypes != r.grants || snap.Application == nil ||
				len(snap.Bindings) != 1 || len(snap.Groups) != 1 || len(snap.Keys) == 0 {
				t.Fatalf("it reads %+v", snap)
			}
			p := snap.Providers[0]
			if p.ClientID != plan.Desired.Provider.ClientID || len(p.RedirectURIs) != 1 || len(p.Mappings) != 3 ||
				p.SigningKey.Name == "" || p.AuthorizationFlow.Name == "" {
				t.Errorf("the provider is %+v", p)
			}
			if slices.Contains(p.GrantTypes, "authorization_code") != r.grants {
				t.Errorf("the grant types are %v", p.GrantTypes)
			}
			if ends := snap.Bindings[0].Expires != ""; ends != (r.version == "2026.8.0") {
				t.Errorf("the binding is %+v", snap.Bindings[0])
			}
			if again := here(l.plan(c, s, linked(pocketBase(), plan))); len(again) > 0 {
				t.Errorf("a second plan has %+v", again)
			}
		})
	}
}
