package link

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	slugSyntax     = regexp.MustCompile(`^[-a-zA-Z0-9_]+$`)
	validitySyntax = regexp.MustCompile(`(?i)^((weeks|days|hours|minutes|seconds|milliseconds|microseconds)=\s*\d{1,9}(\.\d+)?\s*(;|$))+$`)
	placeSyntax    = regexp.MustCompile(`%\([a-z_]+\)s`)
	iconSyntax     = regexp.MustCompile(`^(fa://[a-z0-9-]+|[a-zA-Z0-9._/-]+)$`)
)

// ReservedSlugs cannot name an application: authentik's own endpoints have
// them (authentik core/models.py).
func ReservedSlugs() []string {
	return []string{"authorize", "token", "device", "userinfo", "introspect", "revoke"}
}

// SubjectModes are what the sub claim can be made of (authentik SubModes).
func SubjectModes() []string {
	return []string{"hashed_user_id", "user_id", "user_uuid", "user_username", "user_email", "user_upn"}
}

// Validate tells everything that can be known to be wrong without asking
// either system, in the order of the settings page.
func (s Spec) Validate() Problems {
	var p Problems
	s.validateApplication(&p)
	s.validateProvider(&p)
	switch s.Email {
	case EmailTrustAll, EmailTrustAttribute, EmailLeave:
	case "":
		p.Add("email", "Nobody has decided yet which e-mail addresses PocketBase may trust.", "Choose trust-all, trust-attribute or leave.")
	default:
		p.Add("email", "There is no e-mail decision "+quote(string(s.Email))+".", "Choose trust-all, trust-attribute or leave.")
	}
	switch s.Existing {
	case ExistingAsk, ExistingUse, ExistingNew:
	default:
		p.Add("existing", quote(string(s.Existing))+" is not a value of existing.", "Use “use” or “new”, or leave it out.")
	}
	s.validatePocketBase(&p)
	return p
}

func (s Spec) validateApplication(p *Problems) {
	a := s.Application
	text(p, "application.name", "Application name", a.Name, true)
	if a.Slug != nil {
		switch {
		case *a.Slug == "":
			p.Add("application.slug", "Enter a slug.", "It becomes part of the issuer's address, such as pocketbase.")
		case !slugSyntax.MatchString(*a.Slug):
			p.Add("application.slug", "The slug "+quote(*a.Slug)+" has characters that authentik does not take.", "Use letters, digits, hyphens and underscores only.")
		case slices.Contains(ReservedSlugs(), *a.Slug):
			p.Add("application.slug", "authentik keeps the slug "+quote(*a.Slug)+" for itself.", "Choose another one, such as pocketbase.")
		case len(*a.Slug) > 255:
			p.Add("application.slug", "The slug is longer than 255 characters.", "Choose a shorter one.")
		}
	}
	text(p, "application.group", "Group", a.Group, false)
	if a.PolicyEngineMode != nil {
		oneOf(p, "application.policy_engine_mode", "policy engine mode", *a.PolicyEngineMode, "any", "all")
	}
	// authentik puts the person's own values in for %(username)s and the like,
	// the colour scheme for %(theme)s, and blank://blank hides the application.
	// A part after # is the browser's: PocketBase's own dashboard has one.
	launch, _, _ := strings.Cut(placeSyntax.ReplaceAllString(Value(a.LaunchURL, ""), "x"), "#")
	if launch != "" && launch != "blank://blank" {
		checkURL(p, "application.launch_url", "Launch URL", launch)
	}
	if v := placeSyntax.ReplaceAllString(Value(a.Icon, ""), "x"); v != "" && !iconSyntax.MatchString(v) {
		checkURL(p, "application.icon", "Icon", v)
	}
	text(p, "application.publisher", "Publisher", a.Publisher, false)
	if d := Value(a.Description, ""); strings.ContainsRune(d, 0) {
		p.Add("application.description", "The description has a NUL character in it.", "Remove it.")
	}
}

