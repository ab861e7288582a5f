package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestThePageHasTheKeysOfTheTables(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("../..", page))
	if err != nil {
		t.Fatal(err)
	}
	now, err := withKeys(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if now != string(text) {
		t.Errorf("%s is not current; run make generate", page)
	}
}

func TestTheSchemaIsThatOfTheTables(t *testing.T) {
	text, err := schemaText()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join("../..", schema))
	if err != nil {
		t.Fatal(err)
	}
	if text != string(kept) {
		t.Errorf("%s is not current; run make generate", schema)
	}
}

func TestAPageWithoutAPlaceIsRefused(t *testing.T) {
	if _, err := withKeys("no place"); err == nil {
		t.Error("there is no error")
	}
}
