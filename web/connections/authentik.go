package connections

import (
	"net/http"

	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// ShowAuthentik handles the "GET /authentik" route.
func (h *Handlers) ShowAuthentik(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	in := setup.AuthentikInput{URL: h.Prefill.AuthentikURL, CA: h.Prefill.CA,
		Held: h.Prefill.AuthentikToken.IsSet(), From: reply.From(r.URL.Query().Get("from"))}
	if a := sess.Look().Authentik; a != nil {
		in.URL, in.CA, in.Held, in.Plain = a.Login.URL, a.Login.CA, true, a.Login.Plain
	}
	if d := sess.Draft("/authentik"); d != nil {
		in.Held = in.Held && sameAddress(d.Values.Get("authentik.url"), in.URL) &&
			!blamed(d.Problems, "authentik.token")
		in.URL, in.CA, in.Problems = d.Values.Get("authentik.url"), d.Values.Get("authentik.ca"), d.Problems
		in.Plain = d.Values.Has("authentik.insecure_http")
	}
	typed := sess.Held("authentik.token")
	in.Foreign = foreignToken(report.Authentik, typed)
	in.Typed = typed.IsSet() && !in.Foreign
	in.Moved = sess.Held("pocketbase.token").IsSet()
	h.Reply.Page(w, r, http.StatusOK, setup.Authentik(setup.NewAuthentik(h.Reply.Head(sess), in)))
}

// heldAuthentik returns the token that an empty field keeps: the session's own, else
// what the program was started with. The copy is the session's to wipe.
func (h *Handlers) heldAuthentik(sess *session.Session) session.Login {
	if a := sess.Look().Authentik; a != nil {
		return a.Login
	}
	return session.Login{URL: h.Prefill.AuthentikURL, Token: secret.New(h.Prefill.AuthentikToken.Reveal())}
}

// SaveAuthentik handles the "POST /authentik" route.
func (h *Handlers) SaveAuthentik(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	sent, err := parseConnect(r, report.Authentik)
	if err != nil {
		h.Reply.BadForm(w, r, sess, err)
		return
	}
	if sent.move {
		h.moveToken(w, r, sess, report.Authentik, report.PB, sent)
		return
	}
	sent.takeHeld(sess, report.Authentik)
	login, _, problems := sent.login(report.Authentik, h.heldAuthentik(sess))
	if wrong := h.mistaken(r, sess, report.Authentik, login.URL, sent.Token.IsSet()); wrong != nil {
		problems = wrong
	}
	if foreignToken(report.Authentik, sent.Token) {
		problems = append(problems, foreignProblem(report.Authentik))
	}
	var answer *session.Authentik
	if len(problems) == 0 {
		if answer, err = h.toAuthentik(r.Context(), login); err != nil {
			h.logRefused(r, "connecting to authentik", err)
			problems = reply.ConnectionProblems(err, "authentik.url", "authentik.token", "authentik.ca")
		}
	}
	if len(problems) > 0 {
		h.refuseConnect(w, r, sess, report.Authentik, sent, problems)
		return
	}
	accepted(sess, report.Authentik, login)
	sess.SetAuthentik(answer)
	h.Sessions.Keep(w, r, sess)
	reply.Redirect(w, r, new(sess.Look()).After("/authentik", sent.from))
}
