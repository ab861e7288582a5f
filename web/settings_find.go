package web

import (
	"context"
	"net/http"

	"authpocket/internal/connect"
	"authpocket/internal/link"
	"authpocket/web/session"
	"authpocket/web/view"
)

// findNames handles the "GET /settings/find" route: a part of the settings
// page that lists whom authentik knows by what was typed.
func (s *Server) findNames(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if p.Authentik == nil {
		s.render(w, r, http.StatusOK, view.Found("", nil, "Connect authentik first."))
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
		s.logError(r, "looking names up", err)
		s.render(w, r, http.StatusOK, view.Found("", nil, link.MessageOf(err).Text(link.OnPage)))
		return
	}
	var names []string
	for _, ref := range refs {
		names = append(names, ref.Name)
	}
	s.render(w, r, http.StatusOK, view.Found(view.FieldID(in), names, ""))
}

func finder(a connect.AuthentikSystem, list string) func(context.Context, string) ([]link.Ref, error) {
	switch list {
	case "access.groups":
		return a.SearchGroups
	case "access.users", "person":
		return a.SearchUsers
	case "access.policies":
		return a.SearchPolicies
	}
	return nil
}
