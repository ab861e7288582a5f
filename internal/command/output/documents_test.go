package output

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
)

// TestEveryFieldOfTheOutputIsDocumented holds the tables of docs/output.md to the types that are printed.
func TestEveryFieldOfTheOutputIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/output.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)`(\\??) \\|")
	documented := map[string][]string{}
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		title, table, _ := strings.Cut(section, "\n")
		documented[title] = []string{}
		for _, found := range row.FindAllStringSubmatch(table, -1) {
			documented[title] = append(documented[title], found[1]+found[2])
		}
	}
	for title, of := range Documents() {
		want := printed(of)
		if title == "Outcome" || title == "Past change" {
			want = want[len(printed(reflect.TypeFor[link.Change]())):]
		}
		if !slices.Equal(documented[title], want) {
			t.Errorf("%s has the fields %v, docs/output.md has %v", title, want, documented[title])
		}
		delete(documented, title)
	}
	if len(documented) > 0 {
		t.Errorf("docs/output.md has other sections, too: %v", documented)
	}
}

// printed returns the JSON fields of a type, those that may be left out with a question mark.
func printed(of reflect.Type) (names []string) {
	for f := range of.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, printed(f.Type)...)
		case name == "" || name == "-":
		case strings.Contains(options, "omitempty"), strings.Contains(options, "omitzero"):
			names = append(names, name+"?")
		default:
			names = append(names, name)
		}
	}
	return names
}

// documentedTable returns the first two cells of the rows of docs/output.md whose first cell matches.
func documentedTable(t *testing.T, first string) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/output.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^\| (`+first+`) \| (.*?) ?\| .* \|$`).FindAllStringSubmatch(
		string(page), -1) {
		rows[found[1]] = found[2]
	}
	return rows
}

func TestEveryMetricIsDocumented(t *testing.T) {
	printed := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^# TYPE (\w+)`).FindAllStringSubmatch(Metrics(shown()), -1) {
		printed[found[1]] = ""
	}
	page, err := os.ReadFile("../../../docs/output.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^\| (authpocket_\w+) \|`).FindAllStringSubmatch(string(page), -1) {
		documented[found[1]] = ""
	}
	if diff := cmp.Diff(documented, printed); diff != "" {
		t.Errorf("docs/output.md has other metrics (documented -, printed +):\n%s", diff)
	}
}

func TestEveryElementOfAJUnitReportIsDocumented(t *testing.T) {
	var out bytes.Buffer
	New(terminal.Streams{Out: &out, Err: io.Discard}, false).JUnit(shown())
	printed := map[string]string{}
	for dec := xml.NewDecoder(&out); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if e, begins := token.(xml.StartElement); begins {
			names := link.Each(e.Attr, func(a xml.Attr) string { return a.Name.Local })
			if all := strings.Join(names, ", "); len(all) >= len(printed[e.Name.Local]) {
				printed[e.Name.Local] = all
			}
		}
	}
	if diff := cmp.Diff(documentedTable(t, "test\\w+|failure|skipped|error|system-out"), printed); diff != "" {
		t.Errorf("docs/output.md has other elements (documented -, printed +):\n%s", diff)
	}
}
