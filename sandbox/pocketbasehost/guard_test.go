package pocketbasehost_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// The race detector finds nothing while settings change under requests and
// under the log of earlier ones.
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
					t.Errorf("a request beside a change: %s", answered.Status)
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

// What the last requests were is in the log of a server that was closed.
func TestCloseWritesTheLog(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	ask(t, "GET", first.URL()+"/api/collections/nothing/records?mark=8", "", "")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, dir)
	_, logs := ask(t, "GET", second.URL()+"/api/logs?filter="+strings.ReplaceAll("data.url~'mark=8'", "'", "%27"), second.Token(), "")
	if logs["totalItems"] != float64(1) {
		t.Errorf("%v", logs)
	}
}
