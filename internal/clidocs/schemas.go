package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"

	"authpocket/internal/command/output"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

const outputPage = "docs/output.md"

// documents returns the sections of docs/output.md that have a schema, by the schema's name.
func documents() map[string]string {
	return map[string]string{"plan": "plan", "apply": "apply, undo, rotate, remove", "verify": "verify",
		"receipts": "receipts", "receipt": "one receipt", "validate": "validate", "version": "version",
		"check-people": "check-people", "errors": "errors", "links": "several links"}
}

// writeSchemas writes the schemas of what --json prints to a directory.
func writeSchemas(dir, page string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // schemas for everybody
		return fmt.Errorf("creating the directory: %w", err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	w := newSchemaWriter(string(text))
	for name, section := range documents() {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(w.document(name, section)); err != nil {
			return fmt.Errorf("writing the schema of %s: %w", name, err)
		}
		path := filepath.Join(dir, name+".json")
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil { //nolint:gosec // schemas for everybody
			return fmt.Errorf("writing the schema of %s: %w", name, err)
		}
	}
	return nil
}

// schemaWriter writes the schemas of types, with descriptions from docs/output.md.
type schemaWriter struct {
	jsonschema.Reflector
	meanings map[string]map[string]string // by section and field
}

func newSchemaWriter(page string) schemaWriter {
	w := schemaWriter{meanings: map[string]map[string]string{}}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)`\\?? \\| (.*) \\|$")
	target := regexp.MustCompile(`\]\([^)]*\)`)
	plain := strings.NewReplacer("`", "", "[", "")
	for _, section := range strings.Split(page, "\n## ")[1:] {
		title, table, _ := strings.Cut(section, "\n")
		w.meanings[title] = map[string]string{}
		for _, found := range row.FindAllStringSubmatch(table, -1) {
			w.meanings[title][found[1]] = plain.Replace(target.ReplaceAllString(found[2], ""))
		}
	}
	sections := map[reflect.Type]string{}
	for section, t := range output.Documents() {
		sections[t] = section
	}
	w.Anonymous, w.ExpandedStruct = true, true
	w.Namer = func(t reflect.Type) string { return strings.ReplaceAll(sections[t], " ", "") }
	w.LookupComment = func(t reflect.Type, field string) string {
		if field == "" {
			return ""
		}
		f, _ := t.FieldByName(field)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return w.meanings[sections[t]][name]
	}
	w.Mapper = func(t reflect.Type) *jsonschema.Schema {
		switch t {
		case reflect.TypeFor[say.Text]():
			return &jsonschema.Schema{Type: "string"}
		case reflect.TypeFor[link.Shown]():
		default:
			return nil
		}
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "string"}, {Type: "boolean"}, {Type: "integer"},
			{Type: "array", Items: &jsonschema.Schema{Type: "string"}}, {Type: "null"}}}
	}
	return w
}

// document returns the schema of a document.
func (w schemaWriter) document(name, section string) *jsonschema.Schema {
	s := w.ReflectFromType(output.Documents()[section])
	s.Title = "authpocket " + name
	if name == "links" {
		links, _ := s.Properties.Get("links")
		links.Items = nil
		for _, command := range []string{"plan", "apply", "verify", "check-people"} {
			links.AnyOf = append(links.AnyOf, &jsonschema.Schema{Items: w.entries(s.Definitions, command)})
		}
	}
	return s
}

// entries returns the schema of what a command prints for each of several links, which depends on the outcome.
func (w schemaWriter) entries(definitions jsonschema.Definitions, command string) *jsonschema.Schema {
	result := output.Documents()[documents()[command]]
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		w.entry(definitions, reflect.TypeFor[struct{}](), output.OutcomeNotStarted),
		w.entry(definitions, output.Documents()["errors"], output.OutcomeFailed),
		w.entry(definitions, result, output.OutcomesOf(command)...),
	}}
}

// entry returns the schema of what is printed for one of several links with one of the outcomes. It adds the
// definitions that it needs.
func (w schemaWriter) entry(definitions jsonschema.Definitions, result reflect.Type,
	outcomes ...any) *jsonschema.Schema {
	name, rest := w.ReflectFromType(output.Documents()["Link"]), w.ReflectFromType(result)
	maps.Copy(definitions, rest.Definitions)
	for key, property := range rest.Properties.FromOldest() {
		name.Properties.Set(key, property)
	}
	outcome, _ := name.Properties.Get("outcome")
	outcome.Enum = outcomes
	name.Version, name.Definitions, name.Required = "", nil, append(name.Required, rest.Required...)
	return name
}
