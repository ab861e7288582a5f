package export

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
)

// A field of a table that an export ignores would silently get the server's
// default.
func TestExportsHaveEveryFieldOfTheTables(t *testing.T) {
	plan := fullPlan(t, func(i int) string { return fmt.Sprintf("value %d", i) })
	plan.Desired.Application.Hide = true
	for format, others := range map[string][]string{
		// The provider is a reference to its resource, and the order follows
		// from the list.
		"terraform": {"provider", "redirect_uris"}, "blueprint": nil, "curl": nil,
	} {
		text := written(t, format, plan)
		for _, key := range append(keysOf(link.ApplicationAttrs()), append(keysOf(link.ProviderAttrs()),
			keysOf(link.MappingAttrs())...)...) {
			if !slices.Contains(others, key) && !strings.Contains(text, key) {
				t.Errorf("%s lacks %s", format, key)
			}
		}
	}
	for _, format := range []string{migrationName, "curl"} {
		text := written(t, format, plan)
		for _, key := range append(keysOf(link.SlotAttrs()), keysOf(link.OAuth2Attrs())...) {
			if key = key[strings.LastIndexByte(key, '.')+1:]; !strings.Contains(text, key) {
				t.Errorf("%s lacks %s", format, key)
			}
		}
	}
}

func keysOf[W, S any](table []*link.Attr[W, S]) []string {
	var keys []string
	for _, a := range table {
		if a.Held() {
			keys = append(keys, a.Key)
		}
	}
	return keys
}
