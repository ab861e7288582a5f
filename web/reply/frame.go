package reply

import (
	"authpocket/internal/say"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// Head returns the frame of a page in this session.
func (wr *Writer) Head(sess *session.Session) view.Head {
	p := sess.Look()
	h := view.Head{Note: wr.Note, Assets: wr.Assets, Held: p.Authentik != nil || p.PocketBase != nil}
	h.Receipts = wr.Receipts && p.Authentik != nil && p.PocketBase != nil
	h.Ends = view.Ends{Shown: true, Joined: p.Live}
	if p.Settled != nil {
		h.Ends.Authentik, h.Ends.PocketBase = view.NewEnd(p.Settled.AuthentikURL, say.Text{}),
			view.NewEnd(p.Settled.PocketBaseURL, say.Text{})
	}
	if p.Authentik != nil {
		h.Ends.Authentik = view.NewEnd(p.Authentik.Login.URL, p.Authentik.Found())
	}
	if p.PocketBase != nil {
		h.Ends.PocketBase = view.NewEnd(p.PocketBase.Login.URL, p.PocketBase.Found())
	}
	h.Ends.Checked = p.Live && p.Verify.Proven()
	h.Ends.Proved = p.Live && !wr.SignIns.SignedIn(sess).At.IsZero() && !doubted(p.Verify.Input())
	return h
}

// doubted reports whether checks that ended say that sign-in may not work, or could not be asked.
func doubted(in proof.VerifyInput) bool {
	return in.Ended && !in.Checks.Good()
}
