package mappings

import (
	"authpocket/internal/link"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readPython reads a list of Python's text literals, strictly: every one is in double quotes, and has no escape but
// those by number.
func readPython(list string) ([]string, bool) {
	one := regexp.MustCompile(`^"((?:[A-Za-z0-9 _.-]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*)"(, |$)`)
	escape := regexp.MustCompile(`\\u[0-9a-f]{4}|\\U[0-9a-f]{8}`)
	texts := []string{}
	for list != "" {
		m := one.FindStringSubmatch(list)
		if m == nil {
			return nil, false
		}
		texts = append(texts, escape.ReplaceAllStringFunc(m[1], func(e string) string {
			number, err := strconv.ParseUint(e[2:], 16, 32)
			if err != nil || number >= 0xd800 && number < 0xe000 || number > 0x10ffff {
				return "?" // half a surrogate pair is no character
			}
			return string(rune(number))
		}))
		list = list[len(m[0]):]
		if (m[2] == ", ") == (list == "") {
			return nil, false
		}
	}
	return texts, true
}

func hostileGroups() []string {
	return []string{"Admins", `"`, `\`, `\"`, `"]; import os; os.system("x") #`,
		"a\nb", "\r", "\t", "\x00", "{", "}", "${x}",
		"%(x)s", "'", "'''", `"""`, ", ", `", "`, "ä", "日本", "😀", "\u2028", "\u202e", "\ufeff", "#", "\x7f", "\u0080", "ÿ",
		"\uffff", "\U0010ffff", strings.Repeat(`"\`, 300), "bound", " padded "}
}

func TestTheGroupsOfAMappingAreData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom(hostileGroups()), rapid.String())
		groups := rapid.SliceOfN(name, 1, 8).Draw(t, "groups")
		m := Groups("shop", groups)
		list, found := strings.CutPrefix(m.Expression, groupsBefore)
		list, ends := strings.CutSuffix(list, groupsAfter)
		if !found || !ends {
			t.Fatalf("the expression is\n%s", m.Expression)
		}
		if got, ok := readPython(list); !ok || !slices.Equal(got, groups) {
			t.Errorf("%q reads as %q in\n%s", groups, got, list)
		}
		if got, ok := GroupsIn(m); !ok || !slices.Equal(got, groups) {
			t.Errorf("%q is read back as %q", groups, got)
		}
	})
}

func FuzzGroupsIn(f *testing.F) {
	for _, name := range hostileGroups() {
		f.Add(groupsBefore + `"` + name + `"` + groupsAfter)
	}
	for _, list := range []string{"", `"a", "b"`, `"a","b"`, `'a'`, "`a`",
		`"\x61"`, `"\u0061"`, `"\ud800"`, `"\U0001F600"`,
		`"a" "b"`, `"a" + "b"`, `"a", `, `x`} {
		f.Add(groupsBefore + list + groupsAfter)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		groups, ok := GroupsIn(&link.Mapping{Expression: expression})
		if !ok {
			return
		}
		list := strings.TrimSuffix(strings.TrimPrefix(expression, groupsBefore), groupsAfter)
		if got, read := readPython(list); !read || !slices.Equal(got, groups) {
			t.Errorf("%s is read as %q, and by Python as %q", list, groups, got)
		}
	})
}
