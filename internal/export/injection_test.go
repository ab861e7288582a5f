package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/test/draw"
)

// A plan is filled with nasty names in all places at once, until each name was in
// each place (in a quick run in three). The export's own parser must then read the
// same structure as for harmless names, and every value unchanged.

// places is how many names a plan of these tests has.
const places = 24

// quickStep is the distance between the names that exports begin with in a quick run.
const quickStep = places / 3

// marker returns the harmless name for a place.
func marker(i int) string { return fmt.Sprintf("PLACE%02dHERE", i) }

// within returns a text that keeps white space at the ends of the name.
func within(name string) string { return "(" + name + ")" }

// fullPlan creates a new link with a name in every place.
func fullPlan(t testing.TB, name func(int) string) link.Plan {
	a, p := freshAuthentik(), freshPocketBase()
	a.Flows[0].Name, a.Flows[2].Name, a.Keys[1].Name, a.Mappings[4].Name = name(0), name(1), name(2), name(3)
	a.Groups, a.Users, a.Policies = []link.Ref{{ID: "g", Name: name(4)}}, []link.Ref{{ID: "5", Name: name(5)}},
		[]link.Ref{{ID: "p", Name: name(6)}}
	c := &p.Collections[0]
	c.Name, c.CreateRule, c.AuthRule = name(7), new("before"), nil
	c.Fields = append(c.Fields, link.CollectionField{Name: name(8), Type: "text"})
	s := link.Spec{Email: link.EmailTrustAttribute, AuthentikURL: "https://" + name(9),
		PocketBaseURLs: []string{"https://" + name(10) + "/x"}}
	s.Application = link.Application{Name: new(name(11)), Group: new(name(12)), LaunchURL: new(name(13)),
		Icon:      new(name(14)),
		Publisher: new(name(15)), Description: new(within(name(16))), Hide: new(true)}
	s.Provider = link.Provider{Name: new(name(17)), ClientID: new(name(18)), AuthorizationFlow: new(name(0)),
		AuthenticationFlow: new(name(1)),
		SigningKey:         new(name(2)), ScopeMappings: []string{name(3)},
		RedirectURIs: []link.RedirectURI{{URL: name(19), Mode: "regex"}}}
	s.Access = &link.Access{Groups: []string{name(4)}, Users: []string{name(5)}, Policies: []string{name(6)}}
	s.PocketBase = link.PocketBase{Collection: new(name(7)), MapUsername: new(name(8)), MapAvatar: new(""),
		DisplayName: new(name(20)), UserInfo: new("id_token"),
		JWKSURL: new(name(21)), Issuers: []string{name(22)}, CreateRule: new(name(23)), AuthRule: new("after")}
	return planOf(t, s, a, p)
}

// changedPlan changes an existing link from nasty names to others.
func changedPlan(t testing.TB, name func(int) string) link.Plan {
	a, p := linked(t)
	app, provider, c := a.Application, &a.Providers[0], &p.Collections[0]
	app.Name, app.Group, app.Description, app.Publisher = name(0), name(1), name(2), name(3)
	provider.Name, provider.ClientID = name(4), name(5)
	provider.RedirectURIs = append(provider.RedirectURIs, link.RedirectURI{URL: name(6), Mode: "strict"})
	a.Groups = []link.Ref{{ID: "g", Name: name(7)}}
	raw, err := json.Marshal(map[string]any{"name": "google", "clientId": name(8), "displayName": name(9),
		"extra": map[string]string{"other": name(22)}})
	if err != nil {
		t.Fatal(err)
	}
	c.OAuth2.Providers[0].Raw = raw
	c.OAuth2.Providers[1].ClientID, c.OAuth2.Providers[1].DisplayName = name(5), name(10)
	c.OAuth2.Providers[1].Raw, err = json.Marshal(map[string]any{"name": "oidc", "clientId": name(5), "later": name(23),
		"extra": map[string]string{"other": name(22)}})
	if err != nil {
		t.Fatal(err)
	}
	c.CreateRule = new(name(11))
	c.Fields = append(c.Fields, link.CollectionField{Name: name(12), Type: "text"}, link.CollectionField{Name: name(13),
		Type: "text"})
	c.OAuth2.Mapped.Username = name(12)
	s := link.Spec{Email: link.EmailTrustAll}
	s.Application = link.Application{Name: new(name(14)), Group: new(name(15)), Description: new(within(name(16))),
		Publisher: new(name(17))}
	s.Provider.Name = new(name(18))
	s.Access = &link.Access{Groups: []string{name(7)}}
	s.PocketBase = link.PocketBase{DisplayName: new(name(19)), MapUsername: new(name(13)), CreateRule: new(name(20)),
		TokenURL: new(name(21))}
	return planOf(t, s, a, p)
}

