package link

import (
	"slices"

	"authpocket/internal/secret"
)

// value is one field of an object as a diff sees it.
type value struct {
	name      string
	of        Shown
	secret    secret.Text // of a sensitive one
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
		if (found && equal(b, a)) || (!found && a.of.blank() && !a.always) {
			continue
		}
		f := Field{Name: a.name, After: a.of, Sensitive: a.sensitive}
		if found {
			f.Before = b.of
		}
		if a.sensitive && f.Before.Equal(f.After) {
			f.After = ShowMask(MaskedNew)
		}
		fields = append(fields, f)
	}
	for _, b := range before {
		if _, found := other(after, b.name); !found && !b.of.blank() {
			fields = append(fields, Field{Name: b.name, Before: b.of, Sensitive: b.sensitive})
		}
	}
	return fields
}

func equal(a, b value) bool {
	switch {
	case a.sensitive:
		return a.secret.Equal(b.secret)
	case a.unordered:
		return a.of.sorted().Equal(b.of.sorted())
	}
	return a.of.Equal(b.of)
}