func (s Spec) validateProvider(p *Problems) {
	v := s.Provider
	text(p, "provider.name", "Provider name", v.Name, true)
	text(p, "provider.client_id", "Client ID", v.ClientID, true)
	if v.ClientSecret != nil {
		switch n := utf8.RuneCountInString(v.ClientSecret.Reveal()); {
		case n == 0:
			p.Add("provider.client_secret", "The client secret is empty.", "Leave the key out to have one generated: PocketBase requires a secret.")
		case n > 255:
			p.Add("provider.client_secret", "The client secret is longer than 255 characters.", "authentik keeps 255 at most.")
		}
	}
	for i, r := range v.RedirectURIs {
		validateRedirect(p, fieldAt("provider.redirect_uris", i), r)
	}
	if v.RedirectURIs != nil && len(v.RedirectURIs) == 0 {
		p.Add("provider.redirect_uris", "There is no redirect URI.", "With none, authentik trusts whichever address asks first. Name at least PocketBase's own.")
	}
	for _, one := range []struct {
		field, label string
		value        *string
	}{
		{"provider.access_code_validity", "Access code validity", v.AccessCodeValidity},
		{"provider.access_token_validity", "Access token validity", v.AccessTokenValidity},
		{"provider.refresh_token_validity", "Refresh token validity", v.RefreshTokenValidity},
		{"provider.refresh_token_threshold", "Refresh token threshold", v.RefreshTokenThreshold},
	} {
		if one.value != nil && !validitySyntax.MatchString(*one.value) {
			p.Add(one.field, one.label+" is "+quote(*one.value)+", which authentik does not read as a duration.", "Write it like hours=1;minutes=30.")
		}
	}
	if v.SubjectMode != nil {
		oneOf(p, "provider.subject_mode", "subject mode", *v.SubjectMode, SubjectModes()...)
	}
	if v.IssuerMode != nil {
		oneOf(p, "provider.issuer_mode", "issuer mode", *v.IssuerMode, "per_provider", "global")
	}
}

func (s Spec) validatePocketBase(p *Problems) {
	b := s.PocketBase
	if b.Collection != nil && *b.Collection == "" {
		p.Add("pocketbase.collection", "Choose an auth collection.", "PocketBase makes one called users.")
	}
	if Value(b.Collection, "") == "_superusers" {
		p.Add("pocketbase.collection", "Superusers cannot sign in with OAuth2: PocketBase resets it.", "Choose the collection of your app's users.")
	}
	if b.Slot != nil {
		oneOf(p, "pocketbase.slot", "slot", *b.Slot, Slots()...)
	}
	text(p, "pocketbase.display_name", "Display name", b.DisplayName, true)
	for _, one := range []struct {
		field, label string
		value        *string
		required     bool
	}{
		{"pocketbase.auth_url", "Auth URL", b.AuthURL, true},
		{"pocketbase.token_url", "Token URL", b.TokenURL, true},
		// Without one PocketBase reads the ID token, and checks nothing.
		{"pocketbase.user_info_url", "User info URL", b.UserInfoURL, Value(b.UserInfo, "userinfo") == "userinfo"},
		{"pocketbase.jwks_url", "JWKS URL", b.JWKSURL, false},
	} {
		if one.value != nil && (*one.value != "" || one.required) {
			checkURL(p, one.field, one.label, *one.value)
		}
	}
	if b.UserInfo != nil {
		oneOf(p, "pocketbase.user_info", "source of user info", *b.UserInfo, "userinfo", "id_token")
	}
	for i, issuer := range b.Issuers {
		checkURL(p, fieldAt("pocketbase.issuers", i), "Issuer", issuer)
	}
	for i, address := range s.PocketBaseURLs {
		checkBase(p, fieldAt("pocketbase.public_urls", i), "Public address", address)
	}
}

func text(p *Problems, field, label string, v *string, required bool) {
	switch {
	case v == nil:
	case required && strings.TrimSpace(*v) == "":
		p.Add(field, label+" is empty.", "Enter one, or leave it out to get the default.")
	case utf8.RuneCountInString(*v) > 255:
		p.Add(field, label+" is longer than 255 characters.", "Choose a shorter one.")
	case strings.ContainsFunc(*v, unicode.IsControl):
		p.Add(field, label+" has a control character in it, such as a line break.", "Remove it.")
	}
}

func oneOf(p *Problems, field, label, got string, allowed ...string) {
	if !slices.Contains(allowed, got) {
		p.Add(field, "There is no "+label+" "+quote(got)+".", "Use "+strings.Join(allowed, ", ")+".")
	}
}

func quote(s string) string { return "“" + s + "”" }
