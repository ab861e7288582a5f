package web

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/link"
	"authpocket/web/view"
)

// oauth2Only is the create rule that lets in sign-ins of this kind alone.
const oauth2Only = `@request.context = "oauth2"`

// showFix handles the "GET /fix/{cause}" route: the review of a plan that puts
// one cause right. Where the answers are what is to change, they do so once it
// is applied.
func (s *Server) showFix(w http.ResponseWriter, r *http.Request, sess *session) {
	cause, p := chi.URLParam(r, "cause"), sess.look()
	if view.Fix(cause) == nil {
		s.notFound(w, r)
		return
	}
	if !guard(w, r, p, "/review") {
		return
	}
	spec, errand := p.spec, errand{again: "/fix/" + cause, back: "/signin"}
	switch cause {
	case "auth-rule":
		redirect(w, r, "/settings?from=review") // what it should be, only the admin knows
		return
	case "invalid-client":
		spec.PocketBase.RewriteSecret = true
	case "email-unverified":
		spec.Email = link.EmailTrustAll
		errand.answers = &spec
	case "create-rule":
		spec.PocketBase.CreateRule = new(oauth2Only)
		errand.answers = &spec
	case "user-info-url", "endpoint-url":
		spec.PocketBase.AuthURL, spec.PocketBase.TokenURL, spec.PocketBase.UserInfoURL = nil, nil, nil
		errand.answers = &spec
	case "oauth2-off":
		spec.PocketBase.Enabled = new(true)
		errand.answers = &spec
	}
	s.reviewErrand(w, r, sess, p, spec, errand)
}

// reviewErrand shows a plan that puts one thing right.
func (s *Server) reviewErrand(w http.ResponseWriter, r *http.Request, sess *session, p progress, spec link.Spec, e errand) {
	plan, err := s.engine(p).Plan(r.Context(), spec)
	if problems := problemsIn(err); len(problems) > 0 {
		s.reviewProblems(w, r, sess, problems)
		return
	}
	if err != nil {
		s.fail(w, r, sess, err, e.again)
		return
	}
	shown := sess.show(plan, p.rev)
	shown.errand = e
	s.review(w, r, sess, p, shown)
}

// addAddress handles the "GET /signin/address" route: the review of adding
// authpocket's own redirect URI for a test.
func (s *Server) addAddress(w http.ResponseWriter, r *http.Request, sess *session) {
	own := link.RedirectURI{URL: callbackURL(r), Mode: "strict", Type: "authorization"}
	s.reviewAddresses(w, r, sess, errand{again: "/signin/address", back: "/signin?way=" + wayCallback}, func(list []link.RedirectURI) []link.RedirectURI {
		return append(list, own)
	})
}

// removeAddress handles the "GET /signin/address/remove" route.
func (s *Server) removeAddress(w http.ResponseWriter, r *http.Request, sess *session) {
	s.reviewAddresses(w, r, sess, errand{again: "/signin/address/remove", back: "/signin"}, func(list []link.RedirectURI) []link.RedirectURI {
		return list
	})
}

// reviewAddresses plans with the redirect URIs that the provider has now,
// authpocket's own left out and the rest changed.
func (s *Server) reviewAddresses(w http.ResponseWriter, r *http.Request, sess *session, e errand, change func([]link.RedirectURI) []link.RedirectURI) {
	p := sess.look()
	if !guard(w, r, p, "/review") {
		return
	}
	now, err := s.engine(p).Desire(r.Context(), p.spec)
	if problems := problemsIn(err); len(problems) > 0 {
		s.reviewProblems(w, r, sess, problems)
		return
	}
	if err != nil {
		s.fail(w, r, sess, err, e.again)
		return
	}
	list := slices.DeleteFunc(slices.Clone(now.Provider.RedirectURIs), func(u link.RedirectURI) bool {
		return u.URL == callbackURL(r) || u.Type == "logout" // those stay by themselves
	})
	spec := p.spec
	spec.Provider.RedirectURIs = change(list)
	s.reviewErrand(w, r, sess, p, spec, e)
}

// takeAnswers keeps the answers that an applied plan was made from. The caller
// has just settled it, so what follows from the answers stays.
func (s *session) takeAnswers(rev int, answers *link.Spec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answers != nil && rev == s.rev && s.authentik != nil && s.pocketbase != nil {
		s.spec = *answers
	}
}
