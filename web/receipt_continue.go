package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/engine"
	"authpocket/web/session"
)

// continueReceipt handles the "POST /receipts/{id}/continue" route: it takes
// over the receipt's answers and leads to the review of what is left. The
// same makes a link again that was undone or taken apart.
func (s *Server) continueReceipt(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if !guard(w, r, p, "/settings") {
		return
	}
	found, err := s.engine(p).Receipt(chi.URLParam(r, "id"))
	if err != nil {
		s.receiptFault(w, r, sess, err)
		return
	}
	open := found.End == nil
	if open && found.Kind == engine.ReceiptUndo {
		redirect(w, r, session.UndoPath(found.Of, false))
		return
	}
	// A client secret of one's own is not in the receipt: it is asked again.
	whole := found.Kind == engine.ReceiptRotate || len(found.SpecNotKept) == 0
	sess.SetSpec(found.Spec, whole)
	switch {
	case !whole:
		redirect(w, r, "/settings")
	case open && found.Kind == engine.ReceiptRotate:
		redirect(w, r, "/rotate")
	case open && found.Kind == engine.ReceiptRemove:
		redirect(w, r, "/remove")
	default:
		redirect(w, r, "/review")
	}
}
