package view

import (
	"testing"

	"authpocket/internal/say"
)

func TestTitles(t *testing.T) {
	if got := (&Head{Title: say.Of("Review 1 change")}).FullTitle(); got.String() != "Review 1 change – authpocket" {
		t.Error(got)
	}
	if got := (&Head{Title: say.Of("Settings"), Wrong: true}).FullTitle(); got.String() != "Error: Settings – "+
		"authpocket" {
		t.Error(got)
	}
}

func TestHost(t *testing.T) {
	for base, want := range map[string]string{
		"https://auth.company": "auth.company", "http://[::1]:9000/sub/": "[::1]:9000/sub", "": "",
		"no address": "no address",
	} {
		if got := Host(base); got != want {
			t.Errorf("%q is %q, want %q", base, got, want)
		}
	}
}
