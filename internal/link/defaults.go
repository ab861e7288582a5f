package link

import (
	"slices"
	"strings"
)

// Defaults are what a new link gets of a preset in the place of the usual defaults. Addresses may contain {base}, which
// is a public address of PocketBase, and {app}, which is the app's own.
type Defaults struct {
	Name, Slug      string
	LaunchURL, Icon string
	// RedirectURIs are needed beside PocketBase's own ones, in existing links too.
	RedirectURIs []string
}

// DefaultAddress returns an address of the spec's defaults, empty where it is at the app's own address and that is not
// known. launch is the launch URL of an existing application.
func (s Spec) DefaultAddress(template, launch string) string {
	base := ""
	if len(s.PocketBaseURLs) > 0 {
		base = s.PocketBaseURLs[0]
	}
	return s.address(template, base, launch)
}

func (s Spec) address(template, base, launch string) string {
	app := strings.TrimRight(Value(s.Application.LaunchURL, launch), "/")
	if app == "" && strings.Contains(template, "{app}") {
		return ""
	}
	return strings.NewReplacer("{base}", strings.TrimRight(base, "/"), "{app}", app).Replace(template)
}

// NeededRedirects returns the addresses that authentik has to return to where the spec leaves the redirect URIs open:
// PocketBase's own ones, and those of the defaults.
func (s Spec) NeededRedirects(launch string) []string {
	var list []string
	add := func(u string) {
		if u != "" && !slices.Contains(list, u) {
			list = append(list, u)
		}
	}
	for _, base := range s.PocketBaseURLs {
		add(RedirectURL(base))
	}
	for _, base := range s.PocketBaseURLs {
		for _, template := range s.Defaults.RedirectURIs {
			add(s.address(template, base, launch))
		}
	}
	return list
}
