package link

import "authpocket/internal/secret"

// Desired is the state that a plan leads to, with nothing left open.
type Desired struct {
	// AuthentikURL is authentik's public base URL, without a trailing slash.
	AuthentikURL string
	// PocketBaseURL is the first public address of PocketBase, without a
	// trailing slash.
	PocketBaseURL string

	Key         *KeyState // to be generated, nil where a key is there
	Mapping     *Mapping  // our e-mail mapping, nil with EmailLeave
	Application ApplicationState
	Provider    ProviderState
	Bindings    []BindingState // those the spec names
	Email       EmailDecision

	Collection CollectionState
	Slot       OAuth2Provider // our element of Collection.OAuth2.Providers
}

// RedirectURLs are the exact URIs that PocketBase will send people back to:
// the strict ones that end in PocketBase's redirect path.
func (d Desired) RedirectURLs() []string {
	var urls []string
	for _, r := range d.Provider.RedirectURIs {
		if r.Mode == RedirectStrict && r.Type != RedirectLogout && hasRedirectPath(r.URL) {
			urls = append(urls, r.URL)
		}
	}
	return urls
}

// Issuer is the issuer that discovery must name, by the provider's issuer
// mode.
func (d Desired) Issuer() string {
	if d.Provider.IssuerMode == "global" {
		return d.AuthentikURL + "/"
	}
	return d.AuthentikURL + "/application/o/" + d.Application.Slug + "/"
}

// DiscoveryURL is where the provider's OpenID configuration is.
func (d Desired) DiscoveryURL() string {
	return d.AuthentikURL + "/application/o/" + d.Application.Slug + "/.well-known/openid-configuration"
}

// Generated are the values made up for a plan because nothing was there to
// take them from. They are kept, so that the plan can be made again.
type Generated struct {
	ClientID     string
	ClientSecret secret.Text
}
