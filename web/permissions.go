package web

import (
	"io"
	"net/http"
	"slices"

	"authpocket/internal/connect"
	"authpocket/internal/link"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// blueprintName is what the browser saves the blueprint as.
const blueprintName = "authpocket-blueprint.yaml"

// showPermissions handles the "GET /permissions" route. It can be read before
// anything is connected.
func (s *Server) showPermissions(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.render(w, r, http.StatusOK, setup.Permissions(setup.NewPermissions(s.head(sess), permissions(), connect.Blueprint())))
}

// sendBlueprint handles the "GET /permissions/blueprint.yaml" route.
func (s *Server) sendBlueprint(w http.ResponseWriter, _ *http.Request, _ *session.Session) {
	w.Header().Set("Content-Type", "text/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+blueprintName+`"`)
	_, _ = io.WriteString(w, connect.Blueprint())
}

// lacking are the permissions that looking at authentik showed to be missing,
// each with what it is for.
func lacking(snap link.AuthentikSnapshot) []setup.Permission {
	return slices.DeleteFunc(permissions(), func(p setup.Permission) bool { return !slices.Contains(snap.Missing, p.Codename) })
}
