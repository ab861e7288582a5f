package main

import (
	"os"
	"testing"

	"authpocket/docs/schemas"
)

func TestThePackedSchemasAreTheSources(t *testing.T) {
	names := schemas.Names()
	if want, err := packSchemas("../.."); err != nil || len(names) != len(want)-1 {
		t.Errorf("%q are packed, not %d schemas (%v); run make generate", names, len(want)-1, err)
	}
	for _, name := range names {
		want, err := os.ReadFile("../../docs/schemas/" + name + ".json")
		if err != nil {
			t.Error(err)
		}
		if got, err := schemas.Schema(name); err != nil || string(got) != string(want) {
			t.Errorf("the schema of %s is not current (%v); run make generate", name, err)
		}
	}
	want, err := os.ReadFile("../linkfile/link.schema.json")
	if err != nil {
		t.Error(err)
	}
	if got, err := schemas.LinkFile(); err != nil || string(got) != string(want) {
		t.Errorf("the schema of link files is not current (%v); run make generate", err)
	}
}
