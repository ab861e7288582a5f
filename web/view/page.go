// Package view holds what the wizard's pages share: the frame, the controls
// and the words. The pages are in the packages below it: templates, and the
// view models that they print. Nothing there acts, and no template asks
// anything of the world.
package view

import (
	"net/url"
	"strings"

	"authpocket/internal/say"
)

// Program is the name in every title.
const Program = "authpocket"

// Head holds what the frame of a page shows.
type Head struct {
	Title  say.Text // the page's, without the program's name
	Wrong  bool     // the page shows problems
	Note   say.Text // the demo's quiet banner, empty for none
	Step   say.Text // "Step 2 of 6", empty where there is none
	Back   string   // where the back link leads, empty for no back link
	Ends   Ends
	Assets Assets
	// Held reports that the session holds tokens, so the footer offers to delete
	// them.
	Held bool
	// Receipts adds a link to the history.
	Receipts bool
	// Live loads htmx, for pages that update themselves.
	Live bool
	// Script is the URL of the page's own script, empty for none.
	Script string
	// Refresh lets a browser without JavaScript load the page again.
	Refresh bool
	// First is the first page, which needs no style sheet of the others.
	First bool
	// Wide gives tables more room.
	Wide bool
}

// FullTitle returns the title of the browser tab.
func (h *Head) FullTitle() say.Text {
	if h.Wrong {
		return say.Of("Error: %s – %s", h.Title, Program)
	}
	return say.Of("%s – %s", h.Title, Program)
}

// Assets are the URLs of the static files.
type Assets struct {
	Styles, Pages, App, HTMX, Icon string
}

// Ends are the two systems for the bar below the header.
type Ends struct {
	Authentik, PocketBase End
	Shown                 bool // the start page and the errors have no bar
	Joined                bool // the link exists
	Checked               bool // and no check failed
	Proved                bool // and a sign-in worked since its last change
}

// State returns the state of the link in one word or two.
func (e Ends) State() say.Text {
	switch {
	case e.Joined && e.Proved:
		return say.Of("proved")
	case e.Joined && e.Checked:
		return say.Of("checked")
	case e.Joined:
		return say.Of("linked")
	case e.Authentik.Set && e.PocketBase.Set:
		return say.Of("connected")
	}
	return say.Of("not connected")
}

// End is one of the two systems.
type End struct {
	Set   bool
	Host  string
	Found say.Text // "2026.5.3, signed in as akadmin"
}

// NewEnd returns the end of a system at base. An empty base gives an end that is
// not set.
func NewEnd(base string, found say.Text) End {
	return End{Set: base != "", Host: Host(base), Found: found}
}

// Host returns an address without its scheme, for display.
func Host(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return base
	}
	return u.Host + strings.TrimRight(u.Path, "/")
}
