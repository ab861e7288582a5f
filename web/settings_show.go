package web

import (
	"net/http"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/web/form"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// engine is the session's two connections put to work.
func (s *Server) engine(p session.Progress) *engine.Engine {
	return engine.New(engine.Config{
		Authentik: p.Authentik.System, PocketBase: p.PocketBase.System,
		AuthentikURL: p.Authentik.Login.URL, PocketBaseURL: p.PocketBase.Login.URL,
		Receipts: s.cfg.Receipts, Program: s.cfg.Version, Log: s.cfg.Log,
	})
}

// showSettings handles the "GET /settings" route.
func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if !guard(w, r, p, "/settings") {
		return
	}
	e := s.engine(p)
	preview, err := e.PreviewOpen(r.Context(), p.Spec, r.URL.Query().Has("again"))
	if err != nil {
		s.fail(w, r, sess, err, "/settings")
		return
	}
	in := settingsInput(preview)
	if preview.Spec.Email == "" && preview.EmailBefore != "" {
		in.Form.Set("email", string(preview.EmailBefore))
	}
	if in.Interrupted, err = interrupted(e); err != nil {
		s.fail(w, r, sess, err, "/settings")
		return
	}
	in.Token, in.TokenRenews = p.PocketBase.Who.Expires, p.PocketBase.Who.Refreshable
	in.From, in.Again = from(r.URL.Query().Get("from")), r.URL.Query().Has("again")
	s.render(w, r, http.StatusOK, setup.Settings(setup.NewSettings(s.head(sess), in)))
}

// settingsInput is the page of a preview. Of the problems of a spec that is not
// sent yet only the question is told that they come to.
func settingsInput(p engine.Preview) setup.SettingsInput {
	filled := form.Fill(p.Spec, p.Desired)
	if existing := existingAnswer(p); existing != "" {
		filled.Set("existing", existing)
	}
	return setup.SettingsInput{
		Conflict: inTheWay(p.Problems), Candidates: p.Candidates,
		Form: filled, Authentik: p.Authentik, PocketBase: p.PocketBase, Desired: p.Desired,
		There: p.There, SecretGiven: p.Spec.Provider.ClientSecret != nil,
		Lacking: lacking(p.Authentik),
	}
}

// existingAnswer is the form's one for what becomes of what is there.
func existingAnswer(p engine.Preview) string {
	switch app := p.Authentik.Application; {
	case p.Spec.Existing != link.ExistingUse:
		return string(p.Spec.Existing)
	case app != nil:
		return setup.UseValue(link.ProviderState{ApplicationSlug: app.Slug})
	}
	for _, c := range p.Candidates {
		if c.Provider.PK == p.Desired.Provider.PK {
			return setup.UseValue(c.Provider)
		}
	}
	return string(p.Spec.Existing)
}
