package web

import (
	"errors"
	"net/http"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/form"
	"authpocket/web/view/setup"
)

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
		url: form.Typed(r, "pocketbase.url"), with: form.Typed(r, "pocketbase.with"), email: form.Typed(r, "pocketbase.email"), ca: ca,
		from: from(form.Typed(r, "from")), token: form.TypedSecret(r, "pocketbase.token"),
		plain:    form.Typed(r, "pocketbase.insecure_http") == "yes",
		password: secret.New(r.PostForm.Get("pocketbase.password")), // its blanks may be meant
	}
	if f.with != withPassword {
		f.with = withToken
	}
	return f, err
}

// login tells all that is wrong with the form before anybody is asked. keep
// means that the sign-in with a password that is there goes on.
func (f pocketbaseForm) login(held pocketbaseLogin) (l pocketbaseLogin, keep bool, problems link.Problems) {
	l = pocketbaseLogin{with: f.with, token: f.token, email: f.email, password: f.password, ca: f.ca, plain: f.plain}
	address, problem := link.ParseAddress(link.PB, "PocketBase address", "pocketbase.url", f.url)
	if l.url = address; problem != nil {
		problems = append(problems, *problem)
	}
	if open := link.Unencrypted("pocketbase.url", l.url, "token or password", "tick “"+setup.PlainLogin+"”"); open != nil && !f.plain {
		problems = append(problems, *open)
	}
	if f.with == withPassword {
		keep = held.with == withPassword && held.url == l.url && held.email == l.email && held.ca == l.ca && !l.password.IsSet()
		return l, keep, append(problems, f.passwordProblems(keep)...)
	}
	same := held.token.IsSet() && held.url == l.url
	switch {
	case same && (!l.token.IsSet() || l.token.Equal(held.token)):
		if l.token != held.token {
			l.token.Wipe() // the same once more
		}
		l.token = held.token
	case !l.token.IsSet() && held.token.IsSet() && problem == nil:
		problems.Add("pocketbase.token", "Enter the superuser token of this PocketBase.", "The one that is set belongs to "+held.url+" and is not sent anywhere else.")
	case !l.token.IsSet() && !held.token.IsSet():
		problems.Add("pocketbase.token", "Enter the superuser token.", "Or choose to sign in with e-mail address and password.")
	}
	return l, false, problems
}

func (f pocketbaseForm) passwordProblems(keep bool) (problems link.Problems) {
	if f.email == "" {
		problems.Add("pocketbase.email", "Enter the superuser's e-mail address.", "It is the one that opens PocketBase's dashboard.")
	}
	if !f.password.IsSet() && !keep {
		problems.Add("pocketbase.password", "Enter the superuser's password.", "It is the one that opens PocketBase's dashboard.")
	}
	return problems
}

// heldPocketBase is what an empty field stands for; see heldAuthentik.
func (s *Server) heldPocketBase(p progress) pocketbaseLogin {
	if p.pocketbase != nil {
		return p.pocketbase.login
	}
	return pocketbaseLogin{with: withToken, url: s.cfg.Prefill.PocketBaseURL, token: secret.New(s.cfg.Prefill.PocketBaseToken.Reveal())}
}

// savePocketBase handles the "POST /pocketbase" route.
func (s *Server) savePocketBase(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	if !guard(w, r, p, "/pocketbase") {
		return
	}
	sent, err := parsePocketBase(r)
	if err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	held := s.heldPocketBase(p)
	login, keep, problems := sent.login(held)
	if wrong := s.mistaken(r, sess, link.PB, login.url, true); wrong != nil {
		keep, problems = false, wrong
	}
	if keep && len(problems) == 0 {
		redirect(w, r, p.after("/pocketbase", sent.from))
		return
	}
	if len(problems) == 0 {
		if problems = s.connectPocketBase(w, r, sess, login, sent.from); len(problems) == 0 {
			return
		}
	}
	in := setup.PocketBaseInput{URL: sent.url, With: sent.with, Email: sent.email, CA: sent.ca, From: sent.from, Plain: sent.plain, Problems: problems}
	in.Limited = p.limited()
	in.Held = held.url == login.url && (held.token.IsSet() || p.pocketbase != nil && held.with == sent.with)
	s.render(w, r, http.StatusUnprocessableEntity, setup.PocketBase(setup.NewPocketBase(s.head(sess), in)))
}

// connectPocketBase signs in, or has a one-time password sent where the
// superuser needs one, and sends the browser on. Without problems the answer
// is written.
func (s *Server) connectPocketBase(w http.ResponseWriter, r *http.Request, sess *session, login pocketbaseLogin, came string) link.Problems {
	answer, err := s.toPocketBase(r.Context(), login)
	if f, ok := errors.AsType[*link.Fault](err); ok && f.Kind == link.FaultMFA {
		return s.askForCode(w, r, sess, login, err, came)
	}
	login.password.Wipe()
	if err != nil {
		s.logError(r, "connecting to PocketBase", err)
		return connectionProblems(err, pocketbaseFields()...)
	}
	sess.setPocketBase(answer)
	s.sessions.keep(w, r, sess)
	redirect(w, r, sess.look().after("/pocketbase", came))
	return nil
}

func (s *Server) askForCode(w http.ResponseWriter, r *http.Request, sess *session, login pocketbaseLogin, cause error, came string) link.Problems {
	step, err := s.sendCode(r.Context(), login, cause)
	login.password.Wipe()
	if err != nil {
		s.logError(r, "asking for a one-time password", err)
		return connectionProblems(err, pocketbaseFields()...)
	}
	sess.awaitCode(step)
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
