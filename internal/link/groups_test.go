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
