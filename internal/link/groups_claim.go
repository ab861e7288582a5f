package link

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// LimitOf returns the names of the groups that the spec limits the claim to, sorted and each once. It returns none
// where the spec leaves it open or takes it away.
func (s *Spec) LimitOf() []string {
	limit := s.Provider.GroupsClaim
	switch {
	case limit == nil:
		return nil
	case limit.Bound && s.Access == nil:
		return nil
	case limit.Bound:
		return slices.Compact(slices.Sorted(slices.Values(s.Access.Groups)))
	}
	return slices.Compact(slices.Sorted(slices.Values(limit.Names)))
}

// GroupsMapping returns the groups mapping of the link with that application, for these groups. It is for the scope
// profile, which PocketBase always asks for.
func GroupsMapping(slug string, groups []string) *Mapping {
	return &Mapping{Ref: Ref{Name: GroupsMappingName(slug)}, Scope: "profile",
		Description: "Groups that this application is for", Expression: groupsExpression(groups)}
}

// The expression of a groups mapping around its list of names. authentik renamed ak_groups to groups in 2026.2. Before,
// groups was Django's own field, which is always empty; the name that is left since then notes an event at each use.
const (
	groupsBefore = `fields = [field.name for field in request.user._meta.many_to_many]
groups = request.user.ak_groups if "ak_groups" in fields else request.user.groups
return {
    "` + AppGroupsClaim + `": [
        group.name for group in groups.all()
        if group.name in [`
	groupsAfter = `]
    ],
}`
	betweenTexts = ", "
)

func groupsExpression(groups []string) string {
	return groupsBefore + strings.Join(Each(groups, pythonText), betweenTexts) + groupsAfter
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
// GroupsMapping writes.
func GroupsIn(m *Mapping) ([]string, bool) {
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

// GroupsClaimAttrs returns the table of what limits the groups claim. The mapping that carries it out has a table of
// its own.
func GroupsClaimAttrs() []*Attr[*Spec, *ProviderState] {
	return []*Attr[*Spec, *ProviderState]{{
		Meta: &Meta{Spec: groupsClaimPlace, Label: "Groups in the claim of the link", Doc: Doc{
			"has authentik send the claim `" + AppGroupsClaim + "` [with only some of a person's groups]" +
				"(groups-into-a-field.md#only-some-groups): `" + BoundGroups + "` for those of `access.groups`, or a " +
				"list of names; `[]` takes the claim away", "as it is"}},
		want: func(s *Spec) any { return &s.Provider.GroupsClaim },
		wish: wish{chooses: true},
		judge: func(p *report.Problems, m *Meta, s *Spec) {
			if s.Provider.GroupsClaim != nil {
				judgeGroups(p, m.Spec, s)
			}
		},
	}}
}

func judgeGroups(p *report.Problems, field string, s *Spec) {
	limit := s.Provider.GroupsClaim
	if limit.Bound && len(s.LimitOf()) == 0 {
		p.Add(field, say.Of("The claim is for the groups that may use the application, and none are named."),
			say.Of("Name groups that may use the application, or those for the claim."))
	}
	for i, name := range limit.Names {
		switch at := FieldAt(field, i); {
		case name == "":
			p.Add(at, say.Of("The name of a group is empty."), say.Of("Name a group of authentik, or remove it."))
		case !utf8.ValidString(name):
			p.Add(at, say.Of("The name of a group is not valid UTF-8."), say.Of("Write it as authentik shows it."))
		}
	}
}
