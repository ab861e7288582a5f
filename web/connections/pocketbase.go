package connections

import (
	"errors"
	"net/http"

	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// ShowPocketBase handles the "GET /pocketbase" route.
func (h *Handlers) ShowPocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	in := setup.PocketBaseInput{URL: h.Prefill.PocketBaseURL, CA: h.Prefill.CA,
		Held: h.Prefill.PocketBaseToken.IsSet(), From: reply.From(r.URL.Query().Get("from")), Limited: p.Limited()}
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
	h.Reply.Page(w, r, http.StatusOK, setup.PocketBase(setup.NewPocketBase(h.Reply.Head(sess), in)))
}

// heldPocketBase returns what an empty field keeps; see heldAuthentik.
func (h *Handlers) heldPocketBase(p *session.Progress) session.Login {
	if p.PocketBase != nil {
		return p.PocketBase.Login
	}
	return session.Login{With: session.WithToken, URL: h.Prefill.PocketBaseURL,
		Token: secret.New(h.Prefill.PocketBaseToken.Reveal())}
}

// SavePocketBase handles the "POST /pocketbase" route.
func (h *Handlers) SavePocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	sent, err := parseConnect(r, report.PB)
	if err != nil {
		h.Reply.BadForm(w, r, sess, err)
		return
	}
	if sent.move {
		h.moveToken(w, r, sess, report.PB, report.Authentik, sent)
		return
	}
	sent.takeHeld(sess, report.PB)
	login, keep, problems := sent.login(report.PB, h.heldPocketBase(&p))
	if wrong := h.mistaken(r, sess, report.PB, login.URL, true); wrong != nil {
		keep, problems = false, wrong
	}
	if sent.With == session.WithToken && foreignToken(report.PB, sent.Token) {
		problems = append(problems, foreignProblem(report.PB))
	}
	if keep && len(problems) == 0 {
		sess.DropDraft()
		reply.Redirect(w, r, p.After("/pocketbase", sent.from))
		return
	}
	if len(problems) == 0 {
		if problems = h.connectPocketBase(w, r, sess, login, sent.from); len(problems) == 0 {
			return
		}
	}
	h.refuseConnect(w, r, sess, report.PB, sent, problems)
}

// connectPocketBase signs in, or has a one-time password sent where the
// superuser needs one, and sends the browser on. Without problems the answer
// is written.
func (h *Handlers) connectPocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session,
	login session.Login, came string) report.Problems {
	answer, err := h.toPocketBase(r.Context(), login)
	if f, ok := errors.AsType[*report.Fault](err); ok && f.Kind == report.FaultMFA {
		return h.askForCode(w, r, sess, login, err, came)
	}
	if err != nil {
		h.logRefused(r, "connecting to PocketBase", err)
		return reply.ConnectionProblems(err, pocketbaseFields()...)
	}
	accepted(sess, report.PB, login)
	login.Password.Wipe()
	sess.SetPocketBase(answer)
	h.Sessions.Keep(w, r, sess)
	reply.Redirect(w, r, new(sess.Look()).After("/pocketbase", came))
	return nil
}

func (h *Handlers) askForCode(w http.ResponseWriter, r *http.Request, sess *session.Session,
	login session.Login, cause error, came string) report.Problems {
	step, err := h.sendCode(r.Context(), login, cause)
	if err != nil {
		h.logRefused(r, "asking for a one-time password", err)
		return reply.ConnectionProblems(err, pocketbaseFields()...)
	}
	accepted(sess, report.PB, login)
	login.Password.Wipe()
	sess.AwaitCode(step)
	sess.DropDraft()
	reply.Redirect(w, r, reply.WithFrom(codePage, came))
	return nil
}

func pocketbaseFields() []string {
	return []string{"pocketbase.url", "pocketbase.token", "pocketbase.email", "pocketbase.password", "pocketbase.ca"}
}
