package link

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// GroupsClaim is the claim of authentik's own profile mapping with all groups of a person. authentik joins the lists
// that two mappings give one claim (providers/oauth2/views/userinfo.py), so a mapping that limits them needs another.
const GroupsClaim = "groups"

// GroupsInto says which fields get a person's groups, and from which claim.
type GroupsInto struct {
	Claim  string
	Fields []GroupField
}

// ValuesOf returns the values that a person in these groups gets, sorted and each once.
func (g GroupField) ValuesOf(groups []string) []string {
	var values []string
	for _, group := range groups {
		if g.Values == nil {
			values = append(values, group)
		} else if v, mapped := g.Values[group]; mapped {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// The types of fields that can hold a person's groups (PocketBase core/field_*.go).
const (
	FieldBool     = "bool"
	FieldText     = "text"
	FieldSelect   = "select"
	FieldJSON     = "json"
	FieldRelation = "relation"
)

// GroupTypes returns the types of fields that can hold a person's groups.
func GroupTypes() []string {
	return []string{FieldBool, FieldText, FieldSelect, FieldJSON, FieldRelation}
}

// FieldOptions are the options of a field that decide what it can hold.
type FieldOptions struct {
	Values       []string `json:"values"`       // of a select
	MaxSelect    int      `json:"maxSelect"`    // of a select or a relation; at most 1 for a single one
	CollectionID string   `json:"collectionId"` // of a relation
	Hidden       bool     `json:"hidden"`
}

// Read returns the options of the field, the zero value if they were not asked for.
func (f CollectionField) Read() (o FieldOptions) {
	_ = json.Unmarshal(f.Options, &o) // what cannot be read is left empty, as for the field itself
	return o
}

// validateGroups adds what is wrong with the fields for a person's groups without a look at the collection.
func validateGroups(p *report.Problems, m *Meta, groups []GroupField) {
	seen := map[string]bool{}
	for i, g := range groups {
		at := FieldAt(m.Spec, i)
		switch {
		case !groupFieldSyntax().MatchString(g.Field) || g.Field == "__proto__": // which JavaScript takes otherwise
			todo := say.Of("Use the name of a field of the collection, such as role.")
			if strings.Contains(g.Field, " ") { // a line of the settings page that cannot be read
				todo = say.Join(todo, say.Of("Put names with signs other than . _ @ - in double quotes."))
			}
			p.Add(at+".field", say.Of("“%s” is no name of a field.", g.Field), todo)
		case seen[g.Field]:
			p.Add(at+".field", say.Of("The field “%s” is named twice.", g.Field), say.Of("Remove one of them."))
		}
		seen[g.Field] = true
		if g.When != "" && g.Values != nil {
			p.Add(at+".when", say.Of("A field has either when or values."),
				say.Of("Use when for a field of the type bool, and values for the others."))
		}
		if g.By != "" && !groupFieldSyntax().MatchString(g.By) {
			p.Add(at+".by", say.Of("“%s” is no name of a field.", g.By),
				say.Of("Use the name of a field of the related collection, such as name."))
		}
		for _, group := range slices.Sorted(maps.Keys(g.Values)) {
			if group == "" || g.Values[group] == "" {
				p.Add(at+".values", say.Of("A group or its value is empty."),
					say.Of("Write each group with its value, such as admins: staff."))
			}
		}
	}
}

// groupFieldSyntax returns what a field's name may be (PocketBase core/field.go).
func groupFieldSyntax() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z0-9_]{1,255}$`) }

// GroupAttrs returns the table of what the exported hook sets. None of it is written by an apply.
func GroupAttrs() []*Attr[*PocketBase, *CollectionState] {
	type W = *PocketBase
	return []*Attr[W, *CollectionState]{{
		Meta: &Meta{
			Spec: "pocketbase.groups", Label: "Groups into fields",
			Ask: Ask{Control: AskLines, Group: AskGroups, Label: "Fields that follow a person's groups", Given: true,
				Hint: "One per line, for the exported hook: role, is_admin when admins, role: admins = staff, " +
					"or teams by name"},
			Doc: Doc{"fields that the [exported hook](groups-into-a-field.md) sets from a person's groups at each " +
				"sign-in: a list of `field:` with `when:` a group for a bool, `values:` by group, or `by:` a field " +
				"of the related collection", "none"},
		},
		want: func(w W) any { return &w.Groups },
		wish: wish{
			chooses: true,
			given: func(want any) (string, bool) {
				list := *want.(*[]GroupField)
				return groupLines(list), list != nil
			},
			take:  func(want any, text string) { *want.(*[]GroupField) = groupFieldsIn(text) },
			wrong: func(p *report.Problems, m *Meta, want any) { validateGroups(p, m, *want.(*[]GroupField)) },
		},
	}, text[W, *CollectionState](&Meta{
		Spec: "pocketbase.groups_claim", Label: "Claim with the groups", check: checkClaim,
		Ask: Ask{Control: AskCode, Group: AskGroups, Open: true, Given: true, Named: true,
			Hint: "Leave empty for groups, which authentik's own profile mapping sends with all of a person's groups"},
		Doc: Doc{"claim that has the groups; one of a scope mapping of yours limits them", "`" + AppGroupsClaim +
			"` with `provider.groups_claim`, else `" + GroupsClaim + "`, all of the person's groups"},
	}, nil, func(w W) **string { return &w.GroupsClaim })}
}

