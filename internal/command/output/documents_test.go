package output

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

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
		if title == "Outcome" {
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
		case strings.Contains(options, "omitempty"):
			names = append(names, name+"?")
		default:
			names = append(names, name)
		}
	}
	return names
}
