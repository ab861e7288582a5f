package connections

import (
	"io"
	"net/http"
	"slices"

	"authpocket/internal/connect"
	"authpocket/internal/link"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// permissions returns the permissions that an authentik token needs, with reasons.
func permissions() []setup.Permission {
	var list []setup.Permission
	for _, p := range connect.Permissions() {
		list = append(list, setup.Permission{Codename: p.Codename, Why: p.Why})
	}
	return list
}

// blueprintName is the file name of the downloaded blueprint.
const blueprintName = "authpocket-blueprint.yaml"

// ShowPermissions handles the "GET /permissions" route. It can be read before
// anything is connected.
func (h *Handlers) ShowPermissions(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	h.Reply.Page(w, r, http.StatusOK, setup.Permissions(setup.NewPermissions(h.Reply.Head(sess), permissions(),
		connect.ProofPermissions(), connect.Blueprint())))
}

// SendBlueprint handles the "GET /permissions/blueprint.yaml" route.
func (h *Handlers) SendBlueprint(w http.ResponseWriter, _ *http.Request, _ *session.Session) {
	w.Header().Set("Content-Type", "text/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+blueprintName+`"`)
	_, _ = io.WriteString(w, connect.Blueprint())
}

// Lacking are the permissions that looking at authentik showed to be missing,
// each with what it is for.
func Lacking(snap *link.AuthentikSnapshot) []setup.Permission {
	return slices.DeleteFunc(permissions(), func(p setup.Permission) bool {
		return !slices.Contains(snap.Missing, p.Codename)
	})
}
