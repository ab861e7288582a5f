package export

import (
	"encoding/json"
	"errors"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/test/draw"
)

type blueprintFile struct {
	Version  int               `yaml:"version"`
	Metadata map[string]string `yaml:"metadata"`
	Entries  []blueprintEntry  `yaml:"entries"`
}

type blueprintEntry struct {
	Model       string               `yaml:"model"`
	ID          string               `yaml:"id"`
	Conditions  []yaml.Node          `yaml:"conditions"`
	Identifiers map[string]yaml.Node `yaml:"identifiers"`
	Attrs       map[string]yaml.Node `yaml:"attrs"`
}

func readBlueprint(t *testing.T, p link.Plan) blueprintFile {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(written(t, "blueprint", p)))
	d.KnownFields(true)
	var b blueprintFile
	if err := d.Decode(&b); err != nil {
		t.Fatal(err)
	}
	return b
}

// blueprintKeys returns the keys of authentik's serializers by model.
func blueprintKeys() map[string][]string {
	return map[string][]string{
		"authentik_providers_oauth2.scopemapping": {"name", "scope_name", "description", "expression"},
		"authentik_providers_oauth2.oauth2provider": {"pk", "name", "authorization_flow", "invalidation_flow",
			"authentication_flow", "client_type", "client_id",
			"client_secret", "grant_types", "redirect_uris", "property_mappings", "signing_key", "access_code_validity",
			"access_token_validity",
			"refresh_token_validity", "refresh_token_threshold", "sub_mode", "issuer_mode",
			"include_claims_in_id_token"},
		"authentik_core.application": {"slug", "name", "provider", "policy_engine_mode", "group", "meta_launch_url",
			"meta_icon", "meta_publisher",
			"meta_description", "open_in_new_tab", "meta_hide"},
		"authentik_policies.policybinding": {"order", "target", "group", "user", "policy", "enabled", "negate"},
	}
}

// A real authentik has imported this shape: models, keys, tags and the order in
// which entries refer to each other.
func TestBlueprintHasTheShapeThatAuthentikImports(t *testing.T) {
	for name, p := range allPlans(t) {
		if p.Desired.Key != nil {
			continue // refused, see below
		}
		b := readBlueprint(t, p)
		if b.Version != 1 || b.Metadata["name"] == "" {
			t.Errorf("%s: version %d, metadata %v", name, b.Version, b.Metadata)
		}
		known := map[string]bool{}
		for _, e := range b.Entries {
			keys := blueprintKeys()[e.Model]
			if len(keys) == 0 || len(e.Identifiers) == 0 {
				t.Errorf("%s: the model %s with the identifiers %v", name, e.Model, e.Identifiers)
			}
			for _, part := range []map[string]yaml.Node{e.Identifiers, e.Attrs} {
				for key, value := range part {
					if !slices.Contains(keys, key) {
						t.Errorf("%s: %s has no %s", name, e.Model, key)
					}
					checkTags(t, name+" "+key, &value, known)
				}
			}
			known[e.ID] = true
		}
	}
}

// checkTags checks the tags of a value: only three of authentik's, well-formed,
// with references only to earlier entries.
func checkTags(t *testing.T, where string, n *yaml.Node, known map[string]bool) {
	t.Helper()
	switch {
	case n.Tag == "!KeyOf":
		if n.Kind != yaml.ScalarNode || !known[n.Value] {
			t.Errorf("%s refers to %q, which is not above it", where, n.Value)
		}
	case n.Tag == "!Env":
		if n.Value != secretVariable || !strings.HasSuffix(where, " client_secret") {
			t.Errorf("%s is taken from the variable %s", where, n.Value)
		}
	case n.Tag == "!Find":
		if n.Kind != yaml.SequenceNode || len(n.Content) != 2 || len(n.Content[1].Content) != 2 {
			t.Errorf("%s has a !Find of another form", where)
		}
	case !slices.Contains([]string{"!!str", "!!int", "!!bool", "!!null", "!!seq", "!!map"}, n.ShortTag()):
		t.Errorf("%s has the tag %s", where, n.Tag)
	}
	for _, inner := range n.Content {
		checkTags(t, where, inner, known)
	}
}

func TestBlueprintFindsARenamedProvider(t *testing.T) {
	a, p := linked(t)
	s := link.Spec{Email: link.EmailTrustAll}
	s.Provider.Name = new("Another name")
	only := func(e blueprintEntry) string {
		for key, value := range e.Identifiers {
			return key + " " + value.Value
		}
		return ""
	}
	if got := only(readBlueprint(t, planOf(t, s, a, p)).Entries[1]); got != "client_id "+generated().ClientID {
		t.Errorf("it is found by %s", got)
	}
	s.Provider.ClientID, s.Existing = new("another-client"), link.ExistingUse
	if got := only(readBlueprint(t, planOf(t, s, a, p)).Entries[1]); got != "pk 7" {
		t.Errorf("it is found by %s", got)
	}
}

func TestBlueprintCannotGenerateAKey(t *testing.T) {
	var out strings.Builder
	f, _ := Find("blueprint")
	problems, ok := errors.AsType[report.Problems](f.Write(&out, keyless(t)))
	if !ok || problems[0].Field != "provider.signing_key" || out.Len() > 0 {
		t.Errorf("it says %v and writes %q", problems, out.String())
	}
}

// authentik reads blueprints with PyYAML, so the test uses it too if installed.
func TestPyYAMLReadsTheSame(t *testing.T) {
	const program = `
import json, sys, yaml
class L(yaml.SafeLoader): pass
def tagged(loader, suffix, node):
    build = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: 
        lambda n: loader.construct_sequence(n, deep=True)}
    return {"tag": "!" + suffix, "is": build[type(node)](node)}
L.add_multi_constructor("!", tagged)
json.dump([yaml.load(s, L) for s in json.load(sys.stdin)], sys.stdout)
`
	if err := exec.CommandContext(t.Context(), "python3", "-c", "import yaml").Run(); err != nil {
		t.Skip("NOT RUN: there is no PyYAML here")
	}
	names := carried(false)
	sources := []string{written(t, "blueprint", fullPlan(t, marker))}
	begin := draw.Every(t, "names that blueprints for PyYAML begin with", len(names), quickStep)
	for _, i := range begin {
		sources = append(sources, written(t, "blueprint", fullPlan(t, nth(names, i))))
	}
	raw, err := json.Marshal(sources)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-c", program)
	cmd.Stdin = strings.NewReader(string(raw))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var trees []any
	if err := json.Unmarshal(out, &trees); err != nil {
		t.Fatal(err)
	}
	for n, i := range begin {
		if want := fill(trees[0], nth(names, i)); !reflect.DeepEqual(want, trees[n+1]) {
			t.Fatalf("beginning with %q, PyYAML reads something else:\n%s", names[i], cmp.Diff(want, trees[n+1]))
		}
	}
}
