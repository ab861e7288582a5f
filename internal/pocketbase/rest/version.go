package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"authpocket/internal/outbound"
	"authpocket/internal/pattern"
)

var (
	scriptInPage    = pattern.Of(`src="(?:\./|/_/)?(assets/index-[A-Za-z0-9_-]+\.js)"`)
	versionInScript = pattern.Of(`PocketBase v(\d{1,4}\.\d{1,4}\.\d{1,4})`)
)

const (
	// versionTime bounds each of both reads of the dashboard, whose script is 1 MB.
	versionTime = 3 * time.Second
	maxScript   = 4 << 20
)

// dashboardScript returns the path of the dashboard's script, empty if there is no dashboard, or a different one.
func (w transport) dashboardScript(ctx context.Context) string {
	ctx, cancel := outbound.WithTimeout(ctx, versionTime)
	defer cancel()
	return w.match(ctx, "/_/", scriptInPage())
}

// dashboardVersion returns the exact version from the dashboard's script, because no API returns it. It is empty if
// unknown.
func (w transport) dashboardVersion(ctx context.Context, script string) string {
	if script == "" {
		return ""
	}
	ctx, cancel := outbound.WithTimeout(ctx, versionTime)
	defer cancel()
	return w.match(ctx, "/_/"+script, versionInScript())
}

// match returns the first group of the first match of re in a page.
func (w transport) match(ctx context.Context, path string, re *regexp.Regexp) string {
	find := func(a Answer) [][]byte { return re.FindSubmatch(a.Body[:min(len(a.Body), maxScript)]) }
	whole := func(a Answer) bool { return find(a) != nil || bytes.Contains(a.Body, []byte("</html>")) }
	a := w.Reads.Repeat(ctx, whole, func(ctx context.Context) Answer { return w.Send(ctx, Call{Path: path}) })
	if found := find(a); a.OK() && found != nil {
		return string(found[1])
	}
	return ""
}

// answered is what an answer says about a feature.
type answered int

const (
	unclear answered = iota // answered by a proxy, or not at all
	absent
	present
)

// signs are the features that tell versions apart, with the version that introduced each.
type signs struct {
	crons        answered // 0.24.0
	accentColor  answered // 0.37.0
	superuserIPs answered // 0.38.0
	sql          answered // 0.39.0
	maxDataSize  answered // 0.40.0
}

// span returns the narrowest range that the signs allow, in the format of Identity.Version.
func (s signs) span() string {
	steps := []struct {
		sign          answered
		since, before string
	}{
		{s.maxDataSize, "0.40", "0.39"},
		{s.sql, "0.39", "0.38"},
		{s.superuserIPs, "0.38", "0.37"},
		{s.accentColor, "0.37", "0.36"},
		{s.crons, "0.24", "0.23"},
	}
	newest := ""
	for _, step := range steps {
		switch step.sign {
		case absent:
			newest = step.before
		case present:
			return spell(step.since, newest)
		}
	}
	return spell("0.23", newest)
}

// spell formats a range. An empty newest means that it is unknown.
func spell(oldest, newest string) string {
	switch {
	case newest == oldest:
		return oldest
	case newest != "":
		return oldest + "-" + newest
	case oldest == "0.23":
		return ""
	}
	return oldest + "+"
}

// featureVersion deduces the version from features, for servers whose dashboard does not show it.
func (c *Client) featureVersion(ctx context.Context, coop bool) string {
	var s signs
	s.readSettings(c.settingsKeys(ctx))
	if coop && s.maxDataSize == unclear {
		s.maxDataSize = present
	}
	s.crons = c.Wire.route(ctx, http.MethodGet, "/api/crons")
	if s.maxDataSize != present {
		s.sql = c.Wire.route(ctx, http.MethodPost, "/api/sql")
	}
	return s.span()
}

// route asks as a guest whether a superuser-only route exists. PocketBase carries out nothing for a guest.
func (w transport) route(ctx context.Context, method, path string) answered {
	a := w.Read(ctx, Call{Method: method, Path: path})
	var shape struct {
		Status int `json:"status"`
	}
	switch {
	case a.Err != nil, a.Decode(&shape) != nil, shape.Status != a.Status:
		return unclear
	case a.Status == http.StatusUnauthorized:
		return present
	case a.Status == http.StatusNotFound:
		return absent
	}
	return unclear
}

// settingsKeys returns the settings by key, or nil if they cannot be read.
func (c *Client) settingsKeys(ctx context.Context) map[string]json.RawMessage {
	query := url.Values{"fields": {"meta.accentColor,meta.appName,superuserIPs,logs"}}
	a := c.Wire.Read(ctx, Call{Path: "/api/settings", Query: query, token: c.token})
	var keys map[string]json.RawMessage
	if a.Err != nil || a.Status != http.StatusOK || a.Decode(&keys) != nil {
		return nil
	}
	return keys
}

func (s *signs) readSettings(settings map[string]json.RawMessage) {
	if settings == nil {
		return
	}
	has := func(keys map[string]json.RawMessage, key string) answered {
		switch _, found := keys[key]; {
		case found:
			return present
		case keys == nil:
			return unclear
		}
		return absent
	}
	s.accentColor = has(ReadExtra(settings["meta"]), "accentColor")
	s.maxDataSize = has(ReadExtra(settings["logs"]), "maxDataSize")
	s.superuserIPs = has(settings, "superuserIPs")
}
