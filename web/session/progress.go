package session

import (
	"authpocket/internal/engine"
)

// The pages that ask for something, in their order. This list alone decides
// what comes next.
func steps() []string { return []string{"/authentik", "/pocketbase", "/settings", "/review"} }

// Missing is the first page whose answer is not there, and the review when
// all are.
func (p Progress) Missing() string {
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

// Latest is the page that a browser with these answers was most likely at.
func (p Progress) Latest() string {
	if p.Settled != nil && p.Verify.Ended() {
		return "/done"
	}
	return p.Missing()
}

// Reaches tells whether the answers before a page are all there.
func (p Progress) Reaches(page string) bool {
	for _, step := range steps() {
		if step == page {
			return true
		}
		if step == p.Missing() {
			return false
		}
	}
	return true
}

// After is where an answered page leads: back to the review for one that was
// reached from there, unless something has to be answered first; else on.
func (p Progress) After(page, from string) string {
	if from == "review" {
		return p.Missing()
	}
	for i, step := range steps() {
		if step == page {
			return steps()[i+1]
		}
	}
	return p.Missing()
}

// Limited is who the token is where authentik lets it do only what its
// permissions say; empty for a superuser's.
func (p Progress) Limited() string {
	if p.Authentik == nil || p.Authentik.Who.Superuser {
		return ""
	}
	return p.Authentik.Who.Username
}

// key names the link between the two connected systems.
func (p Progress) key() string { return engine.Key(p.Authentik.Login.URL, p.PocketBase.Login.URL) }
