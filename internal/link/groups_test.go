package link_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"authpocket/internal/link"
)

// TestGroupFieldsOfTheSettingsPage writes fields as lines, and reads them again.
func TestGroupFieldsOfTheSettingsPage(t *testing.T) {
	attr := link.GroupAttrs()[0]
	rapid.Check(t, func(rt *rapid.T) {
		field := rapid.StringMatching(`[a-z_]{1,9}`)
		name := rapid.OneOf(rapid.StringMatching(`[a-zA-Z ._@-]{1,12}`), rapid.StringN(1, 12, -1),
			rapid.SampledFrom([]string{" = ", `"`, `\`, "a = b", "when", "a\nb", ": x", "é", "__proto__"}))
		var want link.PocketBase
		for i, n := 0, rapid.IntRange(0, 4).Draw(rt, "fields"); i < n; i++ {
			g := link.GroupField{Field: field.Draw(rt, "field") + string(rune('0'+i))}
			switch rapid.IntRange(0, 3).Draw(rt, "kind") {
			case 0:
				g.When = name.Draw(rt, "when")
			case 1:
				g.Values = rapid.MapOfN(name, name, 0, 4).Draw(rt, "values")
			case 2:
				g.By = field.Draw(rt, "by")
			}
			want.Groups = append(want.Groups, g)
		}
		text, _ := attr.Given(&want)
		var got link.PocketBase
		attr.Take(&got, text)
		if diff := cmp.Diff(want.Groups, got.Groups); diff != "" {
			rt.Errorf("%s\n%s", text, diff)
		}
	})
}

func TestWhatLimitsTheGroupsClaim(t *testing.T) {
	staff := &link.Access{Groups: []string{"staff", "admins", "staff"}}
	for name, test := range map[string]struct {
		limit    *link.GroupsLimit
		access   *link.Access
		groups   []string
		problems []string
	}{
		"left open":        {nil, staff, nil, nil},
		"taken away":       {&link.GroupsLimit{}, staff, nil, nil},
		"bound":            {&link.GroupsLimit{Bound: true}, staff, []string{"admins", "staff"}, nil},
		"bound, nobody is": {&link.GroupsLimit{Bound: true}, nil, nil, []string{"provider.groups_claim"}},
		"bound, only people": {&link.GroupsLimit{Bound: true}, &link.Access{Users: []string{"ada"}}, nil,
			[]string{"provider.groups_claim"}},
		"named": {&link.GroupsLimit{Names: []string{"b", "a", "b"}}, nil, []string{"a", "b"}, nil},
		"an empty name": {&link.GroupsLimit{Names: []string{"a", ""}}, nil, []string{"", "a"},
			[]string{"provider.groups_claim.1"}},
		"no text": {&link.GroupsLimit{Names: []string{"\xed\xa0\x80", "\xff"}}, nil, []string{"\xed\xa0\x80", "\xff"},
			[]string{"provider.groups_claim.0", "provider.groups_claim.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := link.Spec{Email: link.EmailLeave, Access: test.access,
				Provider: link.Provider{GroupsClaim: test.limit}}
			if diff := cmp.Diff(test.groups, s.LimitOf()); diff != "" {
				t.Error(diff)
			}
			var fields []string
			for _, p := range s.Validate() {
				fields = append(fields, p.Field)
			}
			if diff := cmp.Diff(test.problems, fields); diff != "" {
				t.Error(diff)
			}
		})
	}
}
