package pocketbase

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// trailEntry is one line of PocketBase's request log.
type trailEntry struct {
	Created string `json:"created"`
	Data    struct {
		URL     string          `json:"url"`
		Method  string          `json:"method"`
		Status  int             `json:"status"`
		Error   string          `json:"error"`
		Details json.RawMessage `json:"details"`
		UserIP  string          `json:"userIP"`
	} `json:"data"`
}

// kind is which step of a sign-in the entry is of.
func (e trailEntry) kind() string {
	path, _, _ := strings.Cut(e.Data.URL, "?")
	switch {
	case strings.HasSuffix(path, "/auth-with-oauth2"):
		return "exchange"
	case strings.HasSuffix(path, link.RedirectPath):
		return "redirect"
	case strings.HasSuffix(path, "/api/realtime"):
		return "stream"
	}
	return ""
}

// words are PocketBase's own about what went wrong. Complaints about fields
// come as an object, whatever authentik said as text.
func (e trailEntry) words() string {
	var text string
	if json.Unmarshal(e.Data.Details, &text) == nil {
		return text
	}
	return string(e.Data.Details)
}

var plainState = regexp.MustCompile(`^[A-Za-z0-9_-]{8,100}$`)

// Trail reads in PocketBase's own log what came of a sign-in: the requests
// with the nonce, and the return from authentik with the state (empty: not
// looked for). PocketBase writes its log late, so patient waits up to 30 s
// for the entry; otherwise it is given 6 s. What q hides appears nowhere.
func (c *Client) Trail(ctx context.Context, q link.TrailQuery) link.PocketBaseTrail {
	if why := c.logsOff(ctx); why != "" {
		return link.PocketBaseTrail{Unread: why}
	}
	filter := "data.url~" + quoted(nonceKey+"="+q.Nonce)
	if plainState.MatchString(q.State) {
		filter += " || data.url~" + quoted("state="+q.State)
	}
	query := url.Values{"filter": {filter}, "sort": {"created"}, "perPage": {"50"}, "skipTotal": {"1"}}
	pauses := waits()
	if !q.Patient {
		pauses = pauses[:3]
	}
	trail := link.PocketBaseTrail{}
	for _, wait := range pauses {
		if !rest(ctx, wait) {
			trail.Unread = "The look at PocketBase's log was cut short."
			return trail
		}
		var got list[trailEntry]
		if err := c.read(ctx, call{path: "/api/logs", query: query}, &got); err != nil {
			trail.Unread, _ = link.Words(err)
			return trail
		}
		if trail = readTrail(got.Items, q.Hide); found(trail, q) {
			return trail
		}
	}
	if q.Exchange {
		trail.Unread = "PocketBase's log did not show the sign-in in time; it writes late while it is busy."
	}
	return trail
}

// found tells whether the entry that is waited for is there.
func found(t link.PocketBaseTrail, q link.TrailQuery) bool {
	if q.Exchange {
		return t.Exchange
	}
	return t.Returned
}

// rest waits, and tells whether there is time left.
func rest(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func readTrail(entries []trailEntry, hide []secret.Text) link.PocketBaseTrail {
	var t link.PocketBaseTrail
	for _, e := range entries {
		switch e.kind() {
		case "exchange":
			t.Exchange = true
			t.Cause = e.cause()
		case "redirect":
			t.Returned, t.RedirectIP = true, e.Data.UserIP
		case "stream":
			t.StreamIP = e.Data.UserIP
		default:
			continue
		}
		t.Evidence = append(t.Evidence, link.Evidence{System: link.PB, When: logTime(e.Created), Text: link.Scrub(e.sentence(), hide...)})
	}
	return t
}

// cause reads what kept PocketBase from token or claims, empty for anything
// else.
func (e trailEntry) cause() string {
	switch said := e.words(); {
	case strings.HasPrefix(e.Data.Error, "Failed to fetch OAuth2 token"):
		if cause := classify(said); cause != "" {
			return catalogued(cause)
		}
		return causeCodeRefused
	case strings.HasPrefix(e.Data.Error, "Failed to fetch OAuth2 user"):
		return catalogued(classifyUser(said))
	}
	return ""
}

// sentence is the entry for people.
func (e trailEntry) sentence() string {
	path, _, _ := strings.Cut(e.Data.URL, "?")
	parts := []string{e.Data.Method + " " + path + " was answered " + strconv.Itoa(e.Data.Status)}
	if e.Data.UserIP != "" && e.kind() != "exchange" {
		parts[0] += " to " + e.Data.UserIP
	}
	if e.Data.Error != "" {
		parts = append(parts, strings.TrimSuffix(e.Data.Error, "."))
	}
	if said := e.words(); said != "" && !slices.Contains([]string{"null", "{}", `""`}, said) {
		parts = append(parts, said)
	}
	return strings.Join(parts, ": ")
}
