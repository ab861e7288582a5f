package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/journal"
)

// continueReceipt handles the "POST /receipts/{id}/continue" route: it takes
// over the receipt's answers and leads to the review of what is left. The
// same makes a link again that was undone or taken apart.
func (s *Server) continueReceipt(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	if !guard(w, r, p, "/settings") {
		return
	}
	found, err := s.receipt(p, chi.URLParam(r, "id"))
	if err != nil {
		s.receiptFault(w, r, sess, err)
		return
	}
	open := found.End == nil
	if open && found.Kind == journal.Undo {
		redirect(w, r, undoPath(found.Of, false))
		return
	}
	// A client secret of one's own is not in the receipt: it is asked again.
	whole := found.Kind == journal.Rotate || len(found.SpecNotKept) == 0
	sess.setSpec(found.Spec, whole)
	switch {
	case !whole:
		redirect(w, r, "/settings")
	case open && found.Kind == journal.Rotate:
		redirect(w, r, "/rotate")
	case open && found.Kind == journal.Remove:
		redirect(w, r, "/remove")
	default:
		redirect(w, r, "/review")
	}
}
