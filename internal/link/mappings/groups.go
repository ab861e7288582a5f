package mappings

import (
	"fmt"
	"strconv"
	"strings"

	"authpocket/internal/link"
)

// Groups returns the groups mapping of the link with that application, for these groups. It is for the scope
// profile, which PocketBase always asks for.
func Groups(slug string, groups []string) *link.Mapping {
	return &link.Mapping{Ref: link.Ref{Name: GroupsName(slug)}, Scope: "profile",
		Description: "Groups that this application is for", Expression: groupsExpression(groups)}
}

// The expression of a groups mapping around its list of names. authentik renamed ak_groups to groups in 2026.2. Before,
// groups was Django's own field, which is always empty; the name that is left since then notes an event at each use.
const (
	groupsBefore = `fields = [field.name for field in request.user._meta.many_to_many]
groups = request.user.ak_groups if "ak_groups" in fields else request.user.groups
return {
    "` + link.AppGroupsClaim + `": [
        group.name for group in groups.all()
        if group.name in [`
	groupsAfter = `]
    ],
}`
	betweenTexts = ", "
)

func groupsExpression(groups []string) string {
	return groupsBefore + strings.Join(link.Each(groups, pythonText), betweenTexts) + groupsAfter
}

// pythonText returns a Python literal of the text, which must be valid UTF-8. It has no character that could end it.
func pythonText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', r == ' ', r == '_', r == '.', r == '-':
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// GroupsIn returns the groups that a groups mapping limits the claim to, false if its expression is not one that
// Groups writes.
func GroupsIn(m *link.Mapping) ([]string, bool) {
	list, begins := strings.CutPrefix(m.Expression, groupsBefore)
	list, ends := strings.CutSuffix(list, groupsAfter)
	if !begins || !ends {
		return nil, false
	}
	var groups []string
	for literal := range strings.SplitSeq(list, betweenTexts) { // a comma in a name is escaped
		group, err := strconv.Unquote(literal)
		if err != nil {
			return nil, false
		}
		groups = append(groups, group)
	}
	return groups, groupsExpression(groups) == m.Expression // Go reads other literals too
}
