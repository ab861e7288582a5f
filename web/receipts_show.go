package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/journal"
	"authpocket/web/view"
)

// showReceipts handles the "GET /receipts" route: what was done to the link
// between the two connected systems, the newest first.
func (s *Server) showReceipts(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	if !guard(w, r, p, "/settings") {
		return
	}
	if s.cfg.Receipts == nil {
		s.noReceipts(w, r, sess)
		return
	}
	list, aside, err := s.cfg.Receipts.List()
	if err != nil {
		s.fail(w, r, sess, err, "/receipts")
		return
	}
	in := view.ReceiptsInput{Dir: s.cfg.Receipts.Dir(), Back: p.latest(), Now: time.Now()}
	for _, one := range list {
		if one.Key() != p.key() {
			in.Others++
			continue
		}
		in.List = append(in.List, shortReceipt(one, list))
	}
	for _, a := range aside {
		in.Aside = append(in.Aside, a.Reason)
	}
	s.render(w, r, http.StatusOK, view.Receipts(view.NewReceipts(s.head(sess), in)))
}

// showReceipt handles the "GET /receipts/{id}" route.
func (s *Server) showReceipt(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	if !guard(w, r, p, "/settings") {
		return
	}
	found, err := s.receipt(p, chi.URLParam(r, "id"))
	if err != nil {
		s.receiptFault(w, r, sess, err)
		return
	}
	list, _, err := s.cfg.Receipts.List()
	if err != nil {
		s.fail(w, r, sess, err, r.URL.Path)
		return
	}
	i := slices.IndexFunc(list, func(one journal.Summary) bool { return one.ID == found.ID })
	if i < 0 { // set aside in between
		s.receiptFault(w, r, sess, journal.ErrNotFound)
		return
	}
	s.render(w, r, http.StatusOK, view.ReceiptView(view.NewReceipt(s.head(sess), wholeReceipt(found, list[i], list))))
}

func (s *Server) noReceipts(w http.ResponseWriter, r *http.Request, sess *session) {
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "This authpocket was started without a directory for them, so it does not know what was done before.",
		Todo: "The review always shows what both systems hold now.", Actions: []view.Action{{Label: "Go to the review", URL: "/review"}},
	}
	page.Head.Title = "No receipts are kept"
	s.problem(w, r, http.StatusNotFound, page)
}

// receiptFault is for a receipt that is not there, or not of this link, or
// that cannot be read.
func (s *Server) receiptFault(w http.ResponseWriter, r *http.Request, sess *session, err error) {
	if !errors.Is(err, journal.ErrNotFound) {
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
