package pocketbase

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

var (
	dashboardScript = regexp.MustCompile(`src="(?:\./|/_/)?(assets/index-[A-Za-z0-9_-]+\.js)"`)
	versionInScript = regexp.MustCompile(`PocketBase v(\d{1,4}\.\d{1,4}\.\d{1,4})`)
)

const (
	// versionTime bounds the look at the dashboard: its script is 1 MB.
	versionTime = 3 * time.Second
	maxPage     = 256 << 10
	maxScript   = 4 << 20
)

// dashboardVersion finds the exact version, which no API tells, in the
// dashboard's script. It returns the empty string where there is no
// dashboard, or another one.
func (w wire) dashboardVersion(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, versionTime)
	defer cancel()
	page := w.firstMatch(ctx, "/_/", dashboardScript, maxPage)
	if page == "" {
		return ""
	}
	return w.firstMatch(ctx, "/_/"+page, versionInScript, maxScript)
}

// firstMatch reads a page only as far as the expression's first match, and
// returns its group.
func (w wire) firstMatch(ctx context.Context, path string, re *regexp.Regexp, limit int64) string {
	res, err := w.open(ctx, call{path: path})
	if err != nil {
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return ""
	}
	var read bytes.Buffer
	body := io.TeeReader(io.LimitReader(res.Body, limit), &read)
	at := re.FindReaderSubmatchIndex(bufio.NewReader(body))
	if at == nil {
		return ""
	}
	return string(read.Bytes()[at[2]:at[3]])
}

// answered is what a request showed of a feature.
type answered int

const (
	unclear answered = iota // by a proxy, or not at all
	absent
	present
)

// signs are the features that tell versions apart.
type signs struct {
	crons        answered // 0.24.0
	accentColor  answered // 0.37.0
	superuserIPs answered // 0.38.0
	sql          answered // 0.39.0
	maxDataSize  answered // 0.40.0
}

// span is the narrowest version that the signs allow, as Identity.Version
// writes it.
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

// spell writes a span; an empty newest means that none is known.
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

// featureVersion narrows the version by features, for servers whose
// dashboard does not tell it.
func (c *Client) featureVersion(ctx context.Context, coop bool) string {
	var s signs
	s.readSettings(c.settingsKeys(ctx))
	if coop && s.maxDataSize == unclear {
		s.maxDataSize = present
	}
	s.crons = c.wire.route(ctx, http.MethodGet, "/api/crons")
	if s.maxDataSize != present {
		s.sql = c.wire.route(ctx, http.MethodPost, "/api/sql")
	}
	return s.span()
}

// route asks as a guest whether there is such a superuser's route. Nothing
// is carried out for a guest.
func (w wire) route(ctx context.Context, method, path string) answered {
	a, err := w.send(ctx, call{method: method, path: path})
	var shape struct {
		Status int `json:"status"`
	}
	switch {
	case err != nil, a.decode(&shape) != nil, shape.Status != a.status:
		return unclear
	case a.status == http.StatusUnauthorized:
		return present
	case a.status == http.StatusNotFound:
		return absent
	}
	return unclear
}

// settingsKeys are the settings by key, nil where they cannot be read.
func (c *Client) settingsKeys(ctx context.Context) map[string]json.RawMessage {
	query := url.Values{"fields": {"meta.accentColor,meta.appName,superuserIPs,logs"}}
	a, err := c.wire.send(ctx, call{path: "/api/settings", query: query, token: c.token})
	var keys map[string]json.RawMessage
	if err != nil || a.status != http.StatusOK || a.decode(&keys) != nil {
		return nil
	}
	return keys
}

func (s *signs) readSettings(settings map[string]json.RawMessage) {
	if settings == nil {
		return
	}
	has := func(raw json.RawMessage, key string) answered {
		var keys map[string]json.RawMessage
		if json.Unmarshal(raw, &keys) != nil {
			return unclear
		}
		if _, ok := keys[key]; ok {
			return present
		}
		return absent
	}
	s.accentColor = has(settings["meta"], "accentColor")
	s.maxDataSize = has(settings["logs"], "maxDataSize")
	s.superuserIPs = absent
	if _, ok := settings["superuserIPs"]; ok {
		s.superuserIPs = present
	}
}
