// Package mappings has the scope mappings that authpocket makes for a link: what they are called, what authentik
// evaluates, and what comes of that.
package mappings

import (
	"strings"

	"authpocket/internal/link"
)

// OwnEmail reports whether authpocket creates mappings with that name for the e-mail decision.
func OwnEmail(name string) bool { return name == trustAllName || name == trustAttributeName }

// Own reports whether authpocket creates mappings with that name: those for the e-mail decision, which links
// share, and the groups mapping of each link.
func Own(name string) bool {
	return OwnEmail(name) || strings.HasPrefix(name, groupsMappingPrefix)
}

// OwnOf reports whether the link with that application may have created the mapping.
func OwnOf(slug, name string) bool {
	return OwnEmail(name) || name == GroupsName(slug)
}

// groupsMappingPrefix is followed by the slug of the link's application.
const groupsMappingPrefix = "authpocket: groups of "

// GroupsName returns the name of the groups mapping of the link with that application.
func GroupsName(slug string) string { return groupsMappingPrefix + slug }

// GroupsOf returns the slug in the name of a groups mapping, false for another name.
func GroupsOf(name string) (slug string, found bool) {
	return strings.CutPrefix(name, groupsMappingPrefix)
}

// Place returns the path in a spec that decides about one of authpocket's own mappings.
func Place(m *link.Mapping) string {
	if strings.HasPrefix(m.Name, groupsMappingPrefix) {
		return link.GroupsClaimAttrs()[0].Spec
	}
	return "email"
}
