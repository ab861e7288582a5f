package main

import (
	"bytes"
	"io/fs"
	"os"
	"testing"
)

func TestThePackedFilesAreTheLanguages(t *testing.T) {
	want, err := packLanguages("../..")
	if err != nil || len(want) < 3 {
		t.Fatalf("%d files, %v", len(want), err)
	}
	there, err := fs.Glob(os.DirFS("../say/packed"), "*")
	if err != nil || len(there) != len(want) {
		t.Errorf("%q are packed, not %d files (%v); run make generate", there, len(want), err)
	}
	for name, body := range want {
		got, err := os.ReadFile("../say/packed/" + name)
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s is not current (%v); run make generate", name, err)
		}
	}
}
