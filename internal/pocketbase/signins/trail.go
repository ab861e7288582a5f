package signins

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
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// kindOf is which step of a sign-in the entry is of.
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

// wordsOf are PocketBase's own about what went wrong. Complaints about fields
// come as an object, whatever authentik said as text.
func wordsOf(e rest.LogLine) string {
	var text string
	if json.Unmarshal(e.Data.Details, &text) == nil {
		return text
	}
	return string(e.Data.Details)
}

var plainState = regexp.MustCompile(`^[A-Za-z0-9_-]{8,100}$`)

// Trail reads in PocketBase's own log what came of a sign-in: the requests
// with the nonce, and the return from authentik with the state. PocketBase
// writes its log late, so patient waits up to 30 s for the entry; otherwise
// it is given 6 s. What q hides appears nowhere.
//
// Where the return of a person is looked for, it leaves two marks in the log:
// one by the redirect URI's address, which shows whether that leads here, and
// one by the address that is known to. Once the latter is there, all before
// it is as well.
func (c SignIns) Trail(ctx context.Context, q signin.TrailQuery) signin.PocketBaseTrail {
	trail := c.trail(ctx, q)
	trail.IgnoresIPs = c.Release().Before(rest.ComparesIPs)
	return trail
}

func (c SignIns) trail(ctx context.Context, q signin.TrailQuery) signin.PocketBaseTrail {
	if why := c.LogsOff(ctx); why != "" {
		return signin.PocketBaseTrail{Unread: why}
	}
	sent, why := c.mark(ctx, q)
	if why != "" {
		return signin.PocketBaseTrail{Unread: why}
	}
	filter := "data.url~" + rest.Quoted(nonceKey+"="+q.Nonce)
	if plainState.MatchString(q.State) {
		filter += " || data.url~" + rest.Quoted("state="+q.State)
	}
	query := url.Values{"filter": {filter}, "sort": {"created"}, "perPage": {"50"}, "skipTotal": {"1"}}
	pauses := rest.LogWaits()
	if !q.Patient {
		pauses = pauses[:3]
	}
	trail := signin.PocketBaseTrail{}
	for _, wait := range pauses {
		if !sleep(ctx, wait) {
			trail.Unread = "Reading PocketBase's log was interrupted."
			return trail
		}
		var got rest.List[rest.LogLine]
		if err := c.Read(ctx, rest.Call{Path: "/api/logs", Query: query}, &got); err != nil {
			trail.Unread = link.MessageOf(err).What()
			return trail
		}
		var whole bool
		if trail, whole = readTrail(got.Items, q, sent); whole {
			return trail
		}
	}
	trail.Unread = "The sign-in did not appear in PocketBase's log in time. The log is delayed while PocketBase is " +
		"busy."
	return trail
}

// The marks ask about collections that nobody has, so that PocketBase logs
// them as errors, whatever else it leaves out.
const (
	markPath   = "/api/collections/authpocket-mark/auth-methods"
	publicMark = "/api/collections/authpocket-public-mark/auth-methods"
)

// markTime bounds the mark by the redirect URI's address.
const markTime = 10 * time.Second

// mark leaves the marks, or tells why it cannot. public tells that somebody
// answered at the redirect URI's address.
func (c SignIns) mark(ctx context.Context, q signin.TrailQuery) (public bool, why string) {
	if q.Exchange {
		return false, ""
	}
	query := url.Values{nonceKey: {q.Nonce}}
	if base, found := strings.CutSuffix(q.RedirectURL, link.RedirectPath); found {
		markCtx, cancel := context.WithTimeout(ctx, markTime)
		defer cancel()
		public = c.Wire.Elsewhere(base).Read(markCtx, rest.Call{Path: publicMark,
			Query: query}).Err == nil // from where browsers are it may lead here all the same
	}
	if a := c.Wire.Read(ctx, rest.Call{Path: markPath, Query: query}); a.Err != nil {
		return public, rest.Unreachable(c.URL(), a.Err).Summary
	}
	return public, ""
}

// sleep reports whether it waited the whole time.
func sleep(ctx context.Context, wait time.Duration) bool { return outbound.Sleep(ctx, wait) == nil }

// readTrail reads the entries, and reports whether all that can come is there.
// marked reports whether the mark by the redirect URI was answered by somebody.
func readTrail(entries []rest.LogLine, q signin.TrailQuery, marked bool) (t signin.PocketBaseTrail, whole bool) {
	base, _ := strings.CutSuffix(q.RedirectURL, link.RedirectPath)
	here := !marked // nothing to be shown
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
			signin.Evidence{System: link.PB, When: rest.LogTime(e.Created), Text: secret.Scrub(sentenceOf(e),
				q.Hide...)})
	}
	if whole && !here { // the mark by the redirect URI is not there
		t.Elsewhere = true
		t.Evidence = append(t.Evidence,
			signin.Evidence{System: link.PB, When: time.Now(), Text: "A request to " + secret.Scrub(base) +
				" did not reach this PocketBase."})
	}
	return t, whole
}

// causeOf reads what kept PocketBase from token or claims, empty for anything
// else.
func causeOf(e rest.LogLine) (signin.StageID, link.CauseID) {
	switch said := wordsOf(e); {
	case strings.HasPrefix(e.Data.Error, "Failed to fetch OAuth2 token"):
		if cause := rest.Classify(said); cause != "" {
			return signin.StageToken, cause.Entry()
		}
		return signin.StageToken, link.CauseCodeRefused
	case strings.HasPrefix(e.Data.Error, "Failed to fetch OAuth2 user"):
		return signin.StageUserInfo, rest.ClassifyUser(said).Entry()
	}
	return "", ""
}

// sentenceOf is the entry for people.
func sentenceOf(e rest.LogLine) string {
	path, _, _ := strings.Cut(e.Data.URL, "?")
	parts := []string{e.Data.Method + " " + path + " was answered " + strconv.Itoa(e.Data.Status)}
	if e.Data.UserIP != "" && kindOf(e) != "exchange" {
		parts[0] += " to " + e.Data.UserIP
	}
	if e.Data.Error != "" {
		parts = append(parts, strings.TrimSuffix(e.Data.Error, "."))
	}
	if said := wordsOf(e); said != "" && !slices.Contains([]string{"null", "{}", `""`}, said) {
		parts = append(parts, said)
	}
	return strings.Join(parts, ": ")
}
