package web

import (
	"net/url"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/view"
)

// settingsForm is the settings page as it was sent: values by spec path.
type settingsForm struct{ url.Values }

// text is a value that is wanted exactly so, an empty one included.
func (f settingsForm) text(name string) *string {
	if !f.Has(name) {
		return nil
	}
	v := strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n")) // as browsers send a text of several lines
	return &v
}

// open is a value that is left open when it is empty.
func (f settingsForm) open(name string) *string {
	if v := f.text(name); v != nil && *v != "" {
		return v
	}
	return nil
}

func (f settingsForm) tick(name string) *bool {
	ticked := f.Get(name) == "yes"
	return &ticked
}

// lines are the entries of a list, one a line, blank lines left out.
func (f settingsForm) lines(name string) []string {
	var list []string
	for line := range strings.Lines(f.Get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// rule is the answer to an offered change of a rule.
func (f settingsForm) rule(name string) *string {
	if v := f.text(name); v != nil && *v != view.KeepRule {
		return v
	}
	return nil
}

// spec reads the form into a spec. A client secret that was typed before is
// kept where the field is empty.
func (f settingsForm) spec(before link.Spec) (link.Spec, link.Problems) {
	s := link.Spec{
		Application: f.application(),
		Provider:    f.provider(before.Provider.ClientSecret),
		Email:       link.EmailDecision(f.Get("email")),
		PocketBase:  f.pocketbase(),
	}
	f.existing(&s)
	access := link.Access{Groups: f.lines("access.groups"), Users: f.lines("access.users"), Policies: f.lines("access.policies")}
	if !access.Empty() {
		s.Access = &access
	}
	problems := f.addresses(&s)
	return s, problems
}

// existing reads what is to become of what is there. A slug that was typed
// beside an answer given before counts more than that answer.
func (f settingsForm) existing(s *link.Spec) {
	decision, slug, clientID := view.Chosen(f.Get("existing"))
	s.Existing = decision
	if _, _, before := view.Chosen(f.Get("shown.existing")); before != "" && before != clientID && link.Value(s.Provider.ClientID, "") == before {
		s.Provider.ClientID = nil // it came with the answer that was taken back
	}
	typed := f.Has("shown.slug") && f.Get("existing") == f.Get("shown.existing") && f.Get("shown.slug") != link.Value(s.Application.Slug, "")
	switch {
	case slug != "" && !typed:
		s.Application.Slug = &slug
	case clientID != "":
		s.Provider.ClientID = &clientID
	}
}

// addresses reads the public addresses of both systems.
func (f settingsForm) addresses(s *link.Spec) (problems link.Problems) {
	list := f.lines("pocketbase.public_urls")
	if len(list) == 0 {
		problems.Add("pocketbase.public_urls", "Enter at least one PocketBase address.", "It is the one that your app gives to PocketBase's SDK.")
	}
	for i, raw := range list {
		address, problem := link.ParseAddress(link.PB, "PocketBase address", "pocketbase.public_urls."+strconv.Itoa(i), raw)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		s.PocketBaseURLs = append(s.PocketBaseURLs, address)
	}
	if raw := f.open("authentik.public_url"); raw != nil {
		address, problem := link.ParseAddress(link.Authentik, "authentik's public address", "authentik.public_url", *raw)
		if s.AuthentikURL = address; problem != nil {
			problems = append(problems, *problem)
		}
	}
	return problems
}

func (f settingsForm) application() link.Application {
	return link.Application{
		Name:             f.text("application.name"),
		Slug:             f.text("application.slug"),
		Group:            f.text("application.group"),
		PolicyEngineMode: f.text("application.policy_engine_mode"),
		LaunchURL:        f.text("application.launch_url"),
		Icon:             f.text("application.icon"),
		Publisher:        f.text("application.publisher"),
		Description:      f.text("application.description"),
		OpenInNewTab:     f.tick("application.open_in_new_tab"),
		Hide:             f.tick("application.hide"),
	}
}

func (f settingsForm) provider(secretBefore *secret.Text) link.Provider {
	p := link.Provider{
		Name:                  f.open("provider.name"),
		AuthorizationFlow:     f.open("provider.authorization_flow"),
		InvalidationFlow:      f.open("provider.invalidation_flow"),
		AuthenticationFlow:    f.text("provider.authentication_flow"),
		ClientID:              f.open("provider.client_id"),
		ClientSecret:          secretBefore,
		RedirectURIs:          f.redirects(),
		SigningKey:            f.open("provider.signing_key"),
		AccessCodeValidity:    f.text("provider.access_code_validity"),
		AccessTokenValidity:   f.text("provider.access_token_validity"),
		RefreshTokenValidity:  f.text("provider.refresh_token_validity"),
		RefreshTokenThreshold: f.text("provider.refresh_token_threshold"),
		SubjectMode:           f.text("provider.subject_mode"),
		IssuerMode:            f.text("provider.issuer_mode"),
	}
	if typed := f.open("provider.client_secret"); typed != nil {
		text := secret.New(*typed)
		p.ClientSecret = &text
	}
	if f.Has("provider.scope_mappings.shown") {
		p.ScopeMappings = append([]string{}, f.Values["provider.scope_mappings"]...)
	}
	return p
}

// redirects reads one URI a line, patterns marked with "regex:".
func (f settingsForm) redirects() []link.RedirectURI {
	var list []link.RedirectURI
	for _, line := range f.lines("provider.redirect_uris") {
		uri := link.RedirectURI{URL: line, Mode: "strict"}
		if pattern, ok := strings.CutPrefix(line, regexMark); ok {
			uri = link.RedirectURI{URL: strings.TrimSpace(pattern), Mode: "regex"}
		}
		list = append(list, uri)
	}
	return list
}

const regexMark = "regex:"

func (f settingsForm) pocketbase() link.PocketBase {
	return link.PocketBase{
		Collection:    f.text("pocketbase.collection"),
		Slot:          f.open("pocketbase.slot"),
		DisplayName:   f.text("pocketbase.display_name"),
		AuthURL:       f.open("pocketbase.auth_url"),
		TokenURL:      f.open("pocketbase.token_url"),
		UserInfoURL:   f.open("pocketbase.user_info_url"),
		UserInfo:      f.text("pocketbase.user_info"),
		JWKSURL:       f.open("pocketbase.jwks_url"),
		Issuers:       f.lines("pocketbase.issuers"),
		PKCE:          f.tick("pocketbase.pkce"),
		Enabled:       f.tick("pocketbase.enabled"),
		MapName:       f.text("pocketbase.map_name"),
		MapUsername:   f.text("pocketbase.map_username"),
		MapAvatar:     f.text("pocketbase.map_avatar"),
		MapID:         f.text("pocketbase.map_id"),
		ShowControls:  *f.tick("pocketbase.show_controls"),
		CreateRule:    f.rule("pocketbase.create_rule"),
		AuthRule:      f.rule("pocketbase.auth_rule"),
		RewriteSecret: *f.tick("pocketbase.rewrite_secret"),
	}
}

// openPart is what stays of a spec when the page is asked again for another
// application or collection: what those do not decide.
func (f settingsForm) openPart(s link.Spec) link.Spec {
	var chosen link.Provider
	if _, _, clientID := view.Chosen(f.Get("existing")); clientID != "" {
		chosen.ClientID = &clientID
	}
	return link.Spec{
		Provider:     chosen,
		AuthentikURL: s.AuthentikURL, PocketBaseURLs: s.PocketBaseURLs, Access: s.Access, Email: s.Email, Existing: s.Existing,
		Application: link.Application{Slug: s.Application.Slug},
		PocketBase:  link.PocketBase{Collection: s.PocketBase.Collection},
	}
}

// withoutCollection is what stays of a spec when another collection was
// chosen.
func withoutCollection(s link.Spec) link.Spec {
	p := s.PocketBase
	s.Provider.ClientID, s.Provider.ClientSecret = nil, nil // they are of the link of the collection before
	s.PocketBase = link.PocketBase{
		Collection: p.Collection, DisplayName: p.DisplayName, AuthURL: p.AuthURL, TokenURL: p.TokenURL, UserInfoURL: p.UserInfoURL,
		UserInfo: p.UserInfo, JWKSURL: p.JWKSURL, Issuers: p.Issuers, ShowControls: p.ShowControls,
	}
	return s
}
