package login

import (
	"html"
	"strings"

	"authpocket/internal/pattern"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// cardTitle is the title of a page's card, which tells authentik's error pages apart: they have no codes.
var cardTitle = pattern.Of(`(?s)<h1[^>]*data-test-id="card-title"[^>]*>(.*?)</h1>`)

// titleOf returns the title of the page's card, empty for none.
func titleOf(page []byte) string {
	found := cardTitle().FindSubmatch(page)
	if found == nil {
		return ""
	}
	return strings.TrimSpace(html.UnescapeString(string(found[1])))
}

// judgePage returns the error that a page of authentik shows (authentik/providers/oauth2/views/authorize.py,
// authentik/policies/views.py).
func (w *walk) judgePage(a wire.Answer) error {
	title := titleOf(a.Body)
	what := say.Of("authentik shows the page %s.", w.quote(title))
	switch title {
	case "Permission denied":
		return w.refuse(report.CauseNoAccess, what)
	case "Client ID Error":
		return w.refuse(report.CauseUnknownClient, what)
	case "Redirect URI Error":
		return w.refuse(report.CauseRedirectMismatch, what)
	case "":
		return w.unexpected(a)
	}
	return w.broken(what, nil)
}