func checkClaim(p *report.Problems, m *Meta, v string) {
	if !groupFieldSyntax().MatchString(v) || v == "__proto__" {
		p.Add(m.Spec, say.Of("“%s” is no name of a claim.", v),
			say.Of("Use letters, digits and underscores, as in app_groups."))
	}
}

// groupLines returns the fields as lines of the settings page.
func groupLines(fields []GroupField) string {
	var lines []string
	for _, g := range fields {
		line := g.Field
		if g.By != "" {
			line += " by " + g.By
		}
		switch {
		case g.When != "":
			lines = append(lines, line+" when "+quoteName(g.When))
		case g.Values != nil && len(g.Values) == 0:
			lines = append(lines, line+":")
		case g.Values != nil:
			for _, group := range slices.Sorted(maps.Keys(g.Values)) {
				lines = append(lines, line+": "+quoteName(group)+" = "+quoteName(g.Values[group]))
			}
		default:
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

const (
	plainName  = `[\pL\pN._@-](?:[\pL\pN ._@-]*[\pL\pN._@-])?`
	quotedName = `"(?:[^"\\]|\\.)*"`
	anyName    = `(` + plainName + `|` + quotedName + `)`
)

func groupLine() *regexp.Regexp {
	return regexp.MustCompile(`^(\w+)(?: by (\w+))?(?: when ` + anyName +
		`|(:)(?: ` + anyName + ` = ` + anyName + `)?)?$`)
}

// groupFieldsIn reads the lines of the settings page. A line that cannot be read is a field of that name, which
// Validate refuses.
func groupFieldsIn(text string) []GroupField {
	var fields []GroupField
	line := groupLine()
	for _, entry := range entries(text) {
		m := line.FindStringSubmatch(entry)
		if m == nil {
			fields = append(fields, GroupField{Field: entry})
			continue
		}
		g := GroupField{Field: m[1], By: m[2], When: unquoteName(m[3])}
		if m[4] != "" {
			g.Values = map[string]string{}
		}
		last := len(fields) - 1
		if last >= 0 && g.Values != nil && fields[last].Values != nil && fields[last].Field == g.Field &&
			fields[last].By == g.By {
			fields[last].Values[unquoteName(m[5])] = unquoteName(m[6])
			continue
		}
		if m[5] != "" {
			g.Values[unquoteName(m[5])] = unquoteName(m[6])
		}
		fields = append(fields, g)
	}
	return fields
}

// quoteName returns the name, in double quotes as in JSON if it has characters that a line may not.
func quoteName(name string) string {
	if regexp.MustCompile(`^` + plainName + `$`).MatchString(name) {
		return name
	}
	quoted, err := json.Marshal(name)
	if err != nil {
		panic(err) // cannot happen for a string
	}
	return string(quoted)
}

func unquoteName(name string) string {
	if !strings.HasPrefix(name, `"`) {
		return name
	}
	var text string
	if json.Unmarshal([]byte(name), &text) != nil {
		return name
	}
	return text
}

// AppGroupsClaim is the claim of a link's own groups mapping. It is not GroupsClaim, because authentik joins the lists
// that two mappings give one claim.
const AppGroupsClaim = "app_groups"

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

// GroupsClaimAttrs returns the table of what limits the groups claim. The mapping that carries it out has a table of
// its own.
func GroupsClaimAttrs() []*Attr[*Spec, *ProviderState] {
	return []*Attr[*Spec, *ProviderState]{{
		Meta: &Meta{Spec: "provider.groups_claim", Label: "Groups in the claim of the link", Doc: Doc{
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
