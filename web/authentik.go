package web

import (
	"io"
	"net/http"
	"slices"

	"authpocket/internal/connect"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// showAuthentik handles the "GET /authentik" route.
func (s *Server) showAuthentik(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	in := setup.AuthentikInput{URL: s.cfg.Prefill.AuthentikURL, CA: s.cfg.Prefill.CA,
		Held: s.cfg.Prefill.AuthentikToken.IsSet(), From: from(r.URL.Query().Get("from"))}
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
	s.render(w, r, http.StatusOK, setup.Authentik(setup.NewAuthentik(s.head(sess), in)))
}

// heldAuthentik returns the token that an empty field keeps: the session's own, else
// what the program was started with. The copy is the session's to wipe.
func (s *Server) heldAuthentik(sess *session.Session) session.Login {
	if a := sess.Look().Authentik; a != nil {
		return a.Login
	}
	return session.Login{URL: s.cfg.Prefill.AuthentikURL, Token: secret.New(s.cfg.Prefill.AuthentikToken.Reveal())}
}

// saveAuthentik handles the "POST /authentik" route.
func (s *Server) saveAuthentik(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	sent, err := parseConnect(r, report.Authentik)
	if err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	if sent.move {
		s.moveToken(w, r, sess, report.Authentik, report.PB, sent)
		return
	}
	sent.takeHeld(sess, report.Authentik)
	login, _, problems := sent.login(report.Authentik, s.heldAuthentik(sess))
	if wrong := s.mistaken(r, sess, report.Authentik, login.URL, sent.Token.IsSet()); wrong != nil {
		problems = wrong
	}
	if foreignToken(report.Authentik, sent.Token) {
		problems = append(problems, foreignProblem(report.Authentik))
	}
	var answer *session.Authentik
	if len(problems) == 0 {
		if answer, err = s.toAuthentik(r.Context(), login); err != nil {
			s.logRefused(r, "connecting to authentik", err)
			problems = connectionProblems(err, "authentik.url", "authentik.token", "authentik.ca")
		}
	}
	if len(problems) > 0 {
		s.refuseConnect(w, r, sess, report.Authentik, sent, problems)
		return
	}
	accepted(sess, report.Authentik, login)
	sess.SetAuthentik(answer)
	s.sessions.Keep(w, r, sess)
	redirect(w, r, new(sess.Look()).After("/authentik", sent.from))
}

// blueprintName is the file name of the downloaded blueprint.
const blueprintName = "authpocket-blueprint.yaml"

// showPermissions handles the "GET /permissions" route. It can be read before
// anything is connected.
func (s *Server) showPermissions(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.render(w, r, http.StatusOK, setup.Permissions(setup.NewPermissions(s.head(sess), permissions(),
		connect.ProofPermissions(), connect.Blueprint())))
}

// sendBlueprint handles the "GET /permissions/blueprint.yaml" route.
func (s *Server) sendBlueprint(w http.ResponseWriter, _ *http.Request, _ *session.Session) {
	w.Header().Set("Content-Type", "text/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+blueprintName+`"`)
	_, _ = io.WriteString(w, connect.Blueprint())
}

// lacking are the permissions that looking at authentik showed to be missing,
// each with what it is for.
func lacking(snap *link.AuthentikSnapshot) []setup.Permission {
	return slices.DeleteFunc(permissions(), func(p setup.Permission) bool {
		return !slices.Contains(snap.Missing, p.Codename)
	})
}
