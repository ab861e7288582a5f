package main

import (
	"bytes"
	"testing"

	"authpocket/static"
)

func TestThePackedFilesAreTheSources(t *testing.T) {
	files, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, parts := range sources() {
		want, err := join("../../static", parts)
		if err != nil {
			t.Fatal(err)
		}
		got, err := files.Bytes(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not current (%v); run make generate", name, err)
		}
		if files.URL(name) != static.Prefix+hashOf(want)+"/"+name {
			t.Errorf("%s has the URL %s; run make generate", name, files.URL(name))
		}
	}
}
