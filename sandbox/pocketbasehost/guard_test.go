package pocketbasehost_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
)

// TestSettingsChangeUnderRequests changes settings during requests, for the race detector.
func TestSettingsChangeUnderRequests(t *testing.T) {
	server := start(t, t.TempDir())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 25 {
				answered, err := http.Get(server.URL() + "/api/collections/users/auth-methods")
				if err != nil {
					t.Error(err)
					return
				}
				if answered.Body.Close(); answered.StatusCode != http.StatusOK {
					t.Errorf("a request during a change: %s", answered.Status)
				}
			}
		})
	}
	for i := range 10 {
		name := fmt.Sprintf("App %d", i)
		body := fmt.Sprintf(`{"meta":{"appName":%q},"logs":{"maxDays":%d}}`, name, 1+i%2)
		status, changed := ask(t, "PATCH", server.URL()+"/api/settings", server.Token(), body)
		meta, _ := changed["meta"].(map[string]any)
		if status != http.StatusOK || meta["appName"] != name {
			t.Fatalf("%d %v", status, changed)
		}
	}
	group.Wait()
}

func TestCloseWritesTheLog(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	ask(t, "GET", first.URL()+"/api/collections/nothing/records?mark=8", "", "")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, dir)
	filter := url.QueryEscape("data.url~'mark=8'")
	_, logs := ask(t, "GET", second.URL()+"/api/logs?filter="+filter, second.Token(), "")
	if logs["totalItems"] != float64(1) {
		t.Errorf("%v", logs)
	}
}
