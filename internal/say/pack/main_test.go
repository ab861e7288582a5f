package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestThePackedFilesAreTheLanguages(t *testing.T) {
	languages, err := filepath.Glob("../languages/*.json")
	if err != nil || len(languages) < 2 {
		t.Fatalf("%q, %v", languages, err)
	}
	for _, path := range languages {
		want, err := pack(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile("../packed/" + filepath.Base(path) + ".gz")
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not current (%v); run make generate", path, err)
		}
	}
}
