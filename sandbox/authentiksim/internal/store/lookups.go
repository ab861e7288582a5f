package store

import (
	"slices"
	"strings"
)

func (st *State) ApplicationOf(provider int) *Application {
	return st.Applications.Get(st.ByProvider[provider])
}

func (st *State) ApplicationBySlug(slug string) *Application {
	return st.Applications.Find(func(a *Application) bool { return a.Slug == slug })
}

func (st *State) ProviderByClientID(id string) *Provider {
	return st.Providers.Find(func(p *Provider) bool { return p.ClientID == id })
}

func (st *State) FlowBySlug(slug string) *Flow {
	return st.Flows.Find(func(f *Flow) bool { return f.Slug == slug })
}

func (st *State) MappingsOf(p *Provider) []*ScopeMapping {
	return slices.DeleteFunc(st.Mappings.All(), func(m *ScopeMapping) bool { return !slices.Contains(p.PropertyMappings, m.PK) })
}

// mappingsByScope is a provider's mappings in the order their claims are merged.
func (st *State) MappingsByScope(p *Provider) []*ScopeMapping {
	mappings := st.MappingsOf(p)
	slices.SortStableFunc(mappings, func(a, b *ScopeMapping) int { return strings.Compare(a.ScopeName, b.ScopeName) })
	return mappings
}

// scopesOf is the scopes a provider has mappings for.
func (st *State) ScopesOf(p *Provider) []string {
	scopes := []string{}
	for _, m := range st.MappingsOf(p) {
		if !slices.Contains(scopes, m.ScopeName) {
			scopes = append(scopes, m.ScopeName)
		}
	}
	return scopes
}

func (st *State) BindingsOf(target string) []*Binding {
	return slices.DeleteFunc(st.Bindings.All(), func(b *Binding) bool { return b.Target != target })
}

// isTarget tells whether bindings can be put on the object with a key.
func (st *State) IsTarget(key string) bool {
	return st.Applications.Has(key) ||
		st.Flows.Find(func(f *Flow) bool { return f.BindingPK == key }) != nil
}
