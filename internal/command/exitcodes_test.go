package command

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheExitCodesAreThoseOfThePage holds the table of exit codes in docs/output.md to the help of the commands, and to
// the codes with which they end in the scripts.
func TestTheExitCodesAreThoseOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/output.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "\n|---|---|---|---|---|\n")
	documented := map[string][]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([a-z-]+) +\|(.*)\|(.*)\|(.*)\|(.*)\|$`).
		FindAllStringSubmatch(table, -1) {
		for code, meaning := range row[2:] {
			if strings.TrimSpace(meaning) != "" {
				documented[row[1]] = append(documented[row[1]], string(rune('0'+code)))
			}
		}
	}
	ended := codesOfScripts(t)
	ended["serve"]["0"] = true       // TestServePrintsItsAddressAndStopsOnSIGTERM
	ended["healthcheck"]["0"] = true // TestAWizardIsHealthyWhileItAnswers
	for _, cmd := range Tree().Commands() {
		codes := documented[cmd.Name()]
		if seen := slices.Sorted(maps.Keys(ended[cmd.Name()])); len(codes) == 0 || !slices.Equal(codes, seen) {
			t.Errorf("%s ends with %v in the scripts, docs/output.md has %v", cmd.Name(), seen, codes)
		}
		if _, told, found := strings.Cut(cmd.Long, "Exit code "); found {
			var inHelp []string
			for _, one := range regexp.MustCompile(`(?:^|, )(\d): `).FindAllStringSubmatch(told, -1) {
				inHelp = append(inHelp, one[1])
			}
			if slices.Sort(inHelp); !slices.Equal(codes, inHelp) {
				t.Errorf("the help of %s has the exit codes %v, docs/output.md has %v", cmd.Name(), inHelp, codes)
			}
		}
		delete(documented, cmd.Name())
	}
	if len(documented) > 0 {
		t.Errorf("docs/output.md has exit codes of other commands, too: %v", documented)
	}
}

// codesOfScripts returns the exit codes that the scripts expect of each command.
func codesOfScripts(t *testing.T) map[string]map[string]bool {
	t.Helper()
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("there are no scripts: %v", err)
	}
	line := regexp.MustCompile(`(?m)^exits (\d) authpocket ([a-z-]+)`)
	codes := map[string]map[string]bool{}
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range line.FindAllStringSubmatch(string(text), -1) {
			if codes[found[2]] == nil {
				codes[found[2]] = map[string]bool{}
			}
			codes[found[2]][found[1]] = true
		}
	}
	return codes
}
