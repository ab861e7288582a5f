package form

import (
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/link/addresses"
	"authpocket/internal/preset"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/view/setup"
)

// Settings is the settings page as it was sent: values by spec path.
type Settings struct{ url.Values }

// text is a value that is wanted exactly so, an empty one included.
func (f Settings) text(name string) *string {
	if !f.Has(name) {
		return nil
	}
	v := strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n")) // as browsers send a text of several lines
	return &v
}

// open is a value that is left open when it is empty.
func (f Settings) open(name string) *string {
	if v := f.text(name); v != nil && *v != "" {
		return v
	}
	return nil
}

// lines are the entries of a list, one a line, blank lines left out.
func (f Settings) lines(name string) []string {
	var list []string
	for line := range strings.Lines(f.Get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// answers lets the spec want what the form says of a table's fields.
func answers[W, S any](f Settings, table []*link.Attr[W, S], want W) {
	for _, a := range table {
		switch answer := f.text(a.Spec); {
		case a.Ask.Control == link.AskNothing:
		case a.Ask.Group == link.AskMethods && !slices.Contains(f.Values["asked"], a.Spec):
			// Nobody is locked out by a form that did not ask.
		case a.Ask.Control == link.AskTick, a.Ask.Control == link.AskLines: // browsers leave out what is not ticked
			a.Take(want, f.Get(a.Spec))
		case answer == nil, a.Ask.Open && *answer == "", a.Ask.Control == link.AskRule && *answer == setup.KeepRule:
		default:
			a.Take(want, *answer)
		}
	}
}

// Spec reads the form into a spec. A client secret that was typed before is
// kept where the field is empty.
func (f Settings) Spec(before *link.Spec) (link.Spec, report.Problems) {
	s := link.Spec{
		Provider: f.provider(before.Provider.ClientSecret),
		Email:    link.EmailDecision(f.Get("email")),
	}
	answers(f, link.ApplicationAttrs(), &s.Application)
	answers(f, link.PlaceAttrs(), &s.PocketBase)
	answers(f, link.SlotAttrs(), &s.PocketBase)
	answers(f, link.OAuth2Attrs(), &s.PocketBase)
	answers(f, link.RuleAttrs(), &s.PocketBase)
	answers(f, link.MethodAttrs(), &s.PocketBase)
	answers(f, link.SettingsAttrs(), &s.PocketBase)
	answers(f, link.GroupAttrs(), &s.PocketBase)
	f.existing(&s)
	s.Preset = f.preset()
	var access link.Access
	answers(f, link.AccessAttrs(), &access)
	if !access.Empty() {
		s.Access = &access
	}
	problems := f.addresses(&s)
	return preset.Expand(s), problems
}

// preset reads the name of the app's preset. nil leaves it open.
func (f Settings) preset() *string {
	name := f.open("preset")
	if name != nil && *name == setup.NoPreset {
		return new("")
	}
	return name
}

// existing reads what is to become of what is there. A slug that was typed
// beside an answer given before counts more than that answer.
func (f Settings) existing(s *link.Spec) {
	decision, slug, clientID := setup.Chosen(f.Get("existing"))
	s.Existing = decision
	if _, _, before := setup.Chosen(f.Get("shown.existing")); before != "" && before != clientID &&
		link.Value(s.Provider.ClientID, "") == before {
		s.Provider.ClientID = nil // it came with the answer that was taken back
	}
	typed := f.Has("shown.slug") && f.Get("existing") == f.Get("shown.existing") &&
		f.Get("shown.slug") != link.Value(s.Application.Slug, "")
	switch {
	case slug != "" && !typed:
		s.Application.Slug = &slug
	case clientID != "":
		s.Provider.ClientID = &clientID
	}
}

// addresses reads the public addresses of both systems.
func (f Settings) addresses(s *link.Spec) (problems report.Problems) {
	list := f.lines("pocketbase.public_urls")
	if len(list) == 0 {
		problems.Add("pocketbase.public_urls", say.Of("Enter at least one PocketBase address."),
			say.Of("Use the address that your app passes to the PocketBase SDK."))
	}
	for i, raw := range list {
		address, problem := addresses.Parse(report.PB, say.Of("The %s address", report.PB.Label()),
			link.FieldAt("pocketbase.public_urls", i), raw)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		s.PocketBaseURLs = append(s.PocketBaseURLs, address)
	}
	if raw := f.open("authentik.public_url"); raw != nil {
		address, problem := addresses.Parse(report.Authentik, say.Of("authentik's public address"),
			"authentik.public_url", *raw)
		if s.AuthentikURL = address; problem != nil {
			problems = append(problems, *problem)
		}
	}
	return problems
}

func (f Settings) provider(secretBefore *secret.Text) link.Provider {
	p := link.Provider{ClientSecret: secretBefore}
	answers(f, link.ProviderAttrs(), &p)
	if typed := f.open("provider.client_secret"); typed != nil {
		text := secret.New(*typed)
		p.ClientSecret = &text
	}
	if f.Has("provider.scope_mappings.shown") {
		p.ScopeMappings = append([]string{}, f.Values["provider.scope_mappings"]...)
	}
	return p
}

// openPart returns what stays of a spec when the page is asked again for another
// application or collection: what those do not decide.
func (f Settings) openPart(s *link.Spec) link.Spec {
	var chosen link.Provider
	if _, _, clientID := setup.Chosen(f.Get("existing")); clientID != "" {
		chosen.ClientID = &clientID
	}
	return link.Spec{
		Provider:     chosen,
		AuthentikURL: s.AuthentikURL, PocketBaseURLs: s.PocketBaseURLs, Access: s.Access, Email: s.Email,
		Existing:    s.Existing,
		Application: link.Application{Slug: s.Application.Slug},
		PocketBase:  link.PocketBase{Collection: s.PocketBase.Collection},
	}
}

// withoutCollection returns what stays of a spec when another collection was
// chosen.
func withoutCollection(s link.Spec) link.Spec {
	p := s.PocketBase
	s.Provider.ClientID, s.Provider.ClientSecret = nil, nil // they are of the link of the collection before
	s.PocketBase = link.PocketBase{
		Collection: p.Collection, DisplayName: p.DisplayName, AuthURL: p.AuthURL, TokenURL: p.TokenURL,
		UserInfoURL: p.UserInfoURL,
		UserInfo:    p.UserInfo, JWKSURL: p.JWKSURL, Issuers: p.Issuers, ShowControls: p.ShowControls,
	}
	return s
}

// withPreset returns what stays of a spec when another app was chosen than the page was filled in for.
func withPreset(s link.Spec, before string) link.Spec {
	old := s
	old.Preset = &before
	old = preset.Expand(old)
	open := func(answer **string, filled string) {
		if *answer != nil && (**answer == filled || **answer == "") {
			*answer = nil
		}
	}
	name := old.DefaultName()
	open(&s.Provider.Name, link.DefaultProviderName(name))
	a := &s.Application
	open(&a.Name, name)
	open(&a.Slug, old.DefaultSlug())
	open(&a.Icon, old.DefaultAddress(old.Defaults.Icon, ""))
	open(&a.LaunchURL, old.DefaultAddress(old.Defaults.LaunchURL, ""))
	return s
}

// AskAgain returns the page to show again when an answer changed that others
// depend on, empty for none, and the part of the spec that stays.
func (f Settings) AskAgain(spec *link.Spec) (link.Spec, string) {
	shown := func(name, now string) bool { return !f.Has("shown."+name) || f.Get("shown."+name) == now }
	if spec.Existing == link.ExistingUse && (!shown("slug", link.Value(spec.Application.Slug, "")) ||
		!shown("existing", f.Get("existing"))) {
		return f.openPart(spec), "/settings"
	}
	if !shown("collection", link.Value(spec.PocketBase.Collection, "")) {
		return withoutCollection(*spec), "/settings?again=collection"
	}
	if !shown("preset", f.Get("preset")) {
		return withPreset(*spec, f.Get("shown.preset")), "/settings?again=app"
	}
	return *spec, ""
}

// Validate returns the problems of a spec, that of the e-mail question in the
// page's words.
func Validate(spec *link.Spec) report.Problems {
	problems := append(spec.Validate(), preset.Problems(spec)...)
	if i := slices.IndexFunc(problems, func(p report.Problem) bool { return p.Field == "email" }); i >= 0 {
		problems[i].Summary = say.Of("Choose which e-mail addresses count as verified.")
		problems[i].Todo = say.Of("Each answer says what happens at a first sign-in.")
	}
	return problems
}
