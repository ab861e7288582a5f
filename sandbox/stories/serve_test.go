package stories

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authpocket/web/door"
	"authpocket/web/view"
)

func TestTheIndexLinksEveryStory(t *testing.T) {
	handler, err := Handler(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	get := func(path string, want int) string {
		t.Helper()
		res, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var b strings.Builder
		if err := res.Write(&b); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != want || res.Header.Get("Content-Security-Policy") != door.ContentPolicy {
			t.Errorf("%s: %s, %v", path, res.Status, res.Header)
		}
		return b.String()
	}
	index, seen := get("/?theme=dark", 200), map[string]bool{}
	for _, one := range All(view.Assets{}) {
		if seen[one.Name] || !strings.Contains(index, `<a href="/`+one.Name+`?theme=dark">`) {
			t.Errorf("%s is in the index more than once, or not at all", one.Name)
		}
		seen[one.Name] = true
		if page := get("/"+one.Name+"?theme=dark", 200); !strings.Contains(page, `href="/theme/dark.css"`) {
			t.Errorf("%s is not dark", one.Name)
		}
	}
	get("/no-such-story", 404)
	get("/signin/t1/events", 404)
	get("/theme/blue.css", 404)
	own := get("/theme/light.css", 200)
	if !strings.Contains(own, "@media not all") || strings.Contains(own, "prefers-color-scheme") {
		t.Error("the light theme depends on the browser's preference")
	}
	if dark := get("/theme/dark.css", 200); !strings.Contains(dark, "@media all") {
		t.Error("the dark theme depends on the browser's preference")
	}
}
