package authentik

import (
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Warnings returns a warning for each change that the token is known to lack a permission for.
func (c *Client) Warnings(snap link.AuthentikSnapshot, changes []link.Change) []link.Warning {
	var list []link.Warning
	for _, ch := range changes {
		lacking := rest.MissingFor(&ch, snap.Missing)
		if len(lacking) == 0 {
			continue
		}
		names := strings.Join(link.Each(lacking, func(p report.Permission) string { return string(p) }), ", ")
		list = append(list, link.Warning{
			ID: report.WarnPermission, System: report.Authentik,
			Summary: say.Of("The token may not do this: %s %s.", string(ch.Action), ch.Object),
			Detail: say.Of("It lacks %s. Grant this to its role, or use another token, then make the plan again.",
				names),
		})
	}
	return list
}
