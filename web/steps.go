package web

import (
	"authpocket/internal/engine"
)

// The pages that ask for something, in their order. This list alone decides
// what comes next.
func steps() []string { return []string{"/authentik", "/pocketbase", "/settings", "/review"} }

// missing is the first page whose answer is not there, and the review when
// all are.
func (p progress) missing() string {
	switch {
	case p.authentik == nil:
		return "/authentik"
	case p.pocketbase == nil:
		return "/pocketbase"
	case !p.answered:
		return "/settings"
	}
	return "/review"
}

// latest is the page that a browser with these answers was most likely at.
func (p progress) latest() string {
	if p.settled != nil && p.verify.ended() {
		return "/done"
	}
	return p.missing()
}

// reaches tells whether the answers before a page are all there.
func (p progress) reaches(page string) bool {
	for _, step := range steps() {
		if step == page {
			return true
		}
		if step == p.missing() {
			return false
		}
	}
	return true
}

// after is where an answered page leads: back to the review for one that was
// reached from there, unless something has to be answered first; else on.
func (p progress) after(page, from string) string {
	if from == "review" {
		return p.missing()
	}
	for i, step := range steps() {
		if step == page {
			return steps()[i+1]
		}
	}
	return p.missing()
}

// limited is who the token is where authentik lets it do only what its
// permissions say; empty for a superuser's.
func (p progress) limited() string {
	if p.authentik == nil || p.authentik.who.Superuser {
		return ""
	}
	return p.authentik.who.Username
}

// key names the link between the two connected systems.
func (p progress) key() string { return engine.Key(p.authentik.login.url, p.pocketbase.login.url) }
