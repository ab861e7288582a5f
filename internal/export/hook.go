package export

import (
	_ "embed" // for the code of a hook
	"maps"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

const hookName = "pocketbase-hook"

// HookVersion is in the hook's first line. It changes with what the hook does.
const HookVersion = "1"

const hookHead = `// authpocket pocketbase-hook, version ` + HookVersion + `
/// <reference path="../pb_data/types.d.ts" />

// PocketBase hook: at each sign-in through the link's slot, it sets fields of the account from the person's groups in
// authentik, and takes them away again. For PocketBase 0.23 and later.
//
// Save it in pb_hooks, beside pb_data, under a name that ends with .pb.js. A second link has a file of its own. A value
// that a field cannot hold is not written: the field keeps what it has, and PocketBase's log says why.

`

// hookCode is the same for every plan, but for the data that replaces its words in capitals.
//
//go:embed hook.js
var hookCode string

// Hook returns the format of the hook that sets fields from a person's groups. It is no plan as code: PocketBase runs
// it at each sign-in, beside what a plan writes.
func Hook() Format {
	return Format{Name: hookName, Title: say.Of("PocketBase hook for groups"), FileName: "authpocket_groups.pb.js",
		MediaType: "text/javascript; charset=utf-8", Write: whole(hook)}
}

func hook(p link.Plan) (string, error) {
	d := p.Desired
	if len(d.Groups.Fields) == 0 {
		return "", report.Problems{{Field: "pocketbase.groups",
			Summary: say.Of("The link sets no fields from a person's groups, so there is no hook."),
			Todo:    say.Of("Name the fields under pocketbase.groups, then export again.")}}
	}
	if problems := hookTexts(&d); len(problems) > 0 {
		return "", problems
	}
	var fields []any
	var names []string
	for _, f := range d.Groups.Fields {
		fields = append(fields, hookField(f))
		names = append(names, f.Field)
	}
	data, err := renderJSON(object{{"slot", d.Slot.Slot}, {"claim", d.Groups.Claim}, {"fields", fields}})
	if err != nil {
		return "", err
	}
	list, err := renderJSON(names)
	if err != nil {
		return "", err
	}
	// One pass, so that no name is taken for a word of the code.
	fill := strings.NewReplacer("LINK;", strings.ReplaceAll(data, "\n", "\n  ")+";",
		"FIELDS;", strings.ReplaceAll(list, "\n", "\n  ")+";", "COLLECTION)", jsonText(d.Collection.Name)+")")
	return hookHead + fill.Replace(hookCode), nil
}

// hookField returns a field with its values as pairs, which no name can be special in.
func hookField(f link.GroupField) object {
	var when, values any
	if f.When != "" {
		when = f.When
	}
	if f.Values != nil {
		pairs := []any{}
		for _, group := range slices.Sorted(maps.Keys(f.Values)) {
			pairs = append(pairs, []string{group, f.Values[group]})
		}
		values = pairs
	}
	return object{{"field", f.Field}, {"when", when}, {"values", values}, {"by", f.LookUp()}}
}

// hookTexts returns the problems of texts that the hook cannot represent.
func hookTexts(d *link.Desired) (problems report.Problems) {
	check := func(field, value string) {
		if reason := refusedEverywhere(value); reason != "" {
			problems.Add(field, say.Of("A name has %s, which %s cannot carry.", reason, "a PocketBase hook"),
				say.Of("Change it where it was set, then export again."))
		}
	}
	check("pocketbase.collection", d.Collection.Name)
	check("pocketbase.slot", d.Slot.Slot)
	check("provider.groups", d.Groups.Claim)
	for i, f := range d.Groups.Fields {
		at := link.FieldAt("pocketbase.groups", i)
		check(at+".field", f.Field)
		check(at+".when", f.When)
		check(at+".by", f.By)
		for _, group := range slices.Sorted(maps.Keys(f.Values)) {
			check(at+".values", group)
			check(at+".values", f.Values[group])
		}
	}
	return problems
}
