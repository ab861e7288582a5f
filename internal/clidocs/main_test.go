package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// pages returns the pages in a directory by name.
func pages(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		list[filepath.Base(file)] = string(text)
	}
	return list
}

func TestPagesAreWrittenTheSameAgain(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1769000000")
	dir := t.TempDir()
	for _, write := range []func() error{
		func() error { return fill(dir, manual) }, func() error { return fill(dir, markdown) },
	} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
		first := pages(t, dir)
		if err := os.WriteFile(filepath.Join(dir, "authpocket-gone.1"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := write(); err != nil {
			t.Fatal(err)
		}
		again := pages(t, dir)
		if len(first) < 15 || len(again) != len(first) {
			t.Errorf("there are %d pages, then %d", len(first), len(again))
		}
		for name, text := range first {
			if again[name] != text {
				t.Errorf("%s differs", name)
			}
		}
	}
}

func TestManualPagesNameTheirDateAndFlags(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1769000000")
	dir := t.TempDir()
	if err := fill(dir, manual); err != nil {
		t.Fatal(err)
	}
	page := pages(t, dir)["authpocket-plan.1"]
	for _, want := range []string{`.TH "AUTHPOCKET-PLAN" "1" "Jan 2026"`, `\fB--file\fP`,
		"authpocket plan -f link.yaml"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of plan lacks %s:\n%s", want, page)
		}
	}
}

func TestTheSchemasAreThoseOfTheTypes(t *testing.T) {
	dir := t.TempDir()
	if err := writeSchemas(dir, filepath.Join("../..", outputPage)); err != nil {
		t.Fatal(err)
	}
	made, kept := pages(t, dir), pages(t, "../../docs/schemas")
	delete(kept, "schemas.go")
	if len(made) != len(documents()) || !maps.Equal(made, kept) {
		t.Errorf("docs/schemas is not current; run make generate")
	}
}

func TestEveryFieldOfTheSchemasIsDescribed(t *testing.T) {
	if err := writeSchemas(t.TempDir(), filepath.Join(t.TempDir(), "nothing.md")); err == nil {
		t.Error("a page that is not there is no error")
	}
	page, err := os.ReadFile(filepath.Join("../..", outputPage))
	if err != nil {
		t.Fatal(err)
	}
	w := newSchemaWriter(string(page))
	for name, section := range documents() {
		for key, property := range w.document(name, section).Properties.FromOldest() {
			if property.Description == "" {
				t.Errorf("%s of %s has no description", key, name)
			}
		}
	}
}

func TestLinksHaveTheResultsOfOneCommand(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/schemas/links.json")
	if err != nil {
		t.Fatal(err)
	}
	const (
		planned  = `{"name": "a", "outcome": "nothing to change", "changes": [], "warnings": []}`
		verified = `{"name": "b", "outcome": "passed", "time": "2026-01-31T12:00:00Z", "headline": "", "checks": []}`
		failed   = `{"name": "c", "outcome": "failed", "errors": [{"summary": "Gone."}]}`
		waiting  = `{"name": "d", "outcome": "not started"}`
	)
	for text, valid := range map[string]bool{
		planned + "," + failed + "," + waiting:                          true,
		verified + "," + failed + "," + waiting:                         true,
		planned + "," + verified:                                        false,
		strings.Replace(planned, "nothing to change", "passed", 1):      false,
		strings.Replace(waiting, "not started", "nothing to change", 1): false,
	} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"links": [` + text + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); (err == nil) != valid {
			t.Errorf("%s: %v", text, err)
		}
	}
}
