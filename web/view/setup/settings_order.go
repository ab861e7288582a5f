package setup

import (
	"slices"
	"sort"

	"authpocket/web/view"
)

// Controls returns the names of the controls in page order.
func (p SettingsPage) Controls() []string {
	var names []string
	fields := func(list ...view.Field) {
		for _, f := range list {
			names = append(names, f.Name)
		}
	}
	choices := func(list ...view.Choice) {
		for _, c := range list {
			names = append(names, c.Name)
		}
	}
	ticks := func(list []view.Check) {
		for _, c := range list {
			names = append(names, c.Name)
		}
	}
	fields(p.Application...)
	if p.Existing != nil {
		choices(*p.Existing)
	}
	fields(p.Addresses)
	choices(p.Collection, p.Email)
	fields(p.Access.Lists...)
	choices(p.Access.Mode)
	a, b := p.Authentik, p.PocketBase
	fields(a.Application...)
	ticks(a.Ticks)
	fields(a.Provider...)
	names = append(names, a.Secret.Name)
	fields(a.Redirects)
	choices(append(slices.Clone(a.Flows), a.Key)...)
	if a.Mappings != nil {
		names = append(names, a.Mappings.Name)
	}
	choices(a.Modes...)
	fields(append(slices.Clone(a.Validities), a.PublicURL, b.Display)...)
	choices(b.Slot)
	fields(b.URLs...)
	choices(b.UserInfo)
	fields(b.IDToken...)
	choices(slices.Concat(b.Mapped, b.Rules)...)
	ticks(b.Ticks)
	return names
}

// inOrder sorts problems in page order. Those whose control is not on the page
// come last and appear in the summary only.
func inOrder(problems view.Problems, controls []string) view.Problems {
	place := func(p view.Problem) int {
		i := slices.IndexFunc(controls, func(name string) bool { return view.FieldID(name) == p.Target })
		if i < 0 {
			return len(controls)
		}
		return i
	}
	sorted := slices.Clone(problems)
	sort.SliceStable(sorted, func(i, j int) bool { return place(sorted[i]) < place(sorted[j]) })
	for i, p := range sorted {
		if place(p) == len(controls) {
			sorted[i].Target = ""
		}
	}
	return sorted
}
