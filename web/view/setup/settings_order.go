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
	if p.Existing != nil {
		choices(*p.Existing)
	}
	choices(p.Email)
	choices(p.App.Preset)
	fields(p.Application.Fields...)
	ticks(p.Application.Ticks)
	fields(p.Access.Lists...)
	choices(p.Access.Mode)
	fields(p.Provider.Fields...)
	names = append(names, p.Provider.Secret.Name)
	fields(p.Provider.Redirects)
	choices(p.Provider.Key)
	if p.Provider.Mappings != nil {
		names = append(names, p.Provider.Mappings.Name)
	}
	choices(p.Provider.Modes...)
	fields(p.Provider.PublicURL)
	choices(p.Consent.Flows...)
	fields(p.Consent.Validities...)
	fields(p.PocketBase.Addresses)
	choices(p.PocketBase.Collection, p.PocketBase.Slot)
	fields(p.PocketBase.Display)
	ticks(p.PocketBase.Ticks)
	fields(p.Endpoints.URLs...)
	choices(p.Endpoints.UserInfo)
	fields(p.Endpoints.IDToken...)
	choices(slices.Concat(p.Records.Mapped, p.Records.Rules)...)
	fields(p.Records.Groups...)
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
