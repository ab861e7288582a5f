package resolve

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// resolveGroups resolves what the exported hook sets, and adds a problem for each field that can't hold it.
func resolveGroups(d *link.Desired, want *link.PocketBase, problems *report.Problems) {
	claim := link.GroupsClaim
	limited := mappings.GroupsName(d.Application.Slug)
	if slices.ContainsFunc(d.Provider.Mappings, func(r link.Ref) bool { return r.Name == limited }) {
		claim = link.AppGroupsClaim
	}
	d.Groups = link.GroupsInto{Claim: link.Value(want.GroupsClaim, claim), Fields: want.Groups}
	for i, g := range want.Groups {
		c := groupChecker{at: link.FieldAt("pocketbase.groups", i), g: g, c: d.Collection, problems: problems}
		c.check()
	}
}

// groupChecker checks one field against the collection.
type groupChecker struct {
	at       string
	g        link.GroupField
	c        link.CollectionState
	problems *report.Problems
}

func (c groupChecker) add(key string, summary, todo say.Text) {
	c.problems.Add(c.at+"."+key, summary, todo)
}

func (c groupChecker) check() {
	field := link.Find(c.c.Fields, func(f link.CollectionField) bool { return f.Name == c.g.Field })
	switch {
	case field == nil:
		c.add("field", say.Of("%s has no field “%s” for the groups.", c.c.Name, c.g.Field),
			say.Of("Choose one of its fields, or create it in PocketBase first."))
		return
	case field.System:
		c.add("field", say.Of("The field “%s” is PocketBase's own.", field.Name),
			say.Of("Choose another field, or create one in PocketBase."))
		return
	case !slices.Contains(link.GroupTypes(), field.Type):
		c.add("field", say.Of("The field “%s” is of the type %s, which cannot hold groups.", field.Name, field.Type),
			say.Of("Choose a field of one of these types: %s.", strings.Join(link.GroupTypes(), ", ")))
		return
	case field.Required:
		c.add("field", say.Of("The field “%s” is required, so the hook could never take its value away.", field.Name),
			say.Of("Make it optional in PocketBase."))
	}
	c.checkOthers(field.Name)
	c.checkKind(*field)
}

// checkOthers checks what else has to do with the field.
func (c groupChecker) checkOthers(name string) {
	mapped := c.c.OAuth2.Mapped
	if slices.Contains([]string{mapped.ID, mapped.Name, mapped.Username, mapped.AvatarURL}, name) {
		c.add("field", say.Of("The field “%s” already gets another claim.", name),
			say.Of("Choose another field, or map that claim to none."))
	}
	if strings.Contains(link.Value(c.c.CreateRule, ""), "@request.body."+name) {
		c.add("field", say.Of("The create rule asks for the field “%s”, which the hook sets before the rule is "+
			"checked.", name),
			say.Of("Leave the field out of the rule: the hook already keeps others from setting it."))
	}
	word := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`)
	if slices.ContainsFunc(c.c.Indexes, func(index string) bool {
		return strings.Contains(strings.ToUpper(index), "UNIQUE") && word.MatchString(index)
	}) {
		c.add("field", say.Of("The field “%s” is in a unique index, so two people of one group could not both sign in.",
			name), say.Of("Remove the index in PocketBase, or choose another field."))
	}
}

// checkKind checks what the type of the field needs.
func (c groupChecker) checkKind(field link.CollectionField) {
	isBool := field.Type == link.FieldBool
	switch {
	case isBool && c.g.When == "":
		c.add("field", say.Of("The field “%s” is of the type bool, and no group is named for it.", field.Name),
			say.Of("Add when: with the group whose members have it set."))
	case !isBool && c.g.When != "":
		c.add("when", say.Of("The field “%s” is of the type %s, and when is for the type bool.", field.Name,
			field.Type), say.Of("Use values instead, or leave it out."))
	}
	if c.g.By != "" && field.Type != link.FieldRelation {
		c.add("by", say.Of("The field “%s” is of the type %s, and by is for a relation.", field.Name, field.Type),
			say.Of("Leave it out."))
	}
	options := field.Read()
	if field.Type != link.FieldSelect || options.Values == nil {
		return
	}
	for _, group := range slices.Sorted(maps.Keys(c.g.Values)) {
		if v := c.g.Values[group]; !slices.Contains(options.Values, v) {
			c.add("values", say.Of("The field “%s” has no option “%s”.", field.Name, v),
				say.Of("Choose one of: %s.", strings.Join(options.Values, ", ")))
		}
	}
}
