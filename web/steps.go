package web

import (
	"net/http"
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

// guard sends a browser that skipped ahead to the first page that is not
// answered. It answers false when it has.
func guard(w http.ResponseWriter, r *http.Request, p progress, page string) bool {
	if p.reaches(page) {
		return true
	}
	redirect(w, r, p.missing())
	return false
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

// from tells whether a page was reached by a "Change" link of the review.
func from(values string) string {
	if values == "review" {
		return "review"
	}
	return ""
}
