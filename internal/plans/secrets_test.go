package plans_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// inPocketBase is the client secret that PocketBase has for our slot.
func (w *world) inPocketBase() string {
	return pick(w.collection("users").OAuth2.Providers,
		func(p link.OAuth2Provider) bool { return p.Slot == "oidc" }).ClientSecret.Reveal()
}

func TestTheClientSecretIsTheSameOnBothSides(t *testing.T) {
	clientSecret := func(text string) func(*link.Spec) {
		return func(s *link.Spec) { s.Provider.ClientSecret = new(secret.New(text)) }
	}
	for name, test := range map[string]struct {
		drift func(*world)
		edit  func(*link.Spec)
		want  []string // fields of secrets in the plan
		lost  bool
	}{
		"as it is":                           {},
		"the one that is there is asked for": {edit: clientSecret("generated secret 0")},
		"another one is asked for": {edit: clientSecret("another"), want: []string{"client_secret",
			"oidc.clientSecret"}, lost: true},
		"authentik lost it": {drift: func(w *world) { w.providers[0].ClientSecret = secret.Text{} },
			want: []string{"client_secret", "oidc.clientSecret"}, lost: true},
		"PocketBase is to get it again": {edit: func(s *link.Spec) { s.PocketBase.RewriteSecret = true },
			want: []string{"oidc.clientSecret"}, lost: true},
		"PocketBase has it for another client": {
			drift: func(w *world) { w.collection("users").OAuth2.Providers[1].ClientID = "gone" },
			want:  []string{"oidc.clientSecret"}, lost: true},
		"the provider is gone from authentik": {drift: func(w *world) { w.providers, w.apps = nil, nil },
			want: []string{"provider.client_secret", "oidc.clientSecret"}, lost: true},
		"the element is gone from PocketBase": {
			drift: func(w *world) { o := &w.collection("users").OAuth2; o.Providers = o.Providers[:1] },
			want:  []string{"oidc.clientSecret"}},
		"something else of PocketBase changes": {
			drift: func(w *world) { w.collection("users").OAuth2.Providers[1].DisplayName = "" }},
		"something else of authentik changes": {edit: func(s *link.Spec) { s.Application.Group = new("Tools") }},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			if test.drift != nil {
				test.drift(w)
			}
			s := minimal()
			if test.edit != nil {
				test.edit(&s)
			}
			plan := mustPlan(t, w, s)
			var secrets []string
			lost := false
			for _, c := range plan.Changes {
				for _, f := range c.Fields {
					if f.Sensitive {
						secrets = append(secrets, f.Name)
					}
				}
				lost = lost || c.Kind == link.KindOAuth2 && strings.Contains(c.Lost.String(), "undo can't restore it")
			}
			if !slices.Equal(secrets, test.want) || lost != test.lost {
				t.Errorf("secrets %v, want %v; lost: %v\n%s", secrets, test.want, lost, show(plan))
			}
			mustApply(t, w, plan)
			if w.inPocketBase() != w.providers[0].ClientSecret.Reveal() || w.inPocketBase() == "" {
				t.Errorf("PocketBase has %q, authentik %q", w.inPocketBase(), w.providers[0].ClientSecret.Reveal())
			}
			s.PocketBase.RewriteSecret = false
			if again := mustPlan(t, w, s); !again.Empty() {
				t.Errorf("a second plan is not empty:\n%s", show(again))
			}
		})
	}
}

// hidden are the secrets of the worst plan there can be: with new ones, old
// ones and somebody else's.
func planWithSecrets(t *testing.T) (link.Plan, []string) {
	w := newWorld()
	w.providers = []link.ProviderState{aProvider(7, "Shop login", "c7", here), aProvider(8, "Other login", "c8",
		elsewhere)}
	elements(w, ours("oidc", "c7"))
	s := specWith(func(s *link.Spec) { s.Provider.ClientSecret = new(secret.New("hunter2 of the spec")) })
	plan := mustPlan(t, w, s)
	plan.Generated = link.Generated{ClientID: "id", ClientSecret: secret.New("hunter2 of the generator")}
	return plan, []string{"hunter2", "secret of c7", "secret of c8", "the secret of google"}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	plan, hidden := planWithSecrets(t)
	printed := map[string]string{}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		printed["plan as "+format] = fmt.Sprintf(format, plan)
		printed["desired as "+format] = fmt.Sprintf(format, plan.Desired)
		printed["pointer to the plan as "+format] = fmt.Sprintf(format, &plan)
		for _, c := range plan.Changes {
			printed[c.ID()+" after as "+format] = fmt.Sprintf(format, c.After)
			printed[c.ID()+" before as "+format] = fmt.Sprintf(format, c.Before)
			printed[c.ID()+" as "+format] = fmt.Sprintf(format, c)
		}
	}
	for name, v := range map[string]any{"plan": plan, "desired": plan.Desired, "spec": plan.Spec,
		"generated": plan.Generated, "changes": plan.Changes} {
		asJSON, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		printed[name+" as JSON"] = string(asJSON)
		var text, lines bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("x", "it", v, slog.Any("pointer", &v))
		slog.New(slog.NewJSONHandler(&lines, nil)).Info("x", "it", v, slog.Any("pointer", &v))
		printed[name+" in a log of text"], printed[name+" in a log of JSON"] = text.String(), lines.String()
		asYAML, err := yaml.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		printed[name+" as YAML"] = string(asYAML)
	}
	for name, text := range printed {
		for _, one := range hidden {
			if strings.Contains(text, one) || strings.Contains(text, fmt.Sprintf("%x", one)) {
				t.Errorf("%s shows %q:\n%s", name, one, text)
			}
		}
	}
}
