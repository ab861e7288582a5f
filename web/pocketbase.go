package web

import (
	"errors"
	"net/http"

	"authpocket/internal/link"
	"authpocket/internal/secret"
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

// heldPocketBase returns what an empty field keeps; see heldAuthentik.
func (s *Server) heldPocketBase(p session.Progress) session.Login {
	if p.PocketBase != nil {
		return p.PocketBase.Login
	}
	return session.Login{With: session.WithToken, URL: s.cfg.Prefill.PocketBaseURL,
		Token: secret.New(s.cfg.Prefill.PocketBaseToken.Reveal())}
}

// savePocketBase handles the "POST /pocketbase" route.
func (s *Server) savePocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	sent, err := parseConnect(r, link.PB)
	if err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	held := s.heldPocketBase(p)
	login, keep, problems := sent.login(link.PB, held)
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
	in := setup.PocketBaseInput{URL: sent.URL, With: sent.With, Email: sent.Email, CA: sent.CA, From: sent.from,
		Plain: sent.Plain, Problems: problems, Limited: p.Limited(),
		Held: held.URL == login.URL && (held.Token.IsSet() || p.PocketBase != nil && held.With == sent.With)}
	s.render(w, r, http.StatusUnprocessableEntity, setup.PocketBase(setup.NewPocketBase(s.head(sess), in)))
}

// connectPocketBase signs in, or has a one-time password sent where the
// superuser needs one, and sends the browser on. Without problems the answer
// is written.
func (s *Server) connectPocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session,
	login session.Login, came string) link.Problems {
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
	login session.Login, cause error, came string) link.Problems {
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
