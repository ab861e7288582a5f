package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/address"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// showFix handles the "GET /fix/{cause}" route: the review of a plan that fixes
// one cause. Answers that have to change do so once it is applied.
func (s *Server) showFix(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	cause, p := report.CauseID(chi.URLParam(r, "cause")), sess.Look()
	if proof.Fix(cause) == nil {
		s.notFound(w, r)
		return
	}
	if !guard(w, r, &p, "/review") {
		return
	}
	if proof.Asked(cause) || cause == report.CauseCollectionMissing {
		reply.Redirect(w, r, "/settings?from=review")
		return
	}
	spec := p.Spec
	errand := session.Errand{Again: "/fix/" + string(cause), Back: "/signin", Answers: &spec}
	switch cause {
	case report.CauseEmailUnverified:
		spec.Email = link.EmailTrustAll
	case report.CauseCreateRule:
		spec.PocketBase.CreateRule = new(link.OAuth2Only)
	case report.CauseUserInfoURL, report.CauseEndpointURL, report.CauseHTMLInsteadOfJSON:
		mendPaths(&spec, cmp.Or(spec.AuthentikURL, p.Authentik.Login.URL), cause)
	case report.CauseOAuth2Off:
		spec.PocketBase.Enabled = new(true)
	default: // the answers stay
		spec.PocketBase.RewriteSecret = spec.PocketBase.RewriteSecret || cause == report.CauseInvalidClient
		errand.Answers = nil
	}
	s.reviewErrand(w, r, sess, &p, &spec, cause, errand)
}

// mendPaths corrects the paths of the URLs that the admin entered for
// PocketBase. It keeps their hosts: PocketBase may reach authentik at another
// one than browsers do.
func mendPaths(spec *link.Spec, base string, cause report.CauseID) {
	mend := func(given **string, name string) {
		if *given != nil && **given != "" {
			*given = new(address.MendPath(**given, base+"/application/o/"+name+"/"))
		}
	}
	mend(&spec.PocketBase.UserInfoURL, "userinfo")
	if cause != report.CauseUserInfoURL {
		mend(&spec.PocketBase.AuthURL, "authorize")
		mend(&spec.PocketBase.TokenURL, "token")
	}
}

// reviewErrand shows a plan that fixes only the cause. Without changes it leads to
// the full review.
func (s *Server) reviewErrand(w http.ResponseWriter, r *http.Request, sess *session.Session, p *session.Progress,
	spec *link.Spec, cause report.CauseID, e session.Errand) {
	if open, err := interrupted(s.engine(*p)); err != nil || len(open) > 0 {
		reply.Redirect(w, r, "/review") // only a full plan ends an interrupted apply
		return
	}
	plan, whole, err := s.engine(*p).PlanFix(r.Context(), spec, cause)
	if problems, ok := errors.AsType[report.Problems](err); ok && !inTheWay(problems).Empty() {
		reply.Redirect(w, r, "/settings?from=review") // which asks what to do about it
		return
	}
	if err != nil {
		s.reply.Fail(w, r, sess, err, e.Again)
		return
	}
	sess.Planned(&whole)
	if whole.Empty() && strings.HasPrefix(e.Again, "/fix/") {
		s.nothingToFix(w, r, sess, cause)
		return
	}
	if plan.Empty() {
		reply.Redirect(w, r, "/review")
		return
	}
	shown := sess.Show(&plan, p.Rev)
	shown.Errand = e
	s.review(w, r, sess, p, shown)
}

// nothingToFix writes the page for a cause that no setting can fix.
func (s *Server) nothingToFix(w http.ResponseWriter, r *http.Request, sess *session.Session, cause report.CauseID) {
	known, _ := signin.FindCause(cause)
	s.reply.Problem(w, r, http.StatusConflict, sess, view.ProblemPage{
		Head:    view.Head{Title: say.Of("authpocket cannot fix this")},
		Todo:    known.Todo,
		Summary: say.Of("Both systems already have the settings you chose, so the cause is elsewhere."),
		Actions: []view.Action{{Label: say.Of("Check again"), URL: "/verify"},
			{Label: say.Of("Change the settings"), URL: "/settings"}},
	})
}

// addAddress handles the "GET /signin/address" route: the review of adding
// authpocket's own redirect URI for a test.
func (s *Server) addAddress(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	errand := session.Errand{Again: "/signin/address", Back: "/signin?way=" + session.WayCallback}
	s.reviewAddresses(w, r, sess, &p, errand,
		link.RedirectURI{URL: callbackURL(r), Mode: link.RedirectStrict, Type: link.RedirectAuthorization})
}

// removeAddress handles the "GET /signin/address/remove" route.
func (s *Server) removeAddress(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	s.reviewAddresses(w, r, sess, &p, session.Errand{Again: "/signin/address/remove"})
}

// reviewAddresses plans with the provider's current redirect URIs, without
// authpocket's own, and more ones.
func (s *Server) reviewAddresses(w http.ResponseWriter, r *http.Request, sess *session.Session, p *session.Progress,
	e session.Errand, more ...link.RedirectURI) {
	now, err := s.engine(*p).Desire(r.Context(), &p.Spec)
	if err != nil {
		s.reply.Fail(w, r, sess, err, e.Again)
		return
	}
	own := ownAddresses(&now, &p.Spec)
	list := slices.DeleteFunc(slices.Clone(now.Provider.RedirectURIs), func(u link.RedirectURI) bool {
		return slices.Contains(own, u.URL) || u.Logout() // a plan keeps these anyway
	})
	spec := p.Spec
	spec.Provider.RedirectURIs = append(list, more...)
	s.reviewErrand(w, r, sess, p, &spec, report.CauseRedirectMismatch, e)
}
