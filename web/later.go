package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// showUndo handles the "GET /receipts/{id}/undo" route: the review of a plan
// that undoes a receipt. With force it discards later changes too.
func (s *Server) showUndo(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	e := s.engine(p)
	found, err := e.Receipt(chi.URLParam(r, "id"))
	if err != nil {
		s.receiptFault(w, r, sess, err)
		return
	}
	id, kind := found.ID, found.Kind
	if kind != engine.ReceiptApply && kind != engine.ReceiptRemove || found.TakenBack {
		reply.Redirect(w, r, "/receipts/"+id) // that page says why
		return
	}
	force := r.URL.Query().Has("force")
	plan, err := e.Undo(r.Context(), id, force)
	if problems, ok := errors.AsType[report.Problems](err); ok {
		later := ""
		if newest, err := e.Newest(&found.Spec); err == nil && newest != id {
			later = newest
		}
		s.undoConflicts(w, r, sess, id, later, force, problems)
		return
	}
	if err != nil {
		s.reply.Fail(w, r, sess, err, session.UndoPath(id, force))
		return
	}
	s.review(w, r, sess, &p, sess.Show(&plan, p.Rev))
}

// undoConflicts lists the later changes and lets the admin decide. later is the
// id of a later receipt, empty for none.
func (s *Server) undoConflicts(w http.ResponseWriter, r *http.Request, sess *session.Session, id, later string,
	force bool, problems report.Problems) {
	page := view.ProblemPage{
		Head:    view.Head{Title: say.Of("Something has changed since then")},
		Summary: say.Of("The objects in the receipt have changed since then. Nothing was written."),
		Todo:    say.Of("Undo anyway to discard these changes too. You review all changes first."),
		Actions: []view.Action{{Label: say.Of("Undo anyway"), URL: session.UndoPath(id, true)},
			{Label: say.Of("Cancel"), URL: "/receipts/" + id}},
	}
	if later != "" {
		page.Todo = say.Of("This link has a later receipt. Undo that one first, or undo this one anyway to discard " +
			"the later changes too.")
		first := view.Action{Label: say.Of("Undo the later receipt first"), URL: session.UndoPath(later, false)}
		page.Actions = append([]view.Action{first}, page.Actions...)
	}
	switch problems[0].Field {
	case "access":
		page.Head.Title, page.Summary = say.Of("Some of it cannot be restored"),
			say.Of("authpocket cannot recreate some of what was removed. Nothing was written.")
		page.Todo = say.Of("Undo anyway to restore the rest. You review all changes first.")
	case onlyWayField:
		page.Head.Title, page.Summary = say.Of("authentik is the only way in"),
			say.Of("Without the link nobody could sign in to the collection. Nothing was written.")
		page.Todo = say.Of("Turn passwords on first. Or undo anyway to close the collection. You review all changes " +
			"first.")
		page.Actions = append([]view.Action{{Label: say.Of("Turn passwords on"), URL: "/settings"}}, page.Actions...)
	case "application.slug", "pocketbase.slot":
		page.Head.Title, page.Summary = say.Of("This cannot be undone here"),
			say.Of("Undoing it would delete something else. Nothing was written.")
		page.Todo, page.Actions = problems[0].Message().Advice(report.OnPage), page.Actions[len(page.Actions)-1:]
		force = false
	}
	if force {
		page.Head.Title, page.Summary = say.Of("This cannot be undone"),
			say.Of("The object to restore is gone or in use. Nothing was written.")
		page.Todo, page.Actions = say.Text{}, page.Actions[len(page.Actions)-1:]
	}
	for _, one := range problems {
		line := one.Summary
		if force {
			line = view.Sentence(one)
		}
		page.List = append(page.List, line)
	}
	s.reply.Problem(w, r, http.StatusConflict, sess, page)
}

// planner makes a plan for an existing link.
type planner func(*engine.Engine, context.Context, link.Spec) (link.Plan, error)

// showRotationBack handles the "GET /rotate/back" route: the review of restoring
// the client secret from before the last rotation. Only this session knows it.
func (s *Server) showRotationBack(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	before := sess.ReplacedSecret()
	if !before.IsSet() {
		reply.Redirect(w, r, "/rotate")
		return
	}
	s.after("/review", s.showLater(func(e *engine.Engine, ctx context.Context, spec link.Spec) (link.Plan, error) {
		return e.RotationBack(ctx, &spec, before)
	}))(w, r)
}

// showLater returns the handler of the routes "GET /rotate", "GET /remove" and "GET /people/sign-out": the review of a
// plan for the session's link.
func (s *Server) showLater(make planner) func(http.ResponseWriter, *http.Request, *session.Session,
	session.Progress) {
	return func(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
		plan, err := make(s.engine(p), r.Context(), p.Spec)
		if s.noLink(w, r, sess, err) {
			return
		}
		if err != nil {
			s.reply.Fail(w, r, sess, err, r.URL.RequestURI())
			return
		}
		shown := sess.Show(&plan, p.Rev)
		if shown.Again = r.URL.Path; r.URL.Query().Has("force") {
			shown.Again += "?force"
		}
		s.review(w, r, sess, &p, shown)
	}
}

// showRemoval handles the "GET /remove" route. With force the link is removed even if nobody can sign in without it.
func (s *Server) showRemoval(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	planned := (*engine.Engine).Removal
	if r.URL.Query().Has("force") {
		planned = (*engine.Engine).ForcedRemoval
	}
	s.showLater(planned)(w, r, sess, p)
}

// noLink writes the page for problems of a link that cannot be changed, and reports whether err is such.
func (s *Server) noLink(w http.ResponseWriter, r *http.Request, sess *session.Session, err error) bool {
	problems, ok := errors.AsType[report.Problems](err)
	if ok {
		if problems.NoLink() {
			sess.Found(false)
		}
		s.laterProblems(w, r, sess, problems)
	}
	return ok
}

func (s *Server) laterProblems(w http.ResponseWriter, r *http.Request, sess *session.Session,
	problems report.Problems) {
	page := view.ProblemPage{
		Head:    view.Head{Title: say.Of("No changes to review yet")},
		Summary: say.Of("No link exists with these settings. Nothing was written."), List: view.Sentences(problems),
		Actions: []view.Action{{Label: say.Of("Change the settings"), URL: "/settings"},
			{Label: say.Of("Go to the review"), URL: "/review"}},
	}
	if !problems.NoLink() {
		page.Summary = reply.ReviewChanged()
	}
	if problems[0].Field == onlyWayField {
		page.Head.Title, page.Summary = say.Of("authentik is the only way in"),
			say.Of("Without the link nobody could sign in to the collection. Nothing was written.")
		page.Actions = []view.Action{{Label: say.Of("Turn passwords on"), URL: "/settings"},
			{Label: report.RunRemove.Label(), URL: "/remove?force=yes"}}
	}
	if problems[0].Field == "pocketbase.slot" {
		page.Summary, page.Actions = say.Of("This would delete something else in PocketBase. Nothing was written."),
			page.Actions[1:]
	}
	s.reply.Problem(w, r, http.StatusConflict, sess, page)
}

// showPeople handles the "GET /people" route: the accounts of people who can no longer sign in. It compares them again
// each time.
func (s *Server) showPeople(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	found, err := s.engine(p).People(r.Context(), &p.Spec)
	if s.noLink(w, r, sess, err) {
		return
	}
	if err != nil {
		s.reply.Fail(w, r, sess, err, "/people")
		return
	}
	s.reply.Page(w, r, http.StatusOK, changes.People(changes.NewPeople(s.reply.Head(sess), found)))
}
