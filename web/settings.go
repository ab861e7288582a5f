package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"authpocket/internal/connect"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/preset"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/connections"
	"authpocket/web/form"
	"authpocket/web/reply"
	"authpocket/web/respond"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/setup"
)

// showSettings handles the "GET /settings" route.
func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	again, e := r.URL.Query().Get("again") == "collection", s.engine(p)
	in, err := s.askSettings(r.Context(), sess, &p, again)
	if err == nil {
		in.Interrupted, err = interrupted(e)
	}
	if err != nil {
		s.reply.Fail(w, r, sess, err, "/settings")
		return
	}
	in.Token, in.TokenRenews = p.PocketBase.Who.Expires, p.PocketBase.Who.Refreshable
	in.From, in.Again = reply.From(r.URL.Query().Get("from")), again
	s.renderRecent(w, r, sess, &p, setup.Settings(setup.NewSettings(s.reply.Head(sess), in)))
}

// askSettings returns what the page shows: the answers so far, or the form that
// was refused.
func (s *Server) askSettings(ctx context.Context, sess *session.Session, p *session.Progress,
	again bool) (setup.SettingsInput, error) {
	if d := sess.Draft("/settings"); d != nil {
		spec, _ := form.Settings{Values: d.Values}.Spec(&p.Spec)
		preview, err := s.engine(*p).Preview(ctx, spec)
		if slug := p.Spec.Application.Slug; err == nil && slug != nil && *slug == spec.Query().Slug &&
			preview.Authentik.Application == nil {
			sess.Found(false)
		}
		in := settingsInput(preview)
		in.Form, in.Problems, in.Conflict = d.Values, d.Problems, d.InTheWay
		in.SecretGiven = p.Spec.Provider.ClientSecret != nil
		return in, err
	}
	preview, err := s.engine(*p).PreviewOpen(ctx, p.Spec, again)
	if err != nil {
		return setup.SettingsInput{}, err
	}
	if spec, more := proposed(preview); more {
		if preview, err = s.engine(*p).PreviewOpen(ctx, spec, again); err != nil {
			return setup.SettingsInput{}, err
		}
	}
	sess.Found(session.Exists(&preview))
	if problem := preview.Authentik.SecretProblem(); problem != nil {
		return setup.SettingsInput{}, &report.Fault{System: report.Authentik, Kind: report.FaultTooOld,
			Summary: problem.Summary, Todo: problem.Todo}
	}
	in := settingsInput(preview)
	if preview.Spec.Email == "" && preview.EmailBefore != "" {
		in.Form.Set("email", string(preview.EmailBefore))
	}
	return in, nil
}

// proposed adds to a spec what PocketBase tells of its app: the preset of a new link, and the app's address if that
// preset, or the chosen one, needs it.
func proposed(p engine.Preview) (spec link.Spec, more bool) {
	spec = p.Spec
	if app, _ := preset.Recognise(p.PocketBase); app != nil && spec.Preset == nil && !p.There {
		spec.Preset, more = &app.Name, true
	}
	app := preset.Named(link.Value(spec.Preset, ""))
	if app == nil || spec.Application.LaunchURL != nil {
		return preset.Expand(spec), more
	}
	if address := app.AppURL(&p.PocketBase); address != "" {
		spec.Application.LaunchURL, more = &address, true
	}
	return preset.Expand(spec), more
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
		Lacking: connections.Lacking(&p.Authentik),
	}
}

// existingAnswer is the form's one for what becomes of what is there.
func existingAnswer(p engine.Preview) string {
	switch app := p.Authentik.Application; {
	case p.Spec.Existing != link.ExistingUse:
		return string(p.Spec.Existing)
	case app != nil:
		return setup.UseValue(&link.ProviderState{ApplicationSlug: app.Slug})
	}
	for _, c := range p.Candidates {
		if c.Provider.PK == p.Desired.Provider.PK {
			return setup.UseValue(&c.Provider)
		}
	}
	return string(p.Spec.Existing)
}

// saveSettings handles the "POST /settings" route.
func (s *Server) saveSettings(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	if err := form.Parse(r); err != nil {
		s.reply.BadForm(w, r, sess, err)
		return
	}
	sent := form.Settings{Values: r.PostForm}
	spec, problems := sent.Spec(&p.Spec)
	if next, page := sent.AskAgain(&spec); page != "" {
		sess.SetSpec(&next, false)
		reply.Redirect(w, r, page)
		return
	}
	if problems = append(problems, form.Validate(&spec)...); len(problems) > 0 {
		s.refuseSettings(w, r, sess, sent, problems, say.Text{})
		return
	}
	plan, _, err := s.engine(p).PlanNext(r.Context(), &spec, nil) // other answers, other proof
	if found, ok := errors.AsType[report.Problems](err); ok {
		s.refuseSettings(w, r, sess, sent, found, inTheWay(found))
		return
	}
	if respond.Gone(r) { // then nothing is known of the answers
		respond.Nothing(w)
		return
	}
	rev := sess.SetSpec(&spec, err == nil)
	if err != nil {
		s.reply.Fail(w, r, sess, err, "/settings")
		return
	}
	sess.ShowNext(&plan, rev)
	reply.Redirect(w, r, "/review")
}

// inTheWay says what of the two systems is in the way, empty for nothing.
func inTheWay(problems report.Problems) say.Text {
	i := slices.IndexFunc(problems, func(p report.Problem) bool {
		return slices.Contains([]string{"existing", "application.slug", "provider.name", "pocketbase.slot"}, p.Field)
	})
	if i < 0 {
		return say.Text{}
	}
	return problems[i].Summary
}

// refuseSettings sends the browser back to the form as it was sent, but for the
// secret.
func (s *Server) refuseSettings(w http.ResponseWriter, r *http.Request, sess *session.Session, sent form.Settings,
	problems report.Problems, conflict say.Text) {
	sent.Del("provider.client_secret")
	s.reply.Refuse(w, r, sess, "/settings", reply.From(sent.Get("from")),
		session.Draft{Values: sent.Values, Problems: problems, InTheWay: conflict})
}

// findNames handles the "GET /settings/find" route: a part of the settings
// page that lists whom authentik knows by what was typed.
func (s *Server) findNames(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if p.Authentik == nil {
		s.reply.Page(w, r, http.StatusOK, view.Found("", nil, say.Of("Connect authentik first.")))
		return
	}
	in := r.URL.Query().Get("in")
	search := finder(p.Authentik.System, in)
	if search == nil {
		s.notFound(w, r)
		return
	}
	refs, err := search(r.Context(), r.URL.Query().Get("q"))
	if err != nil {
		s.reply.LogError(r, "looking names up", err)
		s.reply.Page(w, r, http.StatusOK, view.Found("", nil, report.MessageOf(err).Text(report.OnPage)))
		return
	}
	var names []string
	for _, ref := range refs {
		names = append(names, ref.Name)
	}
	s.reply.Page(w, r, http.StatusOK, view.Found(view.FieldID(in), names, say.Text{}))
}

func finder(a connect.AuthentikSystem, list string) func(context.Context, string) ([]link.Ref, error) {
	return map[string]func(context.Context, string) ([]link.Ref, error){
		"access.groups": a.SearchGroups, "access.users": a.SearchUsers, "person": a.SearchUsers,
		"access.policies": a.SearchPolicies,
	}[list]
}
