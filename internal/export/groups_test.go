package export

import (
	"authpocket/internal/link/mappings"
	"strings"
	"testing"
)

// TestTheGroupsMappingIsExportedAsItIs reads the expression back with each format's own parser.
func TestTheGroupsMappingIsExportedAsItIs(t *testing.T) {
	p := limitedGroups(t)
	want := p.Desired.Mappings[1].Expression
	if groups, isLimit := mappings.GroupsIn(&p.Desired.Mappings[1]); !isLimit || len(groups) != len(nastyGroups()) {
		t.Fatalf("the expression is\n%s", want)
	}
	b := readBlueprint(t, p)
	if e := b.Entries[1]; e.ID != "groups" || attr(e, "expression") != want || attr(e, "scope_name") != "profile" {
		t.Errorf("the blueprint has %+v", e)
	}
	for name, read := range map[string]func(string) (any, error){"terraform": readHCL, "markdown": readMarkdown} {
		tree, err := read(written(t, name, p))
		if err != nil {
			t.Fatal(err)
		}
		if !holds(tree, want) {
			t.Errorf("%s has another expression: %v", name, tree)
		}
	}
	body := bodies(t, p)["POST /api/v3/propertymappings/provider/scope/"]
	if !strings.Contains(body, `"scope_name":"profile"`) {
		t.Errorf("the script sends %s", body)
	}
}

func attr(e blueprintEntry, key string) string {
	n := e.Attrs[key]
	return n.Value
}

// holds reports whether a tree has the text.
func holds(tree any, text string) bool {
	switch tree := tree.(type) {
	case string:
		return strings.TrimSpace(tree) == text
	case []any:
		for _, one := range tree {
			if holds(one, text) {
				return true
			}
		}
	case map[string]any:
		for _, one := range tree {
			if holds(one, text) {
				return true
			}
		}
	}
	return false
}
