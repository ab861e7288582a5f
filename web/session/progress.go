package session

import (
	"slices"

	"authpocket/internal/engine"
)

// The pages that ask for something, in their order. This list alone decides
// what comes next.
func steps() []string { return []string{"/authentik", "/pocketbase", "/settings", "/review"} }

// Missing returns the first page without an answer, or the review if there is
// none.
func (p *Progress) Missing() string {
	switch {
	case p.Authentik == nil:
		return "/authentik"
	case p.PocketBase == nil:
		return "/pocketbase"
	case !p.answered:
		return "/settings"
	}
	return "/review"
}

// Latest returns the page that a browser with these answers was most likely on.
func (p *Progress) Latest() string {
	if p.Settled != nil && p.Verify.Ended() {
		return "/done"
	}
	return p.Missing()
}

// Reaches reports whether all answers before a page are given.
func (p *Progress) Reaches(page string) bool {
	return slices.Index(steps(), page) <= slices.Index(steps(), p.Missing())
}

// After returns the page after an answered one: the review if it was opened from
// there and nothing else is missing, else the next page.
func (p *Progress) After(page, from string) string {
	if from == "review" {
		return p.Missing()
	}
	return steps()[slices.Index(steps(), page)+1]
}

// Limited returns the user of a token that is limited to its permissions, empty
// for a superuser's.
func (p *Progress) Limited() string {
	if p.Authentik == nil || p.Authentik.Who.Superuser {
		return ""
	}
	return p.Authentik.Who.Username
}

// key identifies the two connected systems.
func (p *Progress) key() string { return engine.Key(p.Authentik.Login.URL, p.PocketBase.Login.URL) }
