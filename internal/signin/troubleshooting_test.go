package signin

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/report"
)

var update = flag.Bool("update", false, "rewrite docs/troubleshooting.md")

const troubleshootingPage = "../../docs/troubleshooting.md"

func TestTheTroubleshootingPageIsTheCatalogue(t *testing.T) {
	if *update {
		if err := os.WriteFile(troubleshootingPage, []byte(Troubleshooting()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(troubleshootingPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != Troubleshooting() {
		t.Error("the page differs from the catalogue; run go test ./internal/signin -run Troubleshooting -update")
	}
	for _, c := range Causes() {
		if n := strings.Count(string(page), "](#"+string(c.ID)+")"); n != 1 {
			t.Errorf("%s is in the table %d times", c.ID, n)
		}
	}
}

func TestTheCatalogueIsWhole(t *testing.T) {
	seen := map[report.CauseID]bool{}
	for _, c := range Causes() {
		if seen[c.ID] {
			t.Errorf("%s is listed twice", c.ID)
		}
		seen[c.ID] = true
		if len(c.Checks) == 0 || len(slices.Compact(slices.Sorted(slices.Values(c.Checks)))) != len(c.Checks) {
			t.Errorf("%s is found by %v", c.ID, c.Checks)
		}
		for name, text := range map[string]string{"Symptom": c.Symptom.String(), "Why": c.Why.String(),
			"Todo": c.Todo.String()} {
			if text == "" || !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s is %q", c.ID, name, text)
			}
			if name == "Symptom" {
				continue // the systems' own words
			}
			for _, word := range []string{"please", "oops", "invalid ", "sorry"} {
				if strings.Contains(strings.ToLower(text), word) {
					t.Errorf("%s: %s says %q", c.ID, name, word)
				}
			}
		}
		if c.Title.Empty() || strings.HasSuffix(c.Title.String(), ".") {
			t.Errorf("%s: the title is %q", c.ID, c.Title)
		}
		if found, ok := FindCause(c.ID); !ok || found.Title != c.Title {
			t.Errorf("%s is not found", c.ID)
		}
	}
}