// reader parses exports of one format into trees of maps, lists and texts.
type reader func(t *testing.T, exports []string) []any

func TestNastyNamesGoThroughEveryExportUnchanged(t *testing.T) {
	for name, read := range map[string]reader{
		"blueprint": each(readYAML), "terraform": each(readHCL), migrationName: readScripts,
		"curl": readRuns, "markdown": each(readMarkdown),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names := carried(name == "terraform")
			begin := draw.Every(t, "names that "+name+" exports begin with", len(names), quickStep)
			for kind, plan := range map[string]func(testing.TB, func(int) string) link.Plan{"new": fullPlan,
				"changed": changedPlan} {
				exports := []string{written(t, name, plan(t, marker))}
				for _, i := range begin {
					exports = append(exports, written(t, name, plan(t, nth(names, i))))
				}
				trees := read(t, exports)
				for i, got := range trees[1:] {
					want := fill(trees[0], nth(names, begin[i]))
					if !reflect.DeepEqual(want, got) {
						t.Fatalf("%s, beginning with the name %q, reads as something else:\n%s", kind, names[begin[i]],
							cmp.Diff(want, got))
					}
				}
			}
		})
	}
}

// nth gives the i-th name to the first place, the following one to the second,
// and so on.
func nth(names []string, i int) func(int) string {
	return func(place int) string { return names[(i+place)%len(names)] }
}

func each(read func(string) (any, error)) reader {
	return func(t *testing.T, exports []string) []any {
		trees := make([]any, len(exports))
		for i, s := range exports {
			tree, err := read(s)
			if err != nil {
				t.Fatalf("reading an export: %v\n%s", err, s)
			}
			trees[i] = tree
		}
		return trees
	}
}

// fill replaces the markers in a tree by names.
func fill(tree any, name func(int) string) any {
	pairs := make([]string, 0, 2*places)
	for i := range places {
		pairs = append(pairs, marker(i), name(i))
	}
	return replaceIn(tree, strings.NewReplacer(pairs...))
}

func replaceIn(tree any, r *strings.Replacer) any {
	switch tree := tree.(type) {
	case string:
		return r.Replace(tree)
	case []any:
		out := make([]any, len(tree))
		for i, v := range tree {
			out[i] = replaceIn(v, r)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, v := range tree {
			out[k] = replaceIn(v, r)
		}
		return out
	}
	return tree
}

func TestEveryPlaceOfThePlansIsUsed(t *testing.T) {
	for kind, p := range map[string]link.Plan{"new": fullPlan(t, marker), "changed": changedPlan(t, marker)} {
		all := ""
		for _, f := range Formats() {
			all += written(t, f.Name, p)
		}
		for i := range places {
			if !strings.Contains(all, marker(i)) {
				t.Errorf("no export of the %s plan has place %d", kind, i)
			}
		}
	}
}

// The error for a value that a format cannot represent names the field.
func TestRefusedNames(t *testing.T) {
	refused := 0
	for _, bad := range nastyNames() {
		everywhere, byTerraform := refusedEverywhere(bad) != "", refusedByTerraform(bad) != ""
		if !everywhere && !byTerraform {
			continue
		}
		refused++
		for _, f := range Formats() {
			p := fullPlan(t, func(i int) string {
				if i == 11 || i == 20 { // the application's name and PocketBase's display name
					return bad
				}
				return marker(i)
			})
			field := "application.name"
			if f.Name == migrationName {
				field = "pocketbase.display_name"
			}
			var out strings.Builder
			err := f.Write(&out, p)
			if want := everywhere || f.Name == "terraform"; want != (err != nil) {
				t.Errorf("%s with %q: error %v, want one: %v", f.Name, bad, err, want)
			}
			if err == nil {
				continue
			}
			problems, ok := errors.AsType[report.Problems](err)
			if !ok || problems[0].Field != field || problems[0].Todo.Empty() {
				t.Errorf("%s with %q gives %v, which does not name %s", f.Name, bad, err, field)
			}
			if out.Len() > 0 {
				t.Errorf("%s with %q wrote something all the same", f.Name, bad)
			}
			if strings.Contains(err.Error(), bad) {
				t.Errorf("%s repeats %q in its error", f.Name, bad)
			}
		}
	}
	t.Logf("%d names are refused by some format", refused)
}
