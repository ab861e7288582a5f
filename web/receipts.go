package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/say"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// showReceipts handles the "GET /receipts" route: what was done to the link
// between the two connected systems, the newest first.
func (s *Server) showReceipts(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	past, err := s.engine(p).History()
	if err != nil {
		s.reply.Fail(w, r, sess, err, "/receipts")
		return
	}
	if past == nil {
		s.noReceipts(w, r, sess)
		return
	}
	in := changes.ReceiptsInput{Dir: past.Dir, Back: p.Latest(), Now: time.Now(), Others: past.Others,
		Aside: past.Aside}
	for _, one := range past.Receipts {
		if one.Restores { // it is in the line of the rotation that it took back
			continue
		}
		in.List = append(in.List, shortReceipt(&one))
	}
	s.reply.Page(w, r, http.StatusOK, changes.Receipts(changes.NewReceipts(s.reply.Head(sess), in)))
}

// showReceipt handles the "GET /receipts/{id}" route.
func (s *Server) showReceipt(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	found, err := s.engine(p).Receipt(chi.URLParam(r, "id"))
	if err != nil {
		s.receiptFault(w, r, sess, err)
		return
	}
	s.reply.Page(w, r, http.StatusOK,
		changes.ReceiptView(changes.NewReceipt(s.reply.Head(sess), wholeReceipt(&found))))
}

func (s *Server) noReceipts(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.reply.Problem(w, r, http.StatusNotFound, sess, view.ProblemPage{
		Head:    view.Head{Title: say.Of("Receipts are turned off")},
		Summary: say.Of("authpocket was started without a directory for receipts, so it has no history."),
		Todo:    say.Of("The review always shows the current state of both systems."),
		Actions: []view.Action{{Label: say.Of("Go to the review"), URL: "/review"}},
	})
}

// receiptFault writes the page for a receipt that does not exist, belongs to
// another link or cannot be read.
func (s *Server) receiptFault(w http.ResponseWriter, r *http.Request, sess *session.Session, err error) {
	if !errors.Is(err, engine.ErrNoReceipt) {
		s.reply.Fail(w, r, sess, err, "/receipts")
		return
	}
	s.reply.Problem(w, r, http.StatusNotFound, sess, view.ProblemPage{
		Head:    view.Head{Title: say.Of("Receipt not found")},
		Summary: say.Of("The link between the two connected systems has no receipt with this ID."),
		Todo:    say.Of("If it belongs to other systems, connect those first."),
		Actions: []view.Action{{Label: say.Of("View history"), URL: "/receipts"}},
	})
}

// continueReceipt handles the "POST /receipts/{id}/continue" route: it takes
// over the receipt's answers and leads to the review of what is left. It also
// recreates a link that was undone or removed.
func (s *Server) continueReceipt(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	found, err := s.engine(p).Receipt(chi.URLParam(r, "id"))
	if err != nil {
		s.receiptFault(w, r, sess, err)
		return
	}
	open := found.End == nil
	if open && found.Kind == engine.ReceiptUndo {
		reply.Redirect(w, r, session.UndoPath(found.Of, false))
		return
	}
	// A client secret of one's own is not in the receipt: it is asked again.
	whole := found.Kind == engine.ReceiptRotate || len(found.SpecNotKept) == 0
	sess.SetSpec(&found.Spec, whole)
	switch {
	case !whole:
		reply.Redirect(w, r, "/settings")
	case open && found.Kind == engine.ReceiptRotate:
		reply.Redirect(w, r, "/rotate")
	case open && found.Kind == engine.ReceiptRemove:
		reply.Redirect(w, r, "/remove")
	default:
		reply.Redirect(w, r, "/review")
	}
}

// interrupted returns the unfinished applies to this link that are not running,
// newest first.
func interrupted(e *engine.Engine) ([]changes.Receipt, error) {
	list, err := e.Interrupted()
	var open []changes.Receipt
	for _, one := range list {
		if one.Kind != engine.ReceiptSignOut { // the next sign-out has whoever is left
			open = append(open, wholeReceipt(&one))
		}
	}
	return open, err
}

// shortReceipt returns a receipt without its changes.
func shortReceipt(one *engine.Past) changes.Receipt {
	return changes.Receipt{
		ID: one.ID, When: one.When, Kind: string(one.Kind), Outcome: string(one.Outcome), Running: one.Running,
		Of: one.Of, Count: one.Changes, Done: one.Done, TakenBack: one.TakenBack, Restores: one.Restores,
		Program: one.Program,
		Slug:    one.Slug, Collection: one.Collection, Did: one.Did, Created: one.Created,
	}
}

// wholeReceipt returns a receipt with its changes.
func wholeReceipt(r *engine.WholePast) changes.Receipt {
	v := shortReceipt(&r.Past)
	var written []link.Change
	for _, c := range r.Changes {
		change := changes.ReceiptChange{Change: c.Change, State: string(c.State())}
		if n := len(c.Steps); n > 0 {
			last := c.Steps[n-1]
			change.Summary, change.Todo, change.Detail = last.Summary, last.Todo, last.Detail
		}
		v.Changes = append(v.Changes, change)
		if change.State == "done" {
			written = append(written, c.Change)
		}
	}
	v.Changed = words.DidChange(written)
	return v
}
