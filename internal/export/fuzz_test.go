package export

import (
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
)

// fuzz starts from some of the nasty names; other tests cover all of them.
func fuzz(f *testing.F, check func(testing.TB, string)) {
	for some := range slices.Chunk(nastyNames(), 12) {
		f.Add(some[0])
	}
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}

// Combined nasty names, which a fuzzer would take long to find.
func TestCompositionsOfNastyNames(t *testing.T) {
	pieces := slices.DeleteFunc(nastyNames(), func(s string) bool { return len(s) > 40 })
	for name, check := range map[string]func(testing.TB, string){"YAML": checkYAML, "HCL": checkHCL, "JSON": checkJSON,
		"Markdown": checkMarkdown} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			for range 5_000 {
				s := ""
				for range 1 + random.IntN(4) {
					s += pieces[random.IntN(len(pieces))]
				}
				check(t, s)
			}
		})
	}
}

// allSeen fails for text with invisible characters.
func allSeen(t testing.TB, written string) {
	t.Helper()
	for _, c := range written {
		if !unicode.IsPrint(c) && c != '\n' {
			t.Fatalf("%q has %U in it", written, c)
		}
	}
}

func FuzzYAML(f *testing.F) { fuzz(f, checkYAML) }

func checkYAML(t testing.TB, s string) {
	if refusedEverywhere(s) != "" {
		return
	}
	out, err := encode(newMapping().add("before", yamlText(s)).add("code", yamlCode(s)).
		add("list", yamlTexts([]string{s, s})).add("find", find("a.b", "name", s)).add("after", yamlBool(true)).node)
	if err != nil {
		t.Fatal(err)
	}
	allSeen(t, out)
	var back struct {
		Before, Code string
		List         []string
		Find         yaml.Node
		After        bool
	}
	d := yaml.NewDecoder(strings.NewReader(out))
	d.KnownFields(true)
	if err := d.Decode(&back); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	if back.Before != s || back.Code != s || back.List[0] != s || back.List[1] != s ||
		back.Find.Content[1].Content[1].Value != s || !back.After {
		t.Fatalf("%q became %+v:\n%s", s, back, out)
	}
}

func FuzzHCL(f *testing.F) { fuzz(f, checkHCL) }

func checkHCL(t testing.TB, s string) {
	if refusedEverywhere(s) != "" || refusedByTerraform(s) != "" {
		return
	}
	out := "before = " + string(hclText(s)) + "\npairs = " + string(hclPairs([][2]string{{"a", s}})) +
		"\nafter = true\n"
	allSeen(t, out)
	file, diags := hclsyntax.ParseConfig([]byte(out), "a.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v:\n%s", diags, out)
	}
	tree, err := hclBody(file.Body.(*hclsyntax.Body))
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	back := tree.(map[string]any)
	if len(back) != 4 || back["before"] != s || back["pairs"].(map[string]any)["a"] != s || back["after"] != true {
		t.Fatalf("%q became %v:\n%s", s, back, out)
	}
}

// JSON is JavaScript if U+2028 and U+2029 are escaped, which allSeen covers.
func FuzzJSON(f *testing.F) { fuzz(f, checkJSON) }

func checkJSON(t testing.TB, s string) {
	if refusedEverywhere(s) != "" {
		return
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	out, err := renderJSON(object{{"before", s}, {s, []string{s}}, {"raw", json.RawMessage(raw)}, {"after", true}})
	if err != nil {
		t.Fatal(err)
	}
	allSeen(t, out)
	if strings.ContainsAny(out, "<>&") {
		t.Fatalf("%q is written with what HTML takes for its own: %s", s, out)
	}
	var back map[string]any
	if err := json.Unmarshal([]byte(out), &back); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	own := s == "before" || s == "raw" || s == "after"
	if !own && (len(back) != 4 || back["before"] != s || back[s].([]any)[0] != s || back["raw"] != s ||
		back["after"] != true) {
		t.Fatalf("%q became %v:\n%s", s, back, out)
	}
}

func FuzzShell(f *testing.F) { fuzz(f, checkShell) }

func checkShell(t testing.TB, s string) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	if refusedEverywhere(s) != "" {
		return
	}
	inJSON, err := shellJSON(object{{"a", s}, {"b", variable("v")}})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), sh)
	cmd.Env = []string{"PATH=", "v=true"}
	cmd.Stdin = strings.NewReader("printf '%s' " + shellQuote(s) + "; printf '\\377%s\\377' " + inJSON + "; echo end\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	parts := strings.Split(string(out), "\xff")
	var back struct {
		A string
		B bool
	}
	if len(parts) != 3 || parts[0] != s || parts[2] != "end\n" || json.Unmarshal([]byte(parts[1]), &back) != nil ||
		back.A != s || !back.B {
		t.Fatalf("%q became %q", s, out)
	}
}

func FuzzMarkdown(f *testing.F) { fuzz(f, checkMarkdown) }

func checkMarkdown(t testing.TB, s string) {
	if refusedEverywhere(s) != "" {
		return
	}
	for _, one := range []struct {
		value link.Shown
		want  any
	}{
		{link.ShowText(s), s}, {link.ShowList([]string{s}), []any{s}}, {link.ShowList([]string{s, "b", s}),
			[]any{s, "b", s}},
	} {
		row := "| `a` | " + markdownValue(one.value) + " | yes |"
		allSeen(t, row)
		tree, err := markdownTree(row)
		if err != nil {
			t.Fatalf("%v: %s", err, row)
		}
		cells := tree.([]any)
		if s == "" && one.value.Equal(link.ShowText("")) {
			continue // reads as the word for an empty value
		}
		if len(cells) != 3 || !sameTexts(cells[1], one.want) {
			t.Fatalf("%q became %q: %s", s, cells, row)
		}
	}
	if strings.Contains(s, "\n") {
		return // prose has one line
	}
	prose := markdownProse(s)
	allSeen(t, prose)
	if back, err := readLine(prose); err != nil || back != s {
		t.Fatalf("%q became %q, %v: %s", s, back, err, prose)
	}
}

func sameTexts(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && string(x) == string(y)
}
