package authentiksim

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// redirectURIs reads the list of redirect URIs. In a PATCH nothing is required
// inside an entry, so that one without matching_mode is stored and cannot be
// read afterwards.
func (c *call) redirectURIs() rule[Provider] {
	return rule[Provider]{key: "redirect_uris", set: func(p *Provider, v any) any {
		list, isList := v.([]any)
		if !isList {
			return obj{"non_field_errors": messages(fmt.Sprintf("Expected a list of items but got type %q.", pythonType(v)))}
		}
		uris, errs, wrong := []RedirectURI{}, []obj{}, false
		for _, item := range list {
			uri, problems := c.readRedirectURI(item)
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

// readRedirectURI reads one entry, and gives a new whole one its default type.
func (c *call) readRedirectURI(item any) (RedirectURI, obj) {
	in, isObject := item.(obj)
	if !isObject {
		return RedirectURI{}, obj{"non_field_errors": messages(
			fmt.Sprintf("Invalid data. Expected a dictionary, but got %s.", pythonType(item)))}
	}
	var uri RedirectURI
	errs := fill(c.redirectURIRules(), &uri, in, c.partial)
	if uri.MatchingMode == "regex" && len(errs) == 0 {
		if _, err := regexp.Compile(uri.URL); err != nil {
			errs["url"] = messages("Invalid Regex Pattern: " + uri.URL)
		}
	}
	if c.features.grantTypes && !c.partial {
		uri.Type = uri.kind()
	}
	return uri, errs
}

func (c *call) redirectURIRules() []rule[RedirectURI] {
	rules := []rule[RedirectURI]{
		choice("matching_mode", []string{"strict", "regex"}, func(u *RedirectURI) *string { return &u.MatchingMode }).need(),
		text("url", func(u *RedirectURI) *string { return &u.URL }).need(),
	}
	if c.features.grantTypes {
		rules = append(rules, choice("redirect_uri_type", []string{"authorization", "logout"},
			func(u *RedirectURI) *string { return &u.Type }))
	}
	return rules
}

// renderRedirectURIs writes the list back. An entry without mode or URL is the
// exception nobody catches, in lists of providers and of applications alike.
func (c *call) renderRedirectURIs(p *Provider) ([]obj, error) {
	if p.poisoned() {
		return nil, c.crash()
	}
	uris := []obj{}
	for _, u := range p.RedirectURIs {
		entry := obj{"matching_mode": u.MatchingMode, "url": u.URL}
		if c.features.grantTypes && (u.Type != "" || !c.partial) {
			entry["redirect_uri_type"] = u.kind()
		}
		uris = append(uris, entry)
	}
	return uris, nil
}

// poisoned tells whether a redirect URI cannot be read any more.
func (p *Provider) poisoned() bool {
	return slices.ContainsFunc(p.RedirectURIs, func(u RedirectURI) bool { return u.MatchingMode == "" || u.URL == "" })
}

func (u RedirectURI) kind() string {
	if u.Type == "" {
		return "authorization"
	}
	return u.Type
}

// matches tells whether an address is one people may be sent back to: the same
// text, or the whole of what the expression describes.
func (u RedirectURI) matches(address string) bool {
	if u.MatchingMode != "regex" {
		return u.URL == address
	}
	pattern, err := regexp.Compile(`^(?:` + u.URL + `)$`)
	return err == nil && pattern.MatchString(address)
}

// allows tells whether the provider may send people to an address.
func (p *Provider) allows(address string) bool {
	return slices.ContainsFunc(p.RedirectURIs, func(u RedirectURI) bool {
		return u.kind() == "authorization" && u.matches(address)
	})
}

// forbiddenScheme tells whether a browser would run the address instead of visiting it.
func forbiddenScheme(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return slices.Contains([]string{"javascript", "data", "vbscript"}, strings.ToLower(scheme))
}

// webAddress is a URL of a site, or blank.
func webAddress[T any](key string, field func(*T) *string) rule[T] {
	r := blankText(key, field)
	set := r.set
	r.set = func(row *T, v any) any {
		if s, isText := v.(string); isText && strings.TrimSpace(s) != "" && !isWebAddress(strings.TrimSpace(s)) {
			return messages("Enter a valid URL.")
		}
		return set(row, v)
	}
	return r
}

// isWebAddress tells whether a text is a URL; %(username)s and the like may
// stand in it, and blank://blank is the launch URL of hidden applications.
func isWebAddress(text string) bool {
	parsed, err := url.Parse(regexp.MustCompile(`%\(\w+\)s`).ReplaceAllString(text, "x"))
	return err == nil && slices.Contains([]string{"http", "https", "ftp", "ftps", "blank"}, parsed.Scheme) && parsed.Host != ""
}
