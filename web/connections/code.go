package connections

import (
	"net/http"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/form"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// codePage asks for the one-time password.
const codePage = "/pocketbase/code"

// ShowCode handles the "GET /pocketbase/code" route.
func (h *Handlers) ShowCode(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if p.Second == nil {
		reply.Redirect(w, r, p.Missing())
		return
	}
	var problems report.Problems
	if d := sess.Draft(codePage); d != nil {
		problems = d.Problems
	}
	page := setup.NewCode(h.Reply.Head(sess), p.Second.Login.Email, reply.From(r.URL.Query().Get("from")), problems)
	h.Reply.Page(w, r, http.StatusOK, setup.Code(page))
}

// SaveCode handles the "POST /pocketbase/code" route: the one-time password,
// or the wish for another one.
func (h *Handlers) SaveCode(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if p.Second == nil {
		reply.Redirect(w, r, p.Missing())
		return
	}
	if err := form.Parse(r); err != nil {
		h.Reply.BadForm(w, r, sess, err)
		return
	}
	came := reply.From(form.Typed(r, "from"))
	if r.PostForm.Has("again") {
		h.sendAnother(w, r, sess, *p.Second, came)
		return
	}
	if problems := h.finishCode(w, r, sess, *p.Second, came); len(problems) > 0 {
		h.Reply.Refuse(w, r, sess, codePage, came, session.Draft{Problems: problems})
	}
}

// finishCode signs in with the code. Without problems the answer is written.
func (h *Handlers) finishCode(w http.ResponseWriter, r *http.Request, sess *session.Session, step session.CodeStep,
	came string) report.Problems {
	code := form.TypedSecret(r, "pocketbase.otp")
	if !code.IsSet() {
		return report.Problems{{Field: "pocketbase.otp", Summary: say.Of("Enter the one-time password."),
			Todo: say.Of("PocketBase has sent it by e-mail.")}}
	}
	answer, err := h.withCode(r.Context(), step, code)
	code.Wipe()
	if err != nil {
		h.logRefused(r, "signing in with a one-time password", err)
		return reply.ConnectionProblems(err, "pocketbase.otp")
	}
	sess.SetPocketBase(answer)
	reply.Redirect(w, r, new(sess.Look()).After("/pocketbase", came))
	return nil
}

func (h *Handlers) sendAnother(w http.ResponseWriter, r *http.Request, sess *session.Session, step session.CodeStep,
	came string) {
	next, err := h.sendCode(r.Context(), step.Login, nil)
	if err != nil {
		h.logRefused(r, "asking for a one-time password", err)
		h.Reply.Refuse(w, r, sess, codePage, came, session.Draft{Problems: reply.ConnectionProblems(err)})
		return
	}
	next.Code.MFAID = step.Code.MFAID
	sess.AwaitCode(next)
	sess.DropDraft()
	reply.Redirect(w, r, reply.WithFrom(codePage, came))
}
