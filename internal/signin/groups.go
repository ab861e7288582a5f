package signin

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// GroupSeen is a field that the exported hook sets, after a sign-in.
type GroupSeen struct {
	Field string
	// Want is what the claim comes to, Got what the account has, each for people.
	Want, Got string
	Same      bool
	// Empty reports whether nothing is wanted, as in an account that no hook has ever set.
	Empty bool
}

// GroupsIn returns the groups in the claim, false if it is no list of texts.
func GroupsIn(all map[string]json.RawMessage, claim string) ([]string, bool) {
	var names []*string // a null is no text
	if json.Unmarshal(all[claim], &names) != nil || names == nil || slices.Contains(names, nil) {
		return nil, false
	}
	return link.Each(names, func(name *string) string { return *name }), true
}

// wantedGroups returns what a field gets from these groups: values, and whether a flag is set.
func wantedGroups(f link.GroupField, groups []string) (values []string, set bool) {
	if f.When != "" {
		return nil, slices.Contains(groups, f.When)
	}
	return f.ValuesOf(groups), false
}

// SeeGroups compares the fields of an account with the groups in the claim. names returns the names of the related
// records in a field. The result is nil without a claim.
func SeeGroups(g link.GroupsInto, claims map[string]json.RawMessage, account map[string]json.RawMessage,
	names func(link.GroupField) []string) []GroupSeen {
	groups, sent := GroupsIn(claims, g.Claim)
	if !sent {
		return nil
	}
	var list []GroupSeen
	for _, f := range g.Fields {
		values, set := wantedGroups(f, groups)
		one := GroupSeen{Field: f.Field, Want: strings.Join(values, ", "), Empty: len(values) == 0}
		if f.When != "" {
			var now bool
			_ = json.Unmarshal(account[f.Field], &now)
			one.Want, one.Got, one.Same, one.Empty = strconv.FormatBool(set), strconv.FormatBool(now), now == set, !set
		} else {
			got := heldGroups(account[f.Field], names(f))
			one.Got, one.Same = strings.Join(got, ", "), slices.Equal(got, split(values))
		}
		list = append(list, one)
	}
	return list
}

// heldGroups returns the values that a field has, sorted. names are those of related records, nil for another field.
func heldGroups(raw json.RawMessage, names []string) []string {
	var list []string
	var text string
	switch {
	case names != nil:
		list = slices.Clone(names)
	case json.Unmarshal(raw, &text) == nil:
		list = []string{text}
	default:
		_ = json.Unmarshal(raw, &list)
	}
	return split(list)
}

// split returns the values sorted, those that one text holds one by one.
func split(list []string) []string {
	values := slices.DeleteFunc(strings.Split(strings.Join(list, ", "), ", "), func(s string) bool { return s == "" })
	slices.Sort(values)
	return values
}

// GroupsCheck returns the check of the exported hook by a sign-in, false if the link has no use for a hook or nobody
// signed in.
func GroupsCheck(d *link.Desired, v *Verdict) (report.Check, bool) {
	check := report.Check{ID: report.CheckPocketBaseGroups, System: report.PB,
		Title: say.Of("The account's fields follow the person's groups")}
	if len(d.Groups.Fields) == 0 || v == nil || !v.Works {
		return check, false
	}
	if v.Groups == nil {
		check.Remedy = say.Of("Attach a scope mapping that sends it, or name another claim for " +
			"the groups.")
		check.Status, check.System = report.Fail, report.Authentik
		check.Evidence = say.Of("authentik sent no list of groups as %s, so the hook leaves the fields as they are.",
			d.Groups.Claim)
		return check, true
	}
	var same, other []say.Text
	for _, g := range v.Groups {
		if g.Same {
			same = append(same, say.Of("%s is “%s”, as the groups say.", g.Field, g.Got))
		} else {
			other = append(other, say.Of("%s is “%s”, and the groups say “%s”.", g.Field, g.Got, g.Want))
		}
	}
	switch {
	case len(v.Groups) == 0:
		return *check.Skips(say.Of("The account could not be read after the sign-in.")), true
	case len(other) > 0:
		check.Status, check.Evidence = report.Fail, say.Join(other...)
		check.Remedy = say.Of("Put the exported hook into pb_hooks and restart PocketBase. If it is there, the field " +
			"cannot hold the value: PocketBase's log says why, in a line that begins with authpocket.")
		return check, true
	case !slices.ContainsFunc(v.Groups, func(g GroupSeen) bool { return !g.Empty }):
		return *check.Skips(say.Of("The person is in none of the groups, and all fields are empty, as they are without " +
			"a hook too. Test with a person who is in one.")), true
	}
	return *check.Passes(say.Join(same...)), true
}

// ForeseeGroups returns a sentence about what the exported hook, if it is in place, sets at a sign-in with these
// claims. It is empty if the link has no use for a hook.
func ForeseeGroups(g link.GroupsInto, claims map[string]json.RawMessage) say.Text {
	if len(g.Fields) == 0 {
		return say.Text{}
	}
	groups, sent := GroupsIn(claims, g.Claim)
	if !sent {
		return say.Of("authentik sends no list of groups as %s, so the exported hook leaves its fields as they are.",
			g.Claim)
	}
	parts := link.Each(g.Fields, func(f link.GroupField) say.Text {
		values, set := wantedGroups(f, groups)
		text := strings.Join(values, ", ")
		if f.When != "" {
			text = strconv.FormatBool(set)
		}
		return say.Of("%s to “%s”", f.Field, cmp.Or(text, "—"))
	})
	return say.Of("Where the exported hook is in place and the fields can hold it, it sets %s.", say.And(parts...))
}
