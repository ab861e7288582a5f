// Package link holds the data types of a link between an authentik and a PocketBase, and pure functions on them. It
// does no I/O.
package link

import (
	"cmp"
	"slices"
	"strings"
)

// Spec is what the admin wants of a link. A nil field is left open: it keeps its current value, or gets its default in
// a new object. A set field gets exactly that value; an empty value clears it.
type Spec struct {
	// AuthentikURL is authentik's public address, as browsers see it. If empty, it is the address that
	// authpocket uses.
	AuthentikURL string `yaml:"-" json:"authentik_url"`
	// PocketBaseURLs are PocketBase's public addresses. Each one gets a
	// strict redirect URI.
	PocketBaseURLs []string `yaml:"-" json:"pocketbase_urls"`

	// Preset names what is known about the app, empty for none. nil leaves it open.
	Preset *string `yaml:"preset" json:"preset,omitempty"`
	// Defaults are those of the preset.
	Defaults Defaults `yaml:"-" json:"defaults,omitzero"`

	Email EmailDecision `yaml:"email" json:"email"`
	// Existing is what to do with an existing object that may or may not belong to this link.
	Existing Existing `yaml:"existing" json:"existing"`

	Application Application `yaml:"application" json:"application"`
	Provider    Provider    `yaml:"provider" json:"provider"`
	Access      *Access     `yaml:"access" json:"access"`
	PocketBase  PocketBase  `yaml:"-" json:"pocketbase"`

	// Others are further links to the same PocketBase, which the engine sets.
	Others []Other `yaml:"-" json:"-"`
	// Made are the applications that receipts of these two systems name. The engine sets them if the application is
	// not there or has no provider, and for a removal.
	Made []Made `yaml:"-" json:"-"`
}

// Identity returns the spec with only the fields that identify the link.
func (s Spec) Identity() Spec {
	return Spec{
		AuthentikURL: s.AuthentikURL, PocketBaseURLs: s.PocketBaseURLs, Preset: s.Preset, Defaults: s.Defaults,
		Application: Application{Slug: s.Application.Slug}, PocketBase: PocketBase{Collection: s.PocketBase.Collection},
	}
}

// Query returns what an observation for s has to look up.
func (s *Spec) Query() Query {
	return Query{
		Slug:         Value(s.Application.Slug, s.DefaultSlug()),
		ProviderName: Value(s.Provider.Name, DefaultProviderName(Value(s.Application.Name, s.DefaultName()))),
		Collection:   Value(s.PocketBase.Collection, DefaultCollection),
		ClientID:     Value(s.Provider.ClientID, ""),
		SigningKey:   Value(s.Provider.SigningKey, ""),
		Access:       s.Access,
	}
}

// DefaultSlug returns the slug of a new application whose slug the spec leaves open.
func (s *Spec) DefaultSlug() string { return cmp.Or(s.Defaults.Slug, DefaultSlug) }

// DefaultName returns the name of a new application whose name the spec leaves open.
func (s *Spec) DefaultName() string { return cmp.Or(s.Defaults.Name, DefaultName) }

// DefaultProviderName returns the provider name that authentik's own wizard proposes.
func DefaultProviderName(application string) string { return "Provider for " + application }

// Other is another link of the same link file or directory, to the same PocketBase. What it writes is no part of this
// link.
type Other struct {
	AuthentikURL string // as browsers see it
	// Slug and ProviderName are empty if it is of another authentik.
	Slug, ProviderName string
	// Slot is its slot of this link's collection, AnySlot, or empty if this link need not leave it one.
	Slot string
}

// AmongOthers reports whether one of the links has the slug.
func AmongOthers(others []Other, slug string) bool {
	return slices.ContainsFunc(others, func(o Other) bool { return o.Slug == slug })
}

// Made is an application that authpocket created or wrote, as receipts name it.
type Made struct {
	PK         string // empty if it is not known
	Slug, Name string
	ClientIDs  []string // of the providers that it had
	Groups     string   // the primary key of the groups mapping that was created for it, empty for none
	Now        string   // its slug in authentik, if it is another by now
}

// Is reports whether it is the application: by its primary key, or else by its slug and name and the client ID of a
// provider that it had and that PocketBase still has.
func (m *Made) Is(a *ApplicationState, clientID string) bool {
	if m.PK != "" {
		return m.PK == a.PK
	}
	return m.Slug == a.Slug && m.Name == a.Name && slices.Contains(m.ClientIDs, clientID)
}

// AnySlot stands for the first slot that is free. It goes to the earlier of two links.
const AnySlot = "any"

// OfOther reports whether the provider is that of another link, going by its application or else by its name.
func (s *Spec) OfOther(p *ProviderState) bool {
	q := s.Query()
	return slices.ContainsFunc(s.Others, func(o Other) bool {
		if p.ApplicationSlug == "" {
			return o.ProviderName == p.Name && p.Name != q.ProviderName
		}
		return o.Slug == p.ApplicationSlug && o.Slug != q.Slug
	})
}

// LeavesSlot reports whether another link names the slot of this link's collection.
func (s *Spec) LeavesSlot(slot string) bool {
	return slices.ContainsFunc(s.Others, func(o Other) bool { return o.Slot == slot })
}

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
func (s *Spec) DefaultAddress(template, launch string) string {
	base := ""
	if len(s.PocketBaseURLs) > 0 {
		base = s.PocketBaseURLs[0]
	}
	return s.address(template, base, launch)
}

func (s *Spec) address(template, base, launch string) string {
	app := strings.TrimRight(Value(s.Application.LaunchURL, launch), "/")
	if app == "" && strings.Contains(template, "{app}") {
		return ""
	}
	return strings.NewReplacer("{base}", strings.TrimRight(base, "/"), "{app}", app).Replace(template)
}

// NeededRedirects returns the addresses that authentik has to return to where the spec leaves the redirect URIs open:
// PocketBase's own ones, and those of the defaults.
func (s *Spec) NeededRedirects(launch string) []string {
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
