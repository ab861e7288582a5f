package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/engine"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// showReceipts handles the "GET /receipts" route: what was done to the link
// between the two connected systems, the newest first.
func (s *Server) showReceipts(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if !guard(w, r, p, "/settings") {
		return
	}
	past, err := s.engine(p).History()
	if err != nil {
		s.fail(w, r, sess, err, "/receipts")
		return
	}
	if past == nil {
		s.noReceipts(w, r, sess)
		return
	}
	in := changes.ReceiptsInput{Dir: past.Dir, Back: p.Latest(), Now: time.Now(), Others: past.Others, Aside: past.Aside}
	for _, one := range past.Receipts {
		in.List = append(in.List, shortReceipt(one))
	}
	s.render(w, r, http.StatusOK, changes.Receipts(changes.NewReceipts(s.head(sess), in)))
}

// showReceipt handles the "GET /receipts/{id}" route.
func (s *Server) showReceipt(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if !guard(w, r, p, "/settings") {
		return
	}
	found, err := s.engine(p).Receipt(chi.URLParam(r, "id"))
	if err != nil {
		s.receiptFault(w, r, sess, err)
		return
	}
	s.render(w, r, http.StatusOK, changes.ReceiptView(changes.NewReceipt(s.head(sess), wholeReceipt(found))))
}

func (s *Server) noReceipts(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "This authpocket was started without a directory for them, so it does not know what was done before.",
		Todo: "The review always shows what both systems hold now.", Actions: []view.Action{{Label: "Go to the review", URL: "/review"}},
	}
	page.Head.Title = "No receipts are kept"
	s.problem(w, r, http.StatusNotFound, page)
}

// receiptFault is for a receipt that is not there, or not of this link, or
// that cannot be read.
func (s *Server) receiptFault(w http.ResponseWriter, r *http.Request, sess *session.Session, err error) {
	if !errors.Is(err, engine.ErrNoReceipt) {
		s.fail(w, r, sess, err, "/receipts")
		return
	}
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "The link between the two systems that are connected has no receipt with this id.",
		Todo: "If it is of other systems, connect those first.", Actions: []view.Action{{Label: "See the receipts of this link", URL: "/receipts"}},
	}
	page.Head.Title = "There is no such receipt"
	s.problem(w, r, http.StatusNotFound, page)
}
