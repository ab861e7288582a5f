package pocketbase

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
)

// ChangedBy says from where the collections and settings of these changes were
// changed since then, by this machine's clock, as far as PocketBase's request
// log tells. It is written some seconds late, so that it may not know yet.
func (c *Facade) ChangedBy(ctx context.Context, since time.Time, changes []link.Change) []string {
	var got list[logLine]
	query := url.Values{"filter": {`data.method="PATCH" && data.status<300`}, "sort": {"-created"}, "perPage": {"50"},
		"skipTotal": {"1"}}
	ahead, err := c.readWithClock(ctx, call{path: "/api/logs", query: query}, &got)
	if err != nil {
		c.wire.log.DebugContext(ctx, "who changed it is not known", "error", err)
		return nil
	}
	var said []string
	for _, e := range got.Items {
		what := changedObject(e, changes)
		if what == "" || logTime(e.Created).Before(since.Add(ahead).Add(-time.Second)) {
			continue
		}
		line := "a superuser at " + plain(cmp.Or(e.Data.UserIP,
			"an unknown address")) + " changed " + what + " at " + logTime(e.Created).UTC().Format("15:04:05 UTC")
		if !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return said
}

// changedObject is what a request changed, empty where no change is about it.
func changedObject(e logLine, changes []link.Change) string {
	path, _, _ := strings.Cut(e.Data.URL, "?")
	for _, ch := range changes {
		c := link.As[link.CollectionState](ch.Before)
		switch {
		case c != nil && (strings.HasSuffix(path, "/api/collections/"+c.ID) || strings.HasSuffix(path,
			"/api/collections/"+c.Name)):
			return "the collection “" + plain(c.Name) + "”"
		case ch.Kind == link.KindSettings && strings.HasSuffix(path, "/api/settings"):
			return "the settings"
		}
	}
	return ""
}
