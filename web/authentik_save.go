package web

import (
	"net/http"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/form"
	"authpocket/web/view/setup"
)

// authentikForm is the first connect page as it was sent.
type authentikForm struct {
	url, ca, from string
	token         secret.Text
	plain         bool // the token may be sent unencrypted
}

func parseAuthentik(r *http.Request) (authentikForm, error) {
	if err := form.Parse(r); err != nil {
		return authentikForm{}, err
	}
	ca, err := form.Certificate(r, "authentik.ca")
	return authentikForm{
		url: form.Typed(r, "authentik.url"), ca: ca, from: from(form.Typed(r, "from")), token: form.TypedSecret(r, "authentik.token"),
		plain: form.Typed(r, "authentik.insecure_http") == "yes",
	}, err
}

// login tells all that is wrong with the form before anybody is asked. An
// empty token means the one that is held for the same address.
func (f authentikForm) login(held authentikLogin) (authentikLogin, link.Problems) {
	var problems link.Problems
	l := authentikLogin{token: f.token, ca: f.ca, plain: f.plain}
	address, problem := link.ParseAddress(link.Authentik, "authentik address", "authentik.url", f.url)
	if l.url = address; problem != nil {
		problems = append(problems, *problem)
	}
	if open := link.Unencrypted("authentik.url", l.url, "token", "tick “"+setup.PlainToken+"”"); open != nil && !f.plain {
		problems = append(problems, *open)
	}
	same := held.token.IsSet() && held.url == l.url
	switch {
	case same && (!l.token.IsSet() || l.token.Equal(held.token)):
		if l.token != held.token {
			l.token.Wipe() // the same once more
		}
		l.token = held.token
	case !l.token.IsSet() && held.token.IsSet() && problem == nil:
		problems.Add("authentik.token", "Enter the API token of this authentik.", "The one that is set belongs to "+held.url+" and is not sent anywhere else.")
	case !l.token.IsSet() && !held.token.IsSet():
		problems.Add("authentik.token", "Enter the API token.", "It is made in authentik under Directory, Tokens and App passwords.")
	}
	return l, problems
}

// heldAuthentik is what an empty field stands for: the session's own, else
// what the program was started with. The copy is the session's to wipe.
func (s *Server) heldAuthentik(sess *session) authentikLogin {
	if a := sess.look().authentik; a != nil {
		return a.login
	}
	return authentikLogin{url: s.cfg.Prefill.AuthentikURL, token: secret.New(s.cfg.Prefill.AuthentikToken.Reveal())}
}

// saveAuthentik handles the "POST /authentik" route.
func (s *Server) saveAuthentik(w http.ResponseWriter, r *http.Request, sess *session) {
	sent, err := parseAuthentik(r)
	if err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	held := s.heldAuthentik(sess)
	login, problems := sent.login(held)
	if wrong := s.mistaken(r, sess, link.Authentik, login.url, sent.token.IsSet()); wrong != nil {
		problems = wrong
	}
	var answer *authentikAnswer
	if len(problems) == 0 {
		if answer, err = s.toAuthentik(r.Context(), login); err != nil {
			s.logError(r, "connecting to authentik", err)
			problems = connectionProblems(err, "authentik.url", "authentik.token", "authentik.ca")
		}
	}
	if len(problems) > 0 {
		in := setup.AuthentikInput{URL: sent.url, CA: sent.ca, From: sent.from, Plain: sent.plain, Problems: problems, Held: held.token.IsSet() && held.url == login.url}
		s.render(w, r, http.StatusUnprocessableEntity, setup.Authentik(setup.NewAuthentik(s.head(sess), in)))
		return
	}
	sess.setAuthentik(answer)
	s.sessions.keep(w, r, sess)
	redirect(w, r, sess.look().after("/authentik", sent.from))
}
