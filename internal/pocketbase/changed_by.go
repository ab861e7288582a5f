package pocketbase

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/say"
)

// ChangedBy describes who changed the collections and settings of these changes after since, by this machine's clock,
// and from which address, as far as PocketBase's request log shows. The log is written some seconds late, so recent
// changes may be missing.
func (c *Client) ChangedBy(ctx context.Context, since time.Time, changes []link.Change) []say.Text {
	var got rest.List[rest.LogLine]
	query := url.Values{"filter": {`data.method="PATCH" && data.status<300`}, "sort": {"-created"}, "perPage": {"50"},
		"skipTotal": {"1"}}
	ahead, err := c.ReadWithClock(ctx, rest.Call{Path: "/api/logs", Query: query}, &got)
	if err != nil {
		c.Wire.Log.DebugContext(ctx, "who changed it is not known", "error", err)
		return nil
	}
	var said []say.Text
	for _, e := range got.Items {
		what := changedObject(e, changes)
		if what.Empty() || rest.LogTime(e.Created).Before(since.Add(ahead).Add(-time.Second)) {
			continue
		}
		from := say.Of("an unknown address")
		if e.Data.UserIP != "" {
			from = say.Raw(rest.Plain(e.Data.UserIP))
		}
		line := say.Of("a superuser at %s changed %s at %s", from, what,
			rest.LogTime(e.Created).UTC().Format("15:04:05 UTC"))
		if !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return said
}

// changedObject returns what a request changed, or the empty string if it is in none of the changes.
func changedObject(e rest.LogLine, changes []link.Change) say.Text {
	path, _, _ := strings.Cut(e.Data.URL, "?")
	for _, ch := range changes {
		c := link.As[link.CollectionState](ch.Before)
		switch {
		case c != nil && (strings.HasSuffix(path, "/api/collections/"+c.ID) || strings.HasSuffix(path,
			"/api/collections/"+c.Name)):
			return say.Of("the collection “%s”", rest.Plain(c.Name))
		case ch.Kind == link.KindSettings && strings.HasSuffix(path, "/api/settings"):
			return say.Of("the settings")
		}
	}
	return say.Text{}
}
