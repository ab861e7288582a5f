package authentik

import (
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
)

// fields are an object's values by authentik's own keys: strings, booleans,
// integers and lists of strings, made alike for what is wanted and what is
// there, so that they can be compared.
type fields map[string]any

// differing lists the names whose values differ. A key that the answer does
// not have cannot be compared: the server lacks the feature, or hides the
// value.
func differing(names []string, want, got fields, answered object) []string {
	var differs []string
	for _, name := range names {
		hidden := !answered.has(name) || name == "client_secret" && got[name] == ""
		if !hidden && !same(want[name], got[name]) {
			differs = append(differs, name)
		}
	}
	return differs
}

func same(a, b any) bool {
	listA, okA := a.([]string)
	listB, okB := b.([]string)
	if okA && okB {
		return slices.Equal(listA, listB)
	}
	textA, okA := a.(string)
	textB, okB := b.(string)
	if okA && okB { // authentik trims what it is sent
		return strings.TrimSpace(textA) == strings.TrimSpace(textB)
	}
	return a == b
}

func seen(differs []string) finding {
	if len(differs) > 0 {
		return finding{presence: different, differs: differs}
	}
	return finding{presence: asWanted}
}

func mappingFields(m link.Mapping) fields {
	return fields{"name": m.Name, "scope_name": m.Scope, "description": m.Description, "expression": m.Expression}
}

func applicationFields(a link.ApplicationState) fields {
	return fields{
		"name": a.Name, "slug": a.Slug, "group": a.Group, "provider": a.Provider,
		"policy_engine_mode": a.PolicyEngineMode, "meta_launch_url": a.LaunchURL,
		"meta_icon": a.Icon, "meta_publisher": a.Publisher, "meta_description": a.Description,
		"open_in_new_tab": a.OpenInNewTab, "meta_hide": a.Hide,
	}
}

func providerFields(p link.ProviderState) fields {
	ids := make([]string, len(p.Mappings))
	for i, m := range p.Mappings {
		ids[i] = m.ID
	}
	return fields{
		"name": p.Name, "client_type": p.ClientType,
		"client_id": p.ClientID, "client_secret": p.ClientSecret.Reveal(),
		"authorization_flow": p.AuthorizationFlow.ID, "invalidation_flow": p.InvalidationFlow.ID,
		"authentication_flow": p.AuthenticationFlow.ID, "signing_key": p.SigningKey.ID,
		"access_code_validity": p.AccessCodeValidity, "access_token_validity": p.AccessTokenValidity,
		"refresh_token_validity": p.RefreshTokenValidity, "refresh_token_threshold": p.RefreshTokenThreshold,
		"sub_mode": p.SubjectMode, "issuer_mode": p.IssuerMode,
		"include_claims_in_id_token": p.IncludeClaims,
		"grant_types":                set(p.GrantTypes), "property_mappings": set(ids),
		"redirect_uris": redirectLines(p.RedirectURIs),
	}
}

func bindingFields(b link.BindingState) fields {
	return fields{
		"target": b.Application.ID, b.Kind: b.Target.ID,
		"order": strconv.Itoa(b.Order), "enabled": b.Enabled, "negate": b.Negate,
	}
}

// set is the list without order and repetition.
func set(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func redirectLines(uris []link.RedirectURI) []string {
	lines := make([]string, len(uris))
	for i, r := range uris {
		lines[i] = redirectMode(r) + " " + redirectType(r) + " " + strings.TrimSpace(r.URL)
	}
	return lines
}

// redirectMode is never empty: an entry without a matching mode is stored by
// authentik and makes every later list fail.
func redirectMode(r link.RedirectURI) string {
	if r.Mode == "" {
		return "strict"
	}
	return r.Mode
}

func redirectType(r link.RedirectURI) string {
	if r.Type == "" {
		return "authorization"
	}
	return r.Type
}

// part is the kind of object that the keys of a refusal are keys of.
type part string

const (
	partApplication part = "application"
	partProvider    part = "provider"
	partBinding     part = "access"
	partMapping     part = "email"
	partKey         part = "key"
	partPair        part = "pair"
)

// fieldOf gives the words for the keys of a complaint, and the spec's path of
// the field they mean; empty where there is none.
func fieldOf(p part, path []string) (label, specPath string) {
	if p == partPair && len(path) > 0 {
		p = map[string]part{"app": partApplication, "provider": partProvider, "policy_bindings": partBinding}[path[0]]
		path = path[1:]
	}
	switch {
	case p == partMapping:
		specPath = "email"
	case p == partKey:
		specPath = "provider.signing_key"
	case p == partBinding && len(path) > 0:
		specPath = map[string]string{"group": "access.groups", "user": "access.users", "policy": "access.policies"}[path[len(path)-1]]
	case len(path) > 0:
		specPath = specPathOf(p, path[0])
	}
	return strings.ReplaceAll(strings.Join(path, " "), "_", " "), specPath
}

// specPathOf is the spec's path for one of authentik's keys. Most are called
// alike.
func specPathOf(p part, key string) string {
	switch key {
	case "sub_mode":
		key = "subject_mode"
	case "property_mappings":
		key = "scope_mappings"
	case "client_type", "grant_types", "include_claims_in_id_token", "provider":
		return "" // not of the spec's choosing
	}
	if p != partApplication && p != partProvider {
		return ""
	}
	return string(p) + "." + strings.TrimPrefix(key, "meta_")
}
