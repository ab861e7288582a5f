package web

import (
	"net/http"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/form"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// codePage asks for the one-time password.
const codePage = "/pocketbase/code"

// showCode handles the "GET /pocketbase/code" route.
func (s *Server) showCode(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if p.Second == nil {
		redirect(w, r, p.Missing())
		return
	}
	var problems report.Problems
	if d := sess.Draft(codePage); d != nil {
		problems = d.Problems
	}
	page := setup.NewCode(s.head(sess), p.Second.Login.Email, from(r.URL.Query().Get("from")), problems)
	s.render(w, r, http.StatusOK, setup.Code(page))
}

// saveCode handles the "POST /pocketbase/code" route: the one-time password,
// or the wish for another one.
func (s *Server) saveCode(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if p.Second == nil {
		redirect(w, r, p.Missing())
		return
	}
	if err := form.Parse(r); err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	came := from(form.Typed(r, "from"))
	if r.PostForm.Has("again") {
		s.sendAnother(w, r, sess, *p.Second, came)
		return
	}
	if problems := s.finishCode(w, r, sess, *p.Second, came); len(problems) > 0 {
		s.refuse(w, r, sess, codePage, came, session.Draft{Problems: problems})
	}
}

// finishCode signs in with the code. Without problems the answer is written.
func (s *Server) finishCode(w http.ResponseWriter, r *http.Request, sess *session.Session, step session.CodeStep,
	came string) report.Problems {
	code := form.TypedSecret(r, "pocketbase.otp")
	if !code.IsSet() {
		return report.Problems{{Field: "pocketbase.otp", Summary: say.Of("Enter the one-time password."),
			Todo: say.Of("PocketBase has sent it by e-mail.")}}
	}
	answer, err := s.withCode(r.Context(), step, code)
	code.Wipe()
	if err != nil {
		s.logRefused(r, "signing in with a one-time password", err)
		return connectionProblems(err, "pocketbase.otp")
	}
	sess.SetPocketBase(answer)
	redirect(w, r, sess.Look().After("/pocketbase", came))
	return nil
}

func (s *Server) sendAnother(w http.ResponseWriter, r *http.Request, sess *session.Session, step session.CodeStep,
	came string) {
	next, err := s.sendCode(r.Context(), step.Login, nil)
	if err != nil {
		s.logRefused(r, "asking for a one-time password", err)
		s.refuse(w, r, sess, codePage, came, session.Draft{Problems: connectionProblems(err)})
		return
	}
	next.Code.MFAID = step.Code.MFAID
	sess.AwaitCode(next)
	sess.DropDraft()
	redirect(w, r, withFrom(codePage, came))
}
