package link

// Chosen marks the fields that the spec sets as not usual, whatever their value.
func (s Spec) Chosen(fields []Field) {
	set := map[string]bool{}
	given(set, ApplicationAttrs(), &s.Application)
	given(set, ProviderAttrs(), &s.Provider)
	given(set, SlotAttrs(), &s.PocketBase)
	given(set, OAuth2Attrs(), &s.PocketBase)
	for i, f := range fields {
		fields[i].Usual = f.Usual && !set[f.Place]
	}
}

// given adds the paths that the spec sets.
func given[W, S any](set map[string]bool, table []Attr[W, S], want *W) {
	for _, a := range table {
		if a.Given != nil {
			_, ok := a.Given(want)
			set[a.Spec] = ok
		}
	}
}
