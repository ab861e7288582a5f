package web

import (
	"context"
	"errors"
	"net/http"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/web/session"
	"authpocket/web/view"
)

// planner makes a plan for a link that stands.
type planner func(context.Context, *engine.Engine, link.Spec) (link.Plan, error)

// showRotation handles the "GET /rotate" route: the review of a new client
// secret.
func (s *Server) showRotation(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.showLater(w, r, sess, func(ctx context.Context, e *engine.Engine, spec link.Spec) (link.Plan, error) {
		return e.Rotation(ctx, spec)
	})
}

// showRemoval handles the "GET /remove" route: the review of taking the link
// apart.
func (s *Server) showRemoval(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.showLater(w, r, sess, func(ctx context.Context, e *engine.Engine, spec link.Spec) (link.Plan, error) {
		return e.Removal(ctx, spec)
	})
}

// showRotationBack handles the "GET /rotate/back" route: the review of giving
// both sides the client secret that the last change of it has replaced. It is
// known in this session only.
func (s *Server) showRotationBack(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	before := sess.ReplacedSecret()
	if !before.IsSet() {
		redirect(w, r, "/rotate")
		return
	}
	s.showLater(w, r, sess, func(ctx context.Context, e *engine.Engine, spec link.Spec) (link.Plan, error) {
		return e.RotationTo(ctx, spec, before)
	})
}

// showLater writes the review of a plan for the link that the session's
// answers describe.
func (s *Server) showLater(w http.ResponseWriter, r *http.Request, sess *session.Session, make planner) {
	p := sess.Look()
	if !guard(w, r, p, "/review") {
		return
	}
	plan, err := make(r.Context(), s.engine(p), p.Spec)
	if problems, ok := errors.AsType[link.Problems](err); ok {
		s.laterProblems(w, r, sess, problems)
		return
	}
	if err != nil {
		s.fail(w, r, sess, err, r.URL.Path)
		return
	}
	s.review(w, r, sess, p, sess.Show(plan, p.Rev))
}

func (s *Server) laterProblems(w http.ResponseWriter, r *http.Request, sess *session.Session, problems link.Problems) {
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "The link is not there as the settings describe it. Nothing was written.",
		Actions: []view.Action{{Label: "Change the settings", URL: "/settings"}, {Label: "Go to the review", URL: "/review"}},
	}
	page.Head.Title = "There is no plan yet"
	if problems[0].Field == "pocketbase.slot" {
		page.Summary, page.Actions = "PocketBase would lose something else by it. Nothing was written.", page.Actions[1:]
	}
	for _, one := range problems {
		page.List = append(page.List, view.Sentence(one))
	}
	s.problem(w, r, http.StatusConflict, page)
}
