package link

import (
	"reflect"
	"slices"
)

// value is one field of an object as a diff sees it.
type value struct {
	name      string
	of        any // string, bool, int or []string
	sensitive bool
	unordered bool
	always    bool // listed for a new object even when it holds nothing
}

// diff lists the fields in which after differs from before. A field that only
// one of them has is listed if it holds something.
func diff(before, after []value) []Field {
	var fields []Field
	other := func(list []value, name string) (value, bool) {
		i := slices.IndexFunc(list, func(v value) bool { return v.name == name })
		if i < 0 {
			return value{}, false
		}
		return list[i], true
	}
	for _, a := range after {
		b, found := other(before, a.name)
		if (found && equal(b, a)) || (!found && blank(a) && !a.always) {
			continue
		}
		f := Field{Name: a.name, After: printable(a), Sensitive: a.sensitive}
		if found {
			f.Before = printable(b)
		}
		if a.sensitive && f.Before == f.After {
			f.After = MaskedNew
		}
		fields = append(fields, f)
	}
	for _, b := range before {
		if _, found := other(after, b.name); !found && !blank(b) {
			fields = append(fields, Field{Name: b.name, Before: printable(b), Sensitive: b.sensitive})
		}
	}
	return fields
}

func equal(a, b value) bool {
	if list, ok := a.of.([]string); ok && a.unordered {
		return slices.Equal(sorted(list), sorted(b.of.([]string)))
	}
	if s, ok := a.of.(interface{ IsSet() bool }); ok && a.sensitive {
		return equalSecrets(s, b.of)
	}
	if list, ok := a.of.([]string); ok {
		return slices.Equal(list, b.of.([]string))
	}
	return reflect.DeepEqual(a.of, b.of)
}

func sorted(list []string) []string {
	return slices.Sorted(slices.Values(list))
}

func blank(v value) bool {
	switch of := v.of.(type) {
	case string:
		return of == ""
	case bool:
		return !of
	case []string:
		return len(of) == 0
	}
	return v.of == nil
}

// printable is what a person may see of a value.
func printable(v value) any {
	if v.sensitive {
		if s, ok := v.of.(interface{ IsSet() bool }); ok && s.IsSet() {
			return MaskedSet
		}
		return MaskedNone
	}
	if list, ok := v.of.([]string); ok {
		return slices.Clone(notNil(list))
	}
	return v.of
}
