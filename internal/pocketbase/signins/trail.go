package signins

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// kindOf returns which step of a sign-in the entry belongs to.
func kindOf(e rest.LogLine) string {
	path, _, _ := strings.Cut(e.Data.URL, "?")
	switch {
	case strings.HasSuffix(path, "/auth-with-oauth2"):
		return "exchange"
	case strings.HasSuffix(path, link.RedirectPath):
		return "redirect"
	case strings.HasSuffix(path, "/api/realtime"):
		return "stream"
	case strings.HasSuffix(path, publicMark):
		return "public mark"
	case strings.HasSuffix(path, markPath):
		return "mark"
	}
	return ""
}

// wordsOf returns PocketBase's details of what went wrong. Complaints about fields come as an object, anything from
// authentik as text.
func wordsOf(e rest.LogLine) string {
	var text string
	if json.Unmarshal(e.Data.Details, &text) == nil {
		return text
	}
	return string(e.Data.Details)
}

var plainState = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_-]{8,100}$`)
})

// Trail returns what PocketBase's own log says about a sign-in: the requests with the nonce, and the return from
// authentik with the state. PocketBase writes its log late, so Trail waits up to 30 s for the entry if q.Patient is
// set, and 6 s otherwise. It scrubs everything in q.Hide.
//
// To follow a person's return, it leaves two marks in the log: one through the address of the redirect URI, which shows
// whether that leads to this PocketBase, and one through the address that is known to. Once the latter is logged, so is
// everything before it.
func (c *SignIns) Trail(ctx context.Context, q signin.TrailQuery) signin.PocketBaseTrail {
	trail := c.trail(ctx, q)
	trail.IgnoresIPs = c.Release().Before(rest.ComparesIPs)
	return trail
}

func (c *SignIns) trail(ctx context.Context, q signin.TrailQuery) signin.PocketBaseTrail {
	if why := c.LogsOff(ctx); !why.Empty() {
		return signin.PocketBaseTrail{Unread: why}
	}
	sent, why := c.mark(ctx, q)
	if !why.Empty() {
		return signin.PocketBaseTrail{Unread: why}
	}
	filter := "data.url~" + rest.Quoted(nonceKey+"="+q.Nonce)
	if plainState().MatchString(q.State) {
		filter += " || data.url~" + rest.Quoted("state="+q.State)
	}
	query := url.Values{"filter": {filter}, "sort": {"created"}, "perPage": {"50"}, "skipTotal": {"1"}}
	pauses := rest.LogWaits()
	if !q.Patient {
		pauses = pauses[:rest.ShortWait]
	}
	trail := signin.PocketBaseTrail{}
	for _, wait := range pauses {
		if !sleep(ctx, wait) {
			trail.Unread = say.Of("Reading PocketBase's log was interrupted.")
			return trail
		}
		var got rest.List[rest.LogLine]
		if err := c.Read(ctx, rest.Call{Path: "/api/logs", Query: query}, &got); err != nil {
			trail.Unread = report.MessageOf(err).What()
			return trail
		}
		var whole bool
		if trail, whole = readTrail(got.Items, q, sent); whole {
			return trail
		}
	}
	trail.Unread = say.Of("The sign-in did not appear in PocketBase's log in time. The log is delayed while " +
		"PocketBase is busy.")
	return trail
}

// The marks ask for collections that nobody has, so that PocketBase logs them as errors whatever its log level.
const (
	markPath   = "/api/collections/authpocket-mark/auth-methods"
	publicMark = "/api/collections/authpocket-public-mark/auth-methods"
)

// markTime bounds the mark through the address of the redirect URI.
const markTime = 10 * time.Second

// mark leaves the marks, or returns why it cannot. public reports whether anything answered at the address of the
// redirect URI.
func (c *SignIns) mark(ctx context.Context, q signin.TrailQuery) (public bool, why say.Text) {
	if q.Exchange {
		return false, say.Text{}
	}
	query := url.Values{nonceKey: {q.Nonce}}
	if base, found := strings.CutSuffix(q.RedirectURL, link.RedirectPath); found {
		markCtx, cancel := context.WithTimeout(ctx, markTime)
		defer cancel()
		public = c.Wire.Elsewhere(base).Read(markCtx, rest.Call{Path: publicMark,
			Query: query}).Err == nil // if not, it may still lead here from where the browsers are
	}
	if a := c.Wire.Read(ctx, rest.Call{Path: markPath, Query: query}); a.Err != nil {
		return public, rest.Unreachable(c.URL(), a.Err).Summary
	}
	return public, say.Text{}
}

// sleep reports whether it waited the whole time.
func sleep(ctx context.Context, wait time.Duration) bool { return outbound.Sleep(ctx, wait) == nil }

// readTrail reads the entries and reports whether they are complete. marked reports whether anything answered the mark
// through the redirect URI.
func readTrail(entries []rest.LogLine, q signin.TrailQuery, marked bool) (t signin.PocketBaseTrail, whole bool) {
	base, _ := strings.CutSuffix(q.RedirectURL, link.RedirectPath)
	here := !marked // without an answer, nothing is proven
	for _, e := range entries {
		switch kindOf(e) {
		case "mark":
			whole = true
			continue
		case "public mark":
			here = true
			continue
		case "exchange":
			whole = whole || q.Exchange
			t.Exchange = true
			t.Stage, t.Cause = causeOf(e)
		case "redirect":
			t.Returned, t.RedirectIP = true, e.Data.UserIP
		case "stream":
			t.StreamIP = e.Data.UserIP
		default:
			continue
		}
		t.Evidence = append(t.Evidence,
			signin.Evidence{System: report.PB, When: rest.LogTime(e.Created), Text: sentenceOf(e).Values(
				func(s string) string { return secret.Scrub(s, q.Hide...) })})
	}
	if whole && !here { // the mark through the redirect URI is missing
		t.Elsewhere = true
		t.Evidence = append(t.Evidence,
			signin.Evidence{System: report.PB, When: time.Now(), Text: say.Of("A request to %s did not reach "+
				"this PocketBase.", secret.Scrub(base))})
	}
	return t, whole
}

// causeOf returns what kept PocketBase from the token, the claims or a new record, and at which stage. Both are empty
// for anything that its answer tells.
func causeOf(e rest.LogLine) (signin.StageID, report.CauseID) {
	switch said := wordsOf(e); {
	case strings.HasPrefix(e.Data.Error, "Failed to fetch OAuth2 token"):
		if cause := rest.Classify(said); cause != "" {
			return signin.StageToken, cause.Entry()
		}
		return signin.StageToken, report.CauseCodeRefused
	case strings.HasPrefix(e.Data.Error, "Failed to fetch OAuth2 user"):
		return signin.StageUserInfo, rest.ClassifyUser(said).Entry()
	case !strings.HasPrefix(e.Data.Error, "Failed to create record"):
	case strings.HasPrefix(said, "constraint failed: UNIQUE"):
		return signin.StageRecord, report.CauseMappedField
	case strings.HasPrefix(said, "constraint failed"): // such as one of a trigger
		return signin.StageRecord, report.CauseUnknown
	}
	return "", ""
}

// sentenceOf describes the entry for people.
func sentenceOf(e rest.LogLine) say.Text {
	path, _, _ := strings.Cut(e.Data.URL, "?")
	status := strconv.Itoa(e.Data.Status)
	answered := say.Of("%s %s was answered %s", e.Data.Method, path, status)
	if e.Data.UserIP != "" && kindOf(e) != "exchange" {
		answered = say.Of("%s %s was answered %s to %s", e.Data.Method, path, status, e.Data.UserIP)
	}
	var parts []string
	if e.Data.Error != "" {
		parts = append(parts, strings.TrimSuffix(e.Data.Error, "."))
	}
	if said := wordsOf(e); said != "" && !slices.Contains([]string{"null", "{}", `""`}, said) {
		parts = append(parts, said)
	}
	if len(parts) == 0 {
		return answered
	}
	return say.Of("%s: %s", answered, strings.Join(parts, ": "))
}
