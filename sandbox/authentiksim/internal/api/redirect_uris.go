package api

import (
	"fmt"
	"regexp"

	"authpocket/sandbox/authentiksim/internal/python"
	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// redirectURIs reads the list of redirect URIs. In a PATCH an entry has no required fields, so an entry without
// matching_mode is stored and makes the provider unreadable.
func redirectURIs(c *serve.Call) rest.Rule[store.Provider] {
	return rest.Rule[store.Provider]{Key: "redirect_uris", Set: func(p *store.Provider, v any) any {
		list, isList := v.([]any)
		if !isList {
			return obj{"non_field_errors": rest.NotAList(v)}
		}
		uris, errs, wrong := []store.RedirectURI{}, []obj{}, false
		for _, item := range list {
			uri, problems := readRedirectURI(c, item)
			uris, errs = append(uris, uri), append(errs, problems)
			wrong = wrong || len(problems) > 0
		}
		if wrong {
			return errs
		}
		p.RedirectURIs = uris
		return nil
	}}
}

// readRedirectURI reads an entry and, outside a PATCH, gives it the default type.
func readRedirectURI(c *serve.Call, item any) (store.RedirectURI, obj) {
	in, isObject := item.(obj)
	if !isObject {
		return store.RedirectURI{}, obj{"non_field_errors": rest.Messages(
			fmt.Sprintf("Invalid data. Expected a dictionary, but got %s.", python.TypeOf(item)))}
	}
	var uri store.RedirectURI
	errs := rest.Fill(redirectURIRules(c), &uri, in, c.Partial)
	if uri.MatchingMode == "regex" && len(errs) == 0 {
		if _, err := regexp.Compile(uri.URL); err != nil {
			errs["url"] = rest.Messages("Invalid Regex Pattern: " + uri.URL)
		}
	}
	if c.Features.GrantTypes && !c.Partial {
		uri.Type = uri.Kind()
	}
	return uri, errs
}

func redirectURIRules(c *serve.Call) []rest.Rule[store.RedirectURI] {
	rules := []rest.Rule[store.RedirectURI]{
		rest.Choice("matching_mode", []string{"strict", "regex"},
			func(u *store.RedirectURI) *string { return &u.MatchingMode }).Required(),
		rest.Text("url", func(u *store.RedirectURI) *string { return &u.URL }).Required(),
	}
	if c.Features.GrantTypes {
		rules = append(rules, rest.Choice("redirect_uri_type", []string{"authorization", "logout"},
			func(u *store.RedirectURI) *string { return &u.Type }))
	}
	return rules
}

// renderRedirectURIs returns the list in the form of the API. An entry without mode or URL crashes authentik, in
// lists of providers and of applications.
func renderRedirectURIs(c *serve.Call, p *store.Provider) ([]obj, error) {
	if p.Broken() {
		return nil, c.Crash()
	}
	uris := []obj{}
	for _, u := range p.RedirectURIs {
		entry := obj{"matching_mode": u.MatchingMode, "url": u.URL}
		if c.Features.GrantTypes && (u.Type != "" || !c.Partial) {
			entry["redirect_uri_type"] = u.Kind()
		}
		uris = append(uris, entry)
	}
	return uris, nil
}
