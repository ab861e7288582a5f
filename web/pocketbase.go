package web

import (
	"errors"
	"net/http"

	"authpocket/internal/link"
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
	s.render(w, r, http.StatusOK, setup.PocketBase(setup.NewPocketBase(s.head(sess), in)))
}

// pocketbaseForm is the second connect page as it was sent.
type pocketbaseForm struct {
	url, with, email, ca, from string
	token, password            secret.Text
	plain                      bool // token or password may be sent unencrypted
}

func parsePocketBase(r *http.Request) (pocketbaseForm, error) {
	if err := form.Parse(r); err != nil {
		return pocketbaseForm{}, err
	}
	ca, err := form.Certificate(r, "pocketbase.ca")
	f := pocketbaseForm{
		url: form.Typed(r, "pocketbase.url"), with: form.Typed(r, "pocketbase.with"),
		email: form.Typed(r, "pocketbase.email"), ca: ca,
		from: from(form.Typed(r, "from")), token: form.TypedSecret(r, "pocketbase.token"),
		plain:    form.Typed(r, "pocketbase.insecure_http") == "yes",
		password: secret.New(r.PostForm.Get("pocketbase.password")), // its blanks may be meant
	}
	if f.with != session.WithPassword {
		f.with = session.WithToken
	}
	return f, err
}

// login returns all problems of the form before any request is sent. keep
// means that the sign-in with a password that is there goes on.
func (f pocketbaseForm) login(held session.PocketBaseLogin) (l session.PocketBaseLogin, keep bool,
	problems link.Problems) {
	l = session.PocketBaseLogin{With: f.with, Token: f.token, Email: f.email, Password: f.password, CA: f.ca,
		Plain: f.plain}
	address, problem := link.ParseAddress(link.PB, "PocketBase address", "pocketbase.url", f.url)
	if l.URL = address; problem != nil {
		problems = append(problems, *problem)
	}
	if open := link.Unencrypted("pocketbase.url", l.URL, "token or password", "tick “"+setup.PlainLogin+
		"”"); open != nil && !f.plain {
		problems = append(problems, *open)
	}
	if f.with == session.WithPassword {
		keep = held.With == session.WithPassword && held.URL == l.URL && held.Email == l.Email && held.CA == l.CA &&
			!l.Password.IsSet()
		return l, keep, append(problems, f.passwordProblems(keep)...)
	}
	same := held.Token.IsSet() && held.URL == l.URL
	switch {
	case same && (!l.Token.IsSet() || l.Token.Equal(held.Token)):
		if l.Token != held.Token {
			l.Token.Wipe() // the same once more
		}
		l.Token = held.Token
	case !l.Token.IsSet() && held.Token.IsSet() && problem == nil:
		problems.Add("pocketbase.token", "Enter the superuser token of this PocketBase.",
			"The one that is set belongs to "+held.URL+" and is not sent anywhere else.")
	case !l.Token.IsSet() && !held.Token.IsSet():
		problems.Add("pocketbase.token", "Enter the superuser token.",
			"Or choose to sign in with e-mail address and password.")
	}
	return l, false, problems
}

func (f pocketbaseForm) passwordProblems(keep bool) (problems link.Problems) {
	if f.email == "" {
		problems.Add("pocketbase.email", "Enter the superuser's e-mail address.",
			"It is the one that opens PocketBase's dashboard.")
	}
	if !f.password.IsSet() && !keep {
		problems.Add("pocketbase.password", "Enter the superuser's password.",
			"It is the one that opens PocketBase's dashboard.")
	}
	return problems
}

// heldPocketBase returns what an empty field keeps; see heldAuthentik.
func (s *Server) heldPocketBase(p session.Progress) session.PocketBaseLogin {
	if p.PocketBase != nil {
		return p.PocketBase.Login
	}
	return session.PocketBaseLogin{With: session.WithToken, URL: s.cfg.Prefill.PocketBaseURL,
		Token: secret.New(s.cfg.Prefill.PocketBaseToken.Reveal())}
}

// savePocketBase handles the "POST /pocketbase" route.
func (s *Server) savePocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	sent, err := parsePocketBase(r)
	if err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	held := s.heldPocketBase(p)
	login, keep, problems := sent.login(held)
	if wrong := s.mistaken(r, sess, link.PB, login.URL, true); wrong != nil {
		keep, problems = false, wrong
	}
	if keep && len(problems) == 0 {
		redirect(w, r, p.After("/pocketbase", sent.from))
		return
	}
	if len(problems) == 0 {
		if problems = s.connectPocketBase(w, r, sess, login, sent.from); len(problems) == 0 {
			return
		}
	}
	in := setup.PocketBaseInput{URL: sent.url, With: sent.with, Email: sent.email, CA: sent.ca, From: sent.from,
		Plain: sent.plain, Problems: problems}
	in.Limited = p.Limited()
	in.Held = held.URL == login.URL && (held.Token.IsSet() || p.PocketBase != nil && held.With == sent.with)
	s.render(w, r, http.StatusUnprocessableEntity, setup.PocketBase(setup.NewPocketBase(s.head(sess), in)))
}

// connectPocketBase signs in, or has a one-time password sent where the
// superuser needs one, and sends the browser on. Without problems the answer
// is written.
func (s *Server) connectPocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session,
	login session.PocketBaseLogin, came string) link.Problems {
	answer, err := s.toPocketBase(r.Context(), login)
	if f, ok := errors.AsType[*link.Fault](err); ok && f.Kind == link.FaultMFA {
		return s.askForCode(w, r, sess, login, err, came)
	}
	login.Password.Wipe()
	if err != nil {
		s.logError(r, "connecting to PocketBase", err)
		return connectionProblems(err, pocketbaseFields()...)
	}
	sess.SetPocketBase(answer)
	s.sessions.Keep(w, r, sess)
	redirect(w, r, sess.Look().After("/pocketbase", came))
	return nil
}

func (s *Server) askForCode(w http.ResponseWriter, r *http.Request, sess *session.Session,
	login session.PocketBaseLogin, cause error, came string) link.Problems {
	step, err := s.sendCode(r.Context(), login, cause)
	login.Password.Wipe()
	if err != nil {
		s.logError(r, "asking for a one-time password", err)
		return connectionProblems(err, pocketbaseFields()...)
	}
	sess.AwaitCode(step)
	redirect(w, r, withFrom("/pocketbase/code", came))
	return nil
}

func pocketbaseFields() []string {
	return []string{"pocketbase.url", "pocketbase.token", "pocketbase.email", "pocketbase.password", "pocketbase.ca"}
}

func withFrom(path, from string) string {
	if from == "" {
		return path
	}
	return path + "?from=" + from
}
