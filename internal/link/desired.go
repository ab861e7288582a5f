package link

import "authpocket/internal/secret"

// Desired is the complete state that a plan leads to.
type Desired struct {
	// AuthentikURL is authentik's public base URL, without a trailing slash.
	AuthentikURL string
	// PocketBaseURL is the first public address of PocketBase, without a
	// trailing slash.
	PocketBaseURL string

	Key         *KeyState // to be generated, nil if a key exists
	Mappings    []Mapping // authpocket's own: for the e-mail decision and for the groups claim
	Application ApplicationState
	Provider    ProviderState
	Bindings    []BindingState // those that the spec names
	Email       EmailDecision
	Preset      string // of the app, named or recognised; empty for none

	Collection CollectionState
	Slot       OAuth2Provider // the link's element of Collection.OAuth2.Providers
	Groups     GroupsInto     // what the exported hook sets at each sign-in
}

// RedirectURLs returns the redirect URIs that PocketBase uses: the strict ones that end in its redirect path.
func (d *Desired) RedirectURLs() []string {
	var urls []string
	for _, r := range d.Provider.RedirectURIs {
		if r.Mode == RedirectStrict && !r.Logout() && hasRedirectPath(r.URL) {
			urls = append(urls, r.URL)
		}
	}
	return urls
}

// Issuer returns the issuer that discovery must name, by the provider's issuer mode.
func (d *Desired) Issuer() string {
	if d.Provider.IssuerMode == "global" {
		return d.AuthentikURL + "/"
	}
	return d.AuthentikURL + "/application/o/" + d.Application.Slug + "/"
}

// OwnMapping returns authpocket's own mapping that the reference is to, nil for another mapping.
func (d *Desired) OwnMapping(r Ref) *Mapping {
	return Find(d.Mappings, func(m Mapping) bool { return m.Name == r.Name })
}

// DiscoveryURL returns the address of the provider's OpenID configuration.
func (d *Desired) DiscoveryURL() string {
	return d.AuthentikURL + "/application/o/" + d.Application.Slug + "/.well-known/openid-configuration"
}

// Generated holds the random values of a plan. They are kept so that the plan can be made again.
type Generated struct {
	ClientID string
	// KeptID reports whether the client ID is kept on disk, so that the plan has the same when it is made again.
	KeptID       bool
	ClientSecret secret.Text
	Person       PersonState // of a proof
}
