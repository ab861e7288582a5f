package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/link"
	"authpocket/web/form"
	"authpocket/web/view/proof"
)

// deleteSignIn handles the "POST /signin/{id}/delete" route: it deletes the
// account that the test has made, once its name was typed.
func (s *Server) deleteSignIn(w http.ResponseWriter, r *http.Request, sess *session) {
	run := s.signIns.of(sess, chi.URLParam(r, "id"))
	if run == nil {
		s.notFound(w, r)
		return
	}
	if err := form.Parse(r); err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	v, p := run.verdict(), sess.look()
	switch {
	case v == nil || !v.Made || v.Record == nil:
		redirect(w, r, "/signin/"+run.id)
		return
	case p.authentik == nil || p.pocketbase == nil:
		redirect(w, r, p.missing())
		return
	case !strings.EqualFold(form.Typed(r, "confirm"), proof.AccountName(*v.Record)):
		s.signInPage(w, r, sess, run, http.StatusUnprocessableEntity, "Type "+proof.AccountName(*v.Record)+" to confirm. Nothing was deleted.")
		return
	}
	ctx := context.WithoutCancel(r.Context()) // a browser that leaves takes no deletion back
	if err := s.engine(p).DeleteTestAccount(ctx, run.desired, run.started(), *v); err != nil {
		s.logError(r, "deleting a test account", err)
		s.signInPage(w, r, sess, run, http.StatusUnprocessableEntity, link.MessageOf(err).Text(link.OnPage))
		return
	}
	run.accountDeleted()
	redirect(w, r, "/signin/"+run.id)
}
