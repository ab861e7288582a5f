package undo

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// The fields that record an application's bindings in the change that deletes it.
const (
	bindingsField = "bindings"          // those that a spec can express: "group staff"
	otherBindings = "bindings.other"    // those that it can't
	offBindings   = "bindings.disabled" // disabled ones
	// unseenBindings is recorded if the token can't list bindings.
	unseenBindings = "any that the token can't see"
)

// bindingFields returns the fields that record the application's bindings.
func bindingFields(a *link.AuthentikSnapshot) []link.Field {
	if slices.Contains(a.Missing, report.PermViewBinding) {
		return []link.Field{{Name: otherBindings, Before: link.ShowList([]string{unseenBindings})}}
	}
	named, other, off := []string{}, []string{}, []string{}
	for _, b := range a.Bindings {
		name := b.Who()
		if b.Expires != "" {
			name = say.Of("%s (until %s)", name, b.Expires)
		}
		switch {
		case !b.Enabled:
			off = append(off, name.String())
		case b.Negate || b.Expires != "":
			other = append(other, name.String())
		default:
			named = append(named, name.String())
		}
	}
	fields := []link.Field{{Name: bindingsField, Before: link.ShowList(named)},
		{Name: otherBindings, Before: link.ShowList(other)}, {Name: offBindings, Before: link.ShowList(off)}}
	return slices.DeleteFunc(fields, func(f link.Field) bool {
		list, _ := f.Before.List()
		return f.Name != bindingsField && len(list) == 0
	})
}

// lostBindings returns the deleted bindings that access does not name, except disabled ones.
func lostBindings(deletion *link.Change, access *link.Access) []string {
	if deletion.Action != link.Delete {
		return nil
	}
	var known []string
	if access != nil {
		for _, kind := range []string{"group", "user", "policy"} {
			for _, name := range *access.Of(kind) {
				known = append(known, link.BindingState{Kind: kind, Target: link.Ref{Name: name}}.Who().String())
			}
		}
	}
	var gone []string
	found := false
	for _, f := range deletion.Fields {
		names, _ := f.Before.List()
		switch f.Name {
		case otherBindings:
			gone, found = append(gone, names...), true
		case bindingsField:
			found = true
			for _, name := range names {
				if !slices.Contains(known, name) {
					gone = append(gone, name)
				}
			}
		}
	}
	if !found {
		return []string{unseenBindings}
	}
	return gone
}

// disabledBindings returns the deleted bindings that were turned off.
func disabledBindings(deletion *link.Change) (names []string) {
	for _, f := range deletion.Fields {
		if list, _ := f.Before.List(); f.Name == offBindings {
			for _, name := range list {
				names = append(names, name+" (disabled)")
			}
		}
	}
	return names
}
