package web

import (
	"context"
	"net/http"
	"slices"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/web/view"
)

// engine is the session's two connections put to work.
func (s *Server) engine(p progress) *engine.Engine {
	return engine.New(engine.Config{
		Authentik: p.authentik.system, PocketBase: p.pocketbase.system,
		AuthentikURL: p.authentik.login.url, PocketBaseURL: p.pocketbase.login.url,
		Receipts: s.cfg.Receipts, Program: s.cfg.Version, Log: s.cfg.Log,
	})
}

// observe looks at both systems for a spec, and once more where the first
// look shows that the link is there under another slug.
func (s *Server) observe(ctx context.Context, p progress, spec link.Spec) (engine.Snapshots, link.Spec, error) {
	e := s.engine(p)
	snaps, err := e.Observe(ctx, spec)
	if err != nil {
		return snaps, spec, err
	}
	spec = opening(spec, p.pocketbase.login.url, snaps)
	if slug := link.SlugFor(spec, snaps.Authentik, snaps.PocketBase); slug != spec.Query().Slug {
		spec.Application.Slug = &slug
		snaps, err = e.Observe(ctx, spec)
	}
	return snaps, spec, err
}

// showSettings handles the "GET /settings" route.
func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	if !guard(w, r, p, "/settings") {
		return
	}
	snaps, spec, err := s.observe(r.Context(), p, p.spec)
	if err != nil {
		s.fail(w, r, sess, err, "/settings")
		return
	}
	if of := linkOf(spec, snaps); of != nil && r.URL.Query().Has("again") {
		if snaps, spec, err = s.observe(r.Context(), p, *of); err != nil {
			s.fail(w, r, sess, err, "/settings")
			return
		}
	}
	in := settingsInput(spec, snaps)
	if spec.Email == "" {
		set(in.Form, "email", string(answeredBefore(snaps, in.Desired)))
	}
	if in.Interrupted, err = s.interrupted(p); err != nil {
		s.fail(w, r, sess, err, "/settings")
		return
	}
	in.Token, in.TokenRenews = p.pocketbase.who.Expires, p.pocketbase.who.Refreshable
	in.From, in.Again = from(r.URL.Query().Get("from")), r.URL.Query().Has("again")
	s.render(w, r, http.StatusOK, view.Settings(view.NewSettings(s.head(sess), in)))
}

// linkOf is for a collection that has a link already, with another application
// than the answers name: the part of the answers that is about that link, nil
// otherwise.
func linkOf(spec link.Spec, snaps engine.Snapshots) *link.Spec {
	var slugs []string
	of := link.Spec{PocketBase: link.PocketBase{Collection: spec.PocketBase.Collection}}
	for _, c := range link.Candidates(of, snaps.Authentik, snaps.PocketBase) {
		if c.Certain() && c.Provider.ApplicationSlug != "" {
			slugs = append(slugs, c.Provider.ApplicationSlug)
		}
	}
	if len(slugs) != 1 || slugs[0] == link.Value(spec.Application.Slug, "") {
		return nil
	}
	of = whichLink(spec)
	of.Application.Slug = &slugs[0]
	return &of
}

// settingsInput resolves the spec for the page. Of the problems of a spec that
// is not sent yet only the question is told that they come to.
func settingsInput(spec link.Spec, snaps engine.Snapshots) view.SettingsInput {
	d, problems := link.Resolve(spec, snaps.Authentik, snaps.PocketBase, link.Generated{})
	form, candidates := fill(spec, d), candidates(spec, snaps)
	set(form, "existing", existingAnswer(spec, d, snaps.Authentik.Application, candidates))
	return view.SettingsInput{
		Conflict: inTheWay(problems), Candidates: candidates,
		Form: form, Authentik: snaps.Authentik, PocketBase: snaps.PocketBase, Desired: d,
		There: there(spec, snaps), SecretGiven: spec.Provider.ClientSecret != nil,
		Lacking: lacking(snaps.Authentik),
	}
}

// candidates are what may be this link's, and what could be chosen to be.
func candidates(spec link.Spec, snaps engine.Snapshots) []link.Candidate {
	spec.Existing = link.ExistingUse
	return link.Candidates(spec, snaps.Authentik, snaps.PocketBase)
}

// existingAnswer is the form's one for what becomes of what is there.
func existingAnswer(spec link.Spec, d link.Desired, app *link.ApplicationState, candidates []link.Candidate) string {
	switch {
	case spec.Existing != link.ExistingUse:
		return string(spec.Existing)
	case app != nil:
		return view.UseValue(link.ProviderState{ApplicationSlug: app.Slug})
	}
	for _, c := range candidates {
		if c.Provider.PK == d.Provider.PK {
			return view.UseValue(c.Provider)
		}
	}
	return string(spec.Existing)
}

// there tells whether the application with the wanted slug is this link's
// already, or was chosen to become it.
func there(spec link.Spec, snaps engine.Snapshots) bool {
	app := snaps.Authentik.Application
	if app == nil || app.Provider == 0 {
		return false
	}
	if spec.Existing == link.ExistingUse {
		return true
	}
	return slices.ContainsFunc(link.Candidates(spec, snaps.Authentik, snaps.PocketBase), func(c link.Candidate) bool { return c.Provider.PK == app.Provider })
}
