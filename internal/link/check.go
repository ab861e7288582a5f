package link

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ganigeorgiev/fexpr"

	"authpocket/internal/link/addresses"
	"authpocket/internal/pattern"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

const timeSpan = `(weeks|days|hours|minutes|seconds|milliseconds|microseconds)=\s*\d{1,9}(\.\d+)?`

var (
	slugSyntax     = pattern.Of(`^[-a-zA-Z0-9_]+$`)
	validitySyntax = pattern.Of(`(?i)^` + timeSpan + `(\s*;` + timeSpan + `)*$`)
	placeSyntax    = pattern.Of(`%\([a-z_]+\)s`)
	iconSyntax     = pattern.Of(`^(fa://[a-z0-9-]+|[a-zA-Z0-9._/-]+)$`)
)

// ReservedSlugs returns the slugs of authentik's own endpoints, which no application can have (authentik
// core/models.py).
func ReservedSlugs() []string {
	return []string{"authorize", "token", "device", "userinfo", "introspect", "revoke"}
}

func checkSlug(p *report.Problems, m *Meta, slug string) {
	switch {
	case slug == "":
		p.Add(m.Spec, say.Of("Enter a slug."), say.Of("It becomes part of the issuer's address, such as pocketbase."))
	case !slugSyntax().MatchString(slug):
		p.Add(m.Spec, say.Of("The slug “%s” has characters that authentik does not allow.", slug),
			say.Of("Use letters, digits, hyphens and underscores only."))
	case slices.Contains(ReservedSlugs(), slug):
		p.Add(m.Spec, say.Of("authentik reserves the slug “%s”.", slug), say.Of("Choose another one, such as "+
			"pocketbase."))
	case len(slug) > 255:
		p.Add(m.Spec, say.Of("The slug is longer than 255 characters."), say.Of("Choose a shorter one."))
	}
}

// checkLaunchURL allows authentik's placeholders, such as %(username)s and %(theme)s, a fragment, and
// blank://blank, which hides the application. PocketBase's own dashboard has a fragment.
func checkLaunchURL(p *report.Problems, m *Meta, v string) {
	launch, fragment, _ := strings.Cut(placeSyntax().ReplaceAllString(v, "x"), "#")
	if strings.ContainsFunc(fragment, unicode.IsSpace) {
		launch = v // its check names the space
	}
	if launch != "blank://blank" {
		checkOptionalURL(p, m, launch)
	}
}

func checkIcon(p *report.Problems, m *Meta, v string) {
	if v = placeSyntax().ReplaceAllString(v, "x"); !iconSyntax().MatchString(v) {
		checkOptionalURL(p, m, v)
	}
}

func checkDescription(p *report.Problems, m *Meta, v string) {
	if strings.ContainsRune(v, 0) {
		p.Add(m.Spec, say.Of("The description contains a NUL character."), say.Of("Remove it."))
	}
}

func checkSecret(p *report.Problems, m *Meta, v string) {
	switch n := utf8.RuneCountInString(v); {
	case n == 0:
		p.Add(m.Spec, say.Of("The client secret is empty."), say.Of("Leave the key out to have one generated: "+
			"PocketBase requires a secret."))
	case n > 255:
		p.Add(m.Spec, say.Of("The client secret is longer than 255 characters."), say.Of("Choose a shorter one."))
	case strings.TrimSpace(v) != v:
		p.Add(m.Spec, say.Of("The client secret begins or ends with white space."), say.Of("Remove it. A file that "+
			"holds a secret often ends with a line break; authentik and PocketBase "+
			"would then keep different secrets."))
	}
}

func checkCollection(p *report.Problems, m *Meta, v string) {
	switch v {
	case "":
		p.Add(m.Spec, say.Of("Choose an auth collection."), say.Of("A new PocketBase has one called users."))
	case Superusers:
		p.Add(m.Spec, say.Of("Superusers cannot sign in with OAuth2: PocketBase resets it."),
			say.Of("Choose the collection of your app's users."))
	}
}

// checkRule allows what PocketBase can read. Whether the collection has the fields is not known here.
func checkRule(p *report.Problems, m *Meta, v string) {
	if v == "" {
		return
	}
	if _, err := fexpr.Parse(v); err != nil {
		p.Add(m.Spec, say.Of("PocketBase can't read this rule: %s.", err.Error()), say.Of("Correct it."))
	}
}

func validateRedirects(p *report.Problems, field string, list []RedirectURI) {
	for i, r := range list {
		validateRedirect(p, FieldAt(field, i), r)
	}
	if list != nil && len(list) == 0 {
		p.Add(field, say.Of("There is no redirect URI."), say.Of("Without one, authentik trusts the first address "+
			"that is used. Add at least PocketBase's own."))
	}
}

func required(p *report.Problems, m *Meta, v string) {
	if strings.TrimSpace(v) == "" {
		p.Add(m.Spec, say.Of("%s is empty.", m.Label.Text()), say.Of("Enter one, or leave it out to get the default."))
		return
	}
	optional(p, m, v)
}

func optional(p *report.Problems, m *Meta, v string) {
	switch {
	case utf8.RuneCountInString(v) > 255:
		p.Add(m.Spec, say.Of("%s is longer than 255 characters.", m.Label.Text()), say.Of("Choose a shorter one."))
	case strings.ContainsFunc(v, unicode.IsControl):
		p.Add(m.Spec, say.Of("%s contains a control character, such as a line break.", m.Label.Text()),
			say.Of("Remove it."))
	case strings.TrimSpace(v) != v:
		p.Add(m.Spec, say.Of("%s begins or ends with white space.", m.Label.Text()), say.Of("Remove it."))
	}
}

func oneOf(p *report.Problems, field string, label say.Text, got string, allowed ...string) {
	if !slices.Contains(allowed, got) {
		p.Add(field, say.Of("There is no %s “%s”.", label, got),
			say.Of("Use %s.", say.Or(Each(allowed, say.Raw)...)))
	}
}

func checkURL(p *report.Problems, m *Meta, v string) {
	addresses.CheckURL(p, m.Spec, m.Label.Text(), v)
}

func checkOptionalURL(p *report.Problems, m *Meta, v string) {
	if v != "" {
		checkURL(p, m, v)
	}
}

func validateRedirect(p *report.Problems, field string, r RedirectURI) {
	switch r.Type {
	case RedirectAuthorization, RedirectLogout, "":
	default:
		p.Add(field, say.Of("There is no type “%s” of a redirect URI.", string(r.Type)),
			say.Of("Use authorization or logout."))
	}
	switch r.Mode {
	case RedirectRegex:
		addresses.CheckPattern(p, field, r.URL)
	case RedirectStrict, "":
		addresses.CheckRedirect(p, field, r.URL)
	default:
		p.Add(field, say.Of("There is no matching mode “%s”.", string(r.Mode)), say.Of("Use strict or regex."))
	}
}
