package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/link"
	"authpocket/web/form"
	"authpocket/web/session"
	"authpocket/web/view/proof"
)

// deleteSignIn handles the "POST /signin/{id}/delete" route: it deletes the
// account that the test has made, once its name was typed.
func (s *Server) deleteSignIn(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	run := s.signIns.Of(sess, chi.URLParam(r, "id"))
	if run == nil {
		s.notFound(w, r)
		return
	}
	if err := form.Parse(r); err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	v, p := run.Verdict(), sess.Look()
	switch {
	case v == nil || !v.Made || v.Record == nil:
		redirect(w, r, "/signin/"+run.ID)
		return
	case p.Authentik == nil || p.PocketBase == nil:
		redirect(w, r, p.Missing())
		return
	case !strings.EqualFold(form.Typed(r, "confirm"), proof.AccountName(*v.Record)):
		s.signInPage(w, r, sess, run, http.StatusUnprocessableEntity, "Type "+proof.AccountName(*v.Record)+" to confirm. Nothing was deleted.")
		return
	}
	ctx := context.WithoutCancel(r.Context()) // a browser that leaves takes no deletion back
	if err := s.engine(p).DeleteTestAccount(ctx, run.Desired, run.Started(), *v); err != nil {
		s.logError(r, "deleting a test account", err)
		s.signInPage(w, r, sess, run, http.StatusUnprocessableEntity, link.MessageOf(err).Text(link.OnPage))
		return
	}
	run.AccountDeleted()
	redirect(w, r, "/signin/"+run.ID)
}
