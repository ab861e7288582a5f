package pocketbasehost_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"
)

func TestCloseLeavesNoGoroutine(t *testing.T) {
	before := goleak.IgnoreCurrent()
	server := start(t, t.TempDir())
	ask(t, "GET", server.URL()+"/api/health", "", "")
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}
