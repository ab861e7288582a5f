package web

import (
	"errors"
	"net/http"
	"slices"

	"authpocket/internal/link"
	"authpocket/web/form"
	"authpocket/web/respond"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// saveSettings handles the "POST /settings" route.
func (s *Server) saveSettings(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if !guard(w, r, p, "/settings") {
		return
	}
	if err := form.Parse(r); err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	sent := form.Settings{Values: r.PostForm}
	spec, problems := sent.Spec(p.Spec)
	if next, page := sent.AskAgain(spec); page != "" {
		sess.SetSpec(next, false)
		redirect(w, r, page)
		return
	}
	if problems = append(problems, form.Validate(spec)...); len(problems) > 0 {
		s.settingsProblems(w, r, sess, sent, spec, problems)
		return
	}
	plan, err := s.engine(p).Plan(r.Context(), spec)
	if found, ok := errors.AsType[link.Problems](err); ok {
		s.settingsProblems(w, r, sess, sent, spec, found)
		return
	}
	if respond.Gone(r) { // then nothing is known of the answers
		respond.Nothing(w)
		return
	}
	rev := sess.SetSpec(spec, err == nil)
	if err != nil {
		s.fail(w, r, sess, err, "/settings")
		return
	}
	sess.ShowNext(plan, rev)
	redirect(w, r, "/review")
}

// inTheWay says what of the two systems is in the way, empty for nothing.
func inTheWay(problems link.Problems) string {
	i := slices.IndexFunc(problems, func(p link.Problem) bool {
		return slices.Contains([]string{"existing", "application.slug", "provider.name", "pocketbase.slot"}, p.Field)
	})
	if i < 0 {
		return ""
	}
	return problems[i].Summary
}

// settingsProblems shows the page again as it was sent, but for the secret.
func (s *Server) settingsProblems(w http.ResponseWriter, r *http.Request, sess *session.Session, sent form.Settings, spec link.Spec, problems link.Problems) {
	p := sess.Look()
	preview, err := s.engine(p).Preview(r.Context(), spec)
	if err != nil {
		s.fail(w, r, sess, err, "/settings")
		return
	}
	in := settingsInput(preview)
	in.Form, in.Problems, in.From = sent.Values, problems, from(sent.Get("from"))
	in.SecretGiven = p.Spec.Provider.ClientSecret != nil
	in.Conflict = inTheWay(problems)
	s.render(w, r, http.StatusUnprocessableEntity, setup.Settings(setup.NewSettings(s.head(sess), in)))
}
