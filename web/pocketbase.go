package web

import (
	"errors"
	"net/http"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/form"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// showPocketBase handles the "GET /pocketbase" route.
func (s *Server) showPocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	in := setup.PocketBaseInput{URL: s.cfg.Prefill.PocketBaseURL, CA: s.cfg.Prefill.CA,
		Held: s.cfg.Prefill.PocketBaseToken.IsSet(), From: from(r.URL.Query().Get("from")), Limited: p.Limited()}
	switch {
	case p.PocketBase != nil:
		l := p.PocketBase.Login
		in.URL, in.With, in.Email, in.CA, in.Held, in.Plain = l.URL, l.With, l.Email, l.CA, true, l.Plain
	case p.Second != nil:
		l := p.Second.Login
		in.URL, in.With, in.Email, in.CA, in.Held, in.Plain = l.URL, l.With, l.Email, l.CA, false, l.Plain
	}
	if d := sess.Draft("/pocketbase"); d != nil {
		typed := func(key string) string { return d.Values.Get("pocketbase." + key) }
		in.Held = in.Held && sameAddress(typed("url"), in.URL) && in.With == typed("with") &&
			!blamed(d.Problems, "pocketbase.token") && !blamed(d.Problems, "pocketbase.password")
		in.URL, in.With, in.Email, in.CA = typed("url"), typed("with"), typed("email"), typed("ca")
		in.Plain, in.Problems = d.Values.Has("pocketbase.insecure_http"), d.Problems
	}
	token := sess.Held("pocketbase.token")
	in.Foreign = foreignToken(report.PB, token)
	in.Typed = token.IsSet() && !in.Foreign
	in.TypedPassword = sess.Held("pocketbase.password").IsSet()
	s.render(w, r, http.StatusOK, setup.PocketBase(setup.NewPocketBase(s.head(sess), in)))
}

// heldPocketBase returns what an empty field keeps; see heldAuthentik.
func (s *Server) heldPocketBase(p *session.Progress) session.Login {
	if p.PocketBase != nil {
		return p.PocketBase.Login
	}
	return session.Login{With: session.WithToken, URL: s.cfg.Prefill.PocketBaseURL,
		Token: secret.New(s.cfg.Prefill.PocketBaseToken.Reveal())}
}

// savePocketBase handles the "POST /pocketbase" route.
func (s *Server) savePocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	sent, err := parseConnect(r, report.PB)
	if err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	if sent.move {
		s.moveToken(w, r, sess, report.PB, report.Authentik, sent)
		return
	}
	sent.takeHeld(sess, report.PB)
	login, keep, problems := sent.login(report.PB, s.heldPocketBase(&p))
	if wrong := s.mistaken(r, sess, report.PB, login.URL, true); wrong != nil {
		keep, problems = false, wrong
	}
	if sent.With == session.WithToken && foreignToken(report.PB, sent.Token) {
		problems = append(problems, foreignProblem(report.PB))
	}
	if keep && len(problems) == 0 {
		sess.DropDraft()
		redirect(w, r, p.After("/pocketbase", sent.from))
		return
	}
	if len(problems) == 0 {
		if problems = s.connectPocketBase(w, r, sess, login, sent.from); len(problems) == 0 {
			return
		}
	}
	s.refuseConnect(w, r, sess, report.PB, sent, problems)
}

// connectPocketBase signs in, or has a one-time password sent where the
// superuser needs one, and sends the browser on. Without problems the answer
// is written.
func (s *Server) connectPocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session,
	login session.Login, came string) report.Problems {
	answer, err := s.toPocketBase(r.Context(), login)
	if f, ok := errors.AsType[*report.Fault](err); ok && f.Kind == report.FaultMFA {
		return s.askForCode(w, r, sess, login, err, came)
	}
	if err != nil {
		s.logRefused(r, "connecting to PocketBase", err)
		return connectionProblems(err, pocketbaseFields()...)
	}
	accepted(sess, report.PB, login)
	login.Password.Wipe()
	sess.SetPocketBase(answer)
	s.sessions.Keep(w, r, sess)
	redirect(w, r, new(sess.Look()).After("/pocketbase", came))
	return nil
}

func (s *Server) askForCode(w http.ResponseWriter, r *http.Request, sess *session.Session,
	login session.Login, cause error, came string) report.Problems {
	step, err := s.sendCode(r.Context(), login, cause)
	if err != nil {
		s.logRefused(r, "asking for a one-time password", err)
		return connectionProblems(err, pocketbaseFields()...)
	}
	accepted(sess, report.PB, login)
	login.Password.Wipe()
	sess.AwaitCode(step)
	sess.DropDraft()
	redirect(w, r, withFrom(codePage, came))
	return nil
}

func pocketbaseFields() []string {
	return []string{"pocketbase.url", "pocketbase.token", "pocketbase.email", "pocketbase.password", "pocketbase.ca"}
}

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
	redirect(w, r, new(sess.Look()).After("/pocketbase", came))
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
