package setup

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// Permission is one permission of authentik and what it is needed for.
type Permission struct {
	Codename report.Permission
	Why      say.Text
}

// NewPermissions returns the page that lists what a token needs.
func NewPermissions(h view.Head, list []Permission, proof []report.Permission, blueprint string) PermissionsPage {
	h.Title, h.Back = say.Of("Permissions of the authentik token"), "/authentik"
	return PermissionsPage{Head: h, List: list, Proof: proof, Blueprint: blueprint}
}
