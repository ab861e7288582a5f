package link_test

import (
	"testing"

	"authpocket/internal/link"
)

func TestALinkIsMadeOnce(t *testing.T) {
	w := linkedWorld(t, minimal())
	if len(w.apps) != 1 || len(w.providers) != 1 || len(w.collection("users").OAuth2.Providers) != 2 {
		t.Fatalf("there are %d applications, %d providers, %d elements", len(w.apps), len(w.providers), len(w.collection("users").OAuth2.Providers))
	}
	_ = link.Plan{}
}
