package say

import (
	"testing"

	"pgregory.net/rapid"
)

// TestATextKeepsItsValues: whatever a text is made of, it is said with.
func TestATextKeepsItsValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String().AsAny(), rapid.Int().AsAny(),
			rapid.Map(rapid.String(), func(s string) any { return Of("%s and %d", s, len(s)) }))
		values := rapid.SliceOf(value).Draw(t, "values")
		got := Of("", values...).list()
		if len(got) != len(values) {
			t.Fatalf("it has %d values, not %d", len(got), len(values))
		}
		for i, want := range values {
			if got[i] != want {
				t.Fatalf("value %d is %#v, not %#v", i, got[i], want)
			}
		}
	})
}

func TestNumbersInALanguage(t *testing.T) {
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for tag, forms := range map[string]map[int]string{
		"de": {0: "other", 1: "one", -1: "one", 2: "other", 101: "other", 1000001: "other"},
		"fr": {0: "one", 1: "one", 2: "other", 100: "other", 201: "other"},
	} {
		for n, want := range forms {
			if got := all.Match(tag).form(n); got != want {
				t.Errorf("%s: %d has the form %q, want %q", tag, n, got, want)
			}
		}
	}
	changes := Entry{Forms: map[string]string{"one": "%[2]s: %[1]d", "other": "%[2]s: %[1]d!"}}
	for n, want := range map[int]string{1: "a: 1", 999: "a: 999!", -999: "a: -999!", 1000: "a: 1.000!",
		-1234567: "a: -1.234.567!"} {
		if got := all.Match("de").count("%d of %s", changes, []any{n, "a"}); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}
