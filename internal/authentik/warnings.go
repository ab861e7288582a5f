package authentik

import (
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// Warnings returns a warning for each change that the token is known to lack a permission for.
func (c *Client) Warnings(snap link.AuthentikSnapshot, changes []link.Change) []link.Warning {
	var list []link.Warning
	for _, ch := range changes {
		lacking := rest.MissingFor(ch, snap.Missing)
		if len(lacking) == 0 {
			continue
		}
		list = append(list, link.Warning{
			ID: link.WarnPermission, System: link.Authentik,
			Summary: "The token may not do this: " + string(ch.Action) + " " + ch.Object + ".",
			Detail: "It lacks " + joined(lacking) + ". Grant this to its role, or use another token, then review the " +
				"plan again.",
		})
	}
	return list
}

func joined(permissions []link.Permission) string {
	names := make([]string, len(permissions))
	for i, p := range permissions {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}
