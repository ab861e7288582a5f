package linkfile_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("link.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("link.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("link.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// bySchema returns what the schema says of a link file.
func bySchema(t interface{ Fatal(...any) }, schema *jsonschema.Schema, text string) error {
	var document any
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	return schema.Validate(document)
}

func TestTheSchemaTakesTheExamples(t *testing.T) {
	schema := compiled(t)
	examples := map[string]string{"the smallest file": whole, "several links": several}
	maps.Copy(examples, read(t, "testdata/*.yaml"))
	for _, pattern := range []string{"../../docs/*.md", "../../README.md"} {
		for path, text := range read(t, pattern) {
			for i, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(text, -1) {
				examples[link.FieldAt(path, i)] = block[1]
			}
		}
	}
	for path, text := range read(t, "../command/testdata/script/*.txtar") {
		for _, file := range txtar.Parse([]byte(text)).Files {
			if file.Name == "link.yaml" {
				examples[path] = string(file.Data)
			}
		}
	}
	if len(examples) < 8 {
		t.Errorf("there are only %d examples", len(examples))
	}
	for name, text := range examples {
		if err := bySchema(t, schema, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// read returns the files of a pattern.
func read(t *testing.T, pattern string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = string(text)
	}
	return files
}

const several = `defaults:
  authentik: {url: 'https://authentik.company', token: '${AUTHENTIK_TOKEN}'}
  pocketbase: {token: '${POCKETBASE_TOKEN}', pkce: true}
  email: leave
links:
  - name: shop
    pocketbase: {url: 'https://shop.company', pkce: false}
  - name: blog
    pocketbase: {url: 'https://blog.company'}
    application: {slug: blog}
    email: trust-all
`

func TestTheSchemaRefusesWhatLinkFilesCannotHave(t *testing.T) {
	schema := compiled(t)
	for name, text := range map[string]string{
		"an unknown key":       strings.Replace(whole, "email:", "emails:", 1),
		"a token in the file":  strings.Replace(whole, "${AUTHENTIK_TOKEN}", "abc", 1),
		"an escaped variable":  strings.Replace(whole, "${AUTHENTIK_TOKEN}", "$${AUTHENTIK_TOKEN}", 1),
		"an escaped switch":    whole + "application: {hide: '$${YES}'}\n",
		"no token":             strings.Replace(whole, "  token: ${AUTHENTIK_TOKEN}\n", "", 1),
		"two tokens":           strings.Replace(whole, "  token: ${A", "  token_file: /authentik\n  token: ${A", 1),
		"no decision":          strings.Replace(whole, "email: trust-all\n", "", 1),
		"an unknown decision":  strings.Replace(whole, "trust-all", "trust", 1),
		"a link without name":  strings.Replace(several, "name: shop\n    ", "", 1),
		"a key beside links":   several + "email: leave\n",
		"no links":             "defaults: {}\n",
		"an unknown default":   strings.Replace(several, "  email: leave", "  e_mail: leave", 1),
		"an unknown mode":      whole + "provider: {redirect_uris: [{url: 'https://a.b/c', mode: glob}]}\n",
		"an empty key":         whole + "existing:\n",
		"a list of a text":     whole + "access: {groups: staff}\n",
		"a switch with a word": whole + "application: {hide: maybe}\n",
	} {
		if err := bySchema(t, schema, text); err == nil {
			t.Errorf("%s: the schema takes it", name)
		}
		files, err := environment().Parse("link.yaml", []byte(text))
		if err == nil {
			_, problems := files[0].Spec()
			err = problems.Err()
		}
		if err == nil {
			t.Errorf("%s: the program takes it", name)
		}
	}
}

// TestTheSchemaAndTheProgramAgree changes a file with every key at random places.
func TestTheSchemaAndTheProgramAgree(t *testing.T) {
	schema := compiled(t)
	every := read(t, "testdata/every-key.yaml")["testdata/every-key.yaml"]
	rapid.Check(t, func(rt *rapid.T) {
		var document map[string]any
		if err := yaml.Unmarshal([]byte(every), &document); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(0, 3).Draw(rt, "changes") {
			change(rt, document)
		}
		text, err := yaml.Marshal(document)
		if err != nil {
			rt.Fatal(err)
		}
		refused := bySchema(rt, schema, string(text))
		wrong := ofShape(document, string(text))
		if (refused == nil) != (wrong == nil) {
			rt.Errorf("the schema says %v\nthe program says %v\n%s", refused, wrong, text)
		}
	})
}

// change sets or removes a key at the top or one level below.
func change(rt *rapid.T, document map[string]any) {
	at := document
	key := rapid.SampledFrom(slices.Sorted(maps.Keys(at))).Draw(rt, "key")
	if inner, ok := at[key].(map[string]any); ok && len(inner) > 0 && rapid.IntRange(0, 9).Draw(rt, "whole") > 0 {
		at, key = inner, rapid.SampledFrom(slices.Sorted(maps.Keys(inner))).Draw(rt, "inner key")
	}
	values := []any{nil, true, 7, "abc", "leave", "${YES}", "$${YES}", "yes", []any{}, []any{"a", 1}, []any{nil},
		[]any{[]any{"a"}}, map[string]any{}, map[string]any{"url": "https://a.b/c"}, map[string]any{"unknown": "a"}}
	switch i := rapid.IntRange(-2, len(values)-1).Draw(rt, "value"); i {
	case -2:
		delete(at, key)
	case -1:
		at["un"+key] = "a"
	default:
		at[key] = values[i]
	}
	if at["groups_claim"] == "${YES}" { // what a variable holds is not for the schema to know
		at["groups_claim"] = link.BoundGroups
	}
}

// ofShape returns what the program says of a file's keys, types and choices. What it says of texts and addresses no
// schema could.
func ofShape(document map[string]any, text string) error {
	files, err := environment().Parse("link.yaml", []byte(text))
	if err != nil {
		return err
	}
	_, problems := files[0].Spec()
	return slices.DeleteFunc(problems, func(p report.Problem) bool {
		value, set := valueAt(document, p.Field)
		word, _ := value.(string)
		of := strings.TrimSuffix(p.Field, "_file")
		_, both := valueAt(document, of)
		varies := strings.Contains(strings.ReplaceAll(word, "$${", ""), "${")
		return set && (!choices()[p.Field] && (of == p.Field || !both) || varies)
	}).Err()
}

func valueAt(document map[string]any, field string) (any, bool) {
	system, name, below := strings.Cut(field, ".")
	if !below {
		value, set := document[system]
		return value, set
	}
	inner, _ := document[system].(map[string]any)
	name, _, _ = strings.Cut(name, ".")
	value, set := inner[name]
	return value, set
}

// choices returns the keys that have a list of allowed values.
func choices() map[string]bool {
	keys := map[string]bool{"preset": true, "email": true, "existing": true}
	add := func(metas []*link.Meta) {
		for _, m := range metas {
			keys[m.Spec] = keys[m.Spec] || m.Values != nil
		}
	}
	add(metas(link.ApplicationAttrs()))
	add(metas(link.ProviderAttrs()))
	add(metas(link.PlaceAttrs()))
	add(metas(link.SlotAttrs()))
	return keys
}

func metas[W, S any](table []*link.Attr[W, S]) []*link.Meta {
	return link.Each(table, func(a *link.Attr[W, S]) *link.Meta { return a.Meta })
}
