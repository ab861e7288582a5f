package store

import (
	"slices"
	"strings"
)

// ApplicationOf returns the application of a provider, or nil.
func (st *State) ApplicationOf(provider int) *Application {
	return st.Applications.Get(st.ByProvider[provider])
}

// ApplicationBySlug returns the application with a slug, or nil.
func (st *State) ApplicationBySlug(slug string) *Application {
	return st.Applications.Find(func(a *Application) bool { return a.Slug == slug })
}

// ProviderByClientID returns the provider with a client ID, or nil.
func (st *State) ProviderByClientID(id string) *Provider {
	return st.Providers.Find(func(p *Provider) bool { return p.ClientID == id })
}

// FlowBySlug returns the flow with a slug, or nil.
func (st *State) FlowBySlug(slug string) *Flow {
	return st.Flows.Find(func(f *Flow) bool { return f.Slug == slug })
}

// MappingsOf returns a provider's mappings in the order of their table.
func (st *State) MappingsOf(p *Provider) []*ScopeMapping {
	unused := func(m *ScopeMapping) bool { return !slices.Contains(p.PropertyMappings, m.PK) }
	return slices.DeleteFunc(st.Mappings.All(), unused)
}

// MappingsByScope returns a provider's mappings in the order their claims are merged.
func (st *State) MappingsByScope(p *Provider) []*ScopeMapping {
	mappings := st.MappingsOf(p)
	slices.SortStableFunc(mappings, func(a, b *ScopeMapping) int { return strings.Compare(a.ScopeName, b.ScopeName) })
	return mappings
}

// ScopesOf returns the scopes a provider has mappings for.
func (st *State) ScopesOf(p *Provider) []string {
	scopes := []string{}
	for _, m := range st.MappingsOf(p) {
		if !slices.Contains(scopes, m.ScopeName) {
			scopes = append(scopes, m.ScopeName)
		}
	}
	return scopes
}

// BindingsOf returns the bindings of a target.
func (st *State) BindingsOf(target string) []*Binding {
	return slices.DeleteFunc(st.Bindings.All(), func(b *Binding) bool { return b.Target != target })
}

// AcceptsBindings reports whether the object with a key can have bindings.
func (st *State) AcceptsBindings(key string) bool {
	return st.Applications.Has(key) ||
		st.StageBindings.Find(func(b *StageBinding) bool { return b.BindingPK == key }) != nil ||
		st.Flows.Find(func(f *Flow) bool { return f.BindingPK == key }) != nil
}
