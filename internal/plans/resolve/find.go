package resolve

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// oauth2Kind is what authentik calls these providers (providers/oauth2/models.py).
const oauth2Kind = "OAuth2/OpenID Provider"

// Candidate is a provider that may already belong to this link, with the evidence.
type Candidate struct {
	Provider link.ProviderState
	Evidence say.Text // a sentence
	because  say.Text // the label and the evidence
	strong   bool     // PocketBase uses its client ID, or the spec names it
	// shared reports whether only another collection's slot has its client ID: changes for this link would also
	// affect that collection.
	shared bool
	// registered reports whether it looks as if a client had registered it for itself.
	registered bool
}

// Doubtful reports whether somebody else may have made the candidate: it looks as if a client had registered it, and
// neither PocketBase nor the spec has its client ID. It is never used unless the spec names its application.
func (c Candidate) Doubtful() bool { return c.registered && !c.strong }

// Label returns the candidate's name for display.
func (c Candidate) Label() say.Text {
	if c.Provider.ApplicationSlug == "" {
		return say.Of("provider “%s”, which has no application", c.Provider.Name)
	}
	return say.Of("application “%s” (%s)", c.Provider.ApplicationName, c.Provider.ApplicationSlug)
}

// Candidates returns the providers that may already belong to this link: by the client ID in the spec or in
// PocketBase, by redirect URI, or by name if the spec says to use existing objects. Those with strong evidence
// come first.
func Candidates(s *link.Spec, a *link.AuthentikSnapshot, p link.PocketBaseSnapshot) []Candidate {
	var found []Candidate
	for _, provider := range a.Providers {
		c := Candidate{Provider: provider, registered: LooksRegistered(a, &provider)}
		label := c.Label()
		switch {
		case provider.Proxy():
			continue
		case s.Provider.ClientID != nil && *s.Provider.ClientID == provider.ClientID:
			c.Evidence, c.strong = say.Of("It has the client ID asked for."), true
			c.because = say.Of("%s, because it has the client ID asked for", label)
		case s.OfOther(&provider):
			continue
		case slotWithClient(s, p, provider.ClientID) != "":
			slot := slotWithClient(s, p, provider.ClientID)
			c.Evidence, c.strong = say.Of("PocketBase's slot %s uses its client ID.", slot), true
			c.because = say.Of("%s, because PocketBase's slot %s uses its client ID", label, slot)
		case SendsTo(&provider, s.PocketBaseURLs):
			c.Evidence = say.Of("It sends people back to this PocketBase.")
			c.because = say.Of("%s, because it sends people back to this PocketBase", label)
			if other := p.UsedBesides(s.Query().Collection, provider.ClientID); other != "" {
				c.Evidence, c.shared = say.Of("The collection %s signs in with it.", other), true
				c.because = say.Of("%s, because the collection %s signs in with it", label, other)
			}
		case s.Provider.RedirectURIs != nil && hasRedirectURIs(&provider, s.Provider.RedirectURIs):
			c.Evidence = say.Of("It has the redirect URIs asked for.")
			c.because = say.Of("%s, because it has the redirect URIs asked for", label)
		case s.Existing == link.ExistingUse && s.Query().ProviderName == provider.Name && !c.registered &&
			(s.Provider.Name != nil || provider.ApplicationSlug == ""):
			c.Evidence = say.Of("It has the name asked for.")
			c.because = say.Of("%s, because it has the name asked for", label)
		default:
			continue
		}
		if c.Doubtful() {
			c.Evidence = say.Join(c.Evidence, say.Of("It looks as if a client had registered it for itself."))
			c.because = say.Of("%s (it looks as if a client had registered it for itself)", c.because)
		}
		found = append(found, c)
	}
	weak := slices.DeleteFunc(slices.Clone(found), Candidate.Certain)
	return append(certain(found), weak...)
}

func slotWithClient(s *link.Spec, p link.PocketBaseSnapshot, clientID string) string {
	if c := p.Collection(s.Query().Collection); c != nil {
		return c.SlotWith(clientID)
	}
	return ""
}

func SendsTo(p *link.ProviderState, bases []string) bool {
	return slices.ContainsFunc(bases, func(base string) bool {
		return slices.ContainsFunc(p.RedirectURIs, func(r link.RedirectURI) bool {
			return !r.Logout() && r.Allows(link.RedirectURL(base))
		})
	})
}

// hasRedirectURIs reports whether the provider has all of the redirect URIs.
func hasRedirectURIs(p *link.ProviderState, asked []link.RedirectURI) bool {
	for _, want := range asked {
		has := func(r link.RedirectURI) bool {
			return r.URL == want.URL && r.Mode == cmp.Or(want.Mode, link.RedirectStrict)
		}
		if !slices.ContainsFunc(p.RedirectURIs, has) {
			return false
		}
	}
	return len(asked) > 0
}

// SlugFor returns the slug of the spec's application. If the spec leaves it open and exactly one application
// belongs to this link, it returns that one's slug, and the engine must observe again with it.
func SlugFor(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) string {
	if s.Application.Slug != nil || s.Existing == link.ExistingNew {
		return s.Query().Slug
	}
	found := Candidates(s, a, *p)
	strong := certain(found)
	found = slices.DeleteFunc(found, Candidate.Doubtful)
	if s.Existing == link.ExistingAsk {
		found = slices.DeleteFunc(found, func(c Candidate) bool { return c.shared })
	}
	for _, list := range [][]Candidate{strong, found} {
		if len(list) == 1 && list[0].Provider.ApplicationSlug != "" {
			return list[0].Provider.ApplicationSlug
		}
	}
	return s.Query().Slug
}

// Settled reports whether the application with the spec's slug belongs to this link beyond doubt: PocketBase or the
// spec has its provider's client ID. Then only the providers of ClientIDs, and one with the wanted name, matter.
func Settled(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) bool {
	return a.Application != nil && a.Application.Provider != 0 &&
		slices.ContainsFunc(certain(Candidates(s, a, *p)),
			func(c Candidate) bool { return c.Provider.PK == a.Application.Provider })
}

// ClientIDs returns the client IDs in the spec and in the slots of its collection.
func ClientIDs(s *link.Spec, p link.PocketBaseSnapshot) []string {
	ids := []string{link.Value(s.Provider.ClientID, "")}
	if c := p.Collection(s.Query().Collection); c != nil {
		for _, o := range c.OAuth2.Providers {
			if link.IsSlot(o.Slot) {
				ids = append(ids, o.ClientID)
			}
		}
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
}

// Found holds the application and provider that a plan starts from, each nil if there is none.
type Found struct {
	Application *link.ApplicationState
	Provider    *link.ProviderState
}

// find returns the application and provider that the spec is about. It never guesses between two: ambiguity is
// a problem.
func find(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot, problems *report.Problems) Found {
	candidates := Candidates(s, a, *p)
	if a.Application != nil {
		return findBySlug(s, a, p, candidates, problems)
	}
	if s.Existing == link.ExistingNew {
		return Found{Provider: orphanWith(candidates, s.Provider.ClientID)}
	}
	if now := RenamedSince(s); now != "" {
		problems.Add("application.slug", existsAs(now), say.Of("Keep the slug."),
			report.MakeNew(say.Of("for a second link next to this one")))
		return Found{}
	}
	candidates = likeliest(candidates)
	use := s.Existing == link.ExistingUse
	if p := orphanOf(candidates, s.Query().ProviderName); p != nil && (use || len(candidates) == 1 &&
		!candidates[0].shared) {
		return Found{Provider: p}
	}
	if one := candidates; len(one) == 1 && one[0].strong && s.Application.Slug != nil {
		problems.Add("application.slug", existsAs(one[0].Provider.ApplicationSlug), say.Of("Keep the slug."),
			report.MakeNew(say.Of("for a second link next to this one")))
		return Found{Provider: &one[0].Provider}
	}
	if len(candidates) > 0 {
		problems.Add("existing", say.Of("This link may already exist: %s.", describe(candidates)),
			say.Text{}, report.UseExisting(
				say.Of("to use one, with its application's slug, or the provider's name if it has no application")),
			report.MakeNew(say.Of("for a new pair next to it")))
	}
	return Found{}
}

// RenamedSince returns the slug that the spec's application has now, empty unless receipts show that it had the spec's.
func RenamedSince(s *link.Spec) string {
	slug := s.Query().Slug
	if m := link.Find(s.Made, func(m link.Made) bool { return m.Slug == slug && m.Now != "" }); m != nil {
		return m.Now
	}
	return ""
}

func existsAs(slug string) say.Text {
	return say.Of("This link already exists with the slug “%s” in authentik, and authpocket does not rename it.", slug)
}

// withoutQuestion returns the problems without whether the link exists already. Of a collection that does not exist,
// that is not the question.
func withoutQuestion(problems report.Problems) report.Problems {
	return slices.DeleteFunc(problems, asks)
}

// asks reports whether a problem is the question whether the link exists already.
func asks(p report.Problem) bool { return p.Field == "existing" }

func describe(candidates []Candidate) say.Text {
	return say.Series(link.Each(candidates, func(c Candidate) say.Text { return c.because })...)
}

// findBySlug returns the application with the spec's slug, if it belongs to this link or the spec says to use
// it. With ExistingNew, one that belongs to this link was created by an earlier run.
func findBySlug(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot, candidates []Candidate,
	problems *report.Problems) Found {
	app := a.Application
	if app.Provider == 0 {
		return findHalf(s, a, p, candidates, problems)
	}
	provider := a.ProviderByPK(app.Provider)
	if provider == nil && app.ProviderKind == oauth2Kind {
		problems.Add("application.slug", say.Of("The slug “%s” is taken by the application “%s”, whose provider “%s” "+
			"the token may not see.", app.Slug, app.Name, app.ProviderName),
			say.Of("Give the token the permission authentik_providers_oauth2.view_oauth2provider for every "+
				"provider, or choose another slug."))
		return Found{}
	}
	if provider == nil || provider.Proxy() {
		kind := link.KindOfProvider(app.ProviderKind)
		if provider != nil {
			kind = provider.Kind()
		}
		problems.Add("application.slug", say.Of("The slug “%s” is taken by the application “%s”, which has the %s "+
			"“%s”.",
			app.Slug, app.Name, kind, app.ProviderName),
			say.Of("Choose another slug: only an OAuth2/OpenID provider can be linked."))
		return Found{}
	}
	c := link.Find(candidates, func(c Candidate) bool { return c.Provider.PK == provider.PK })
	switch {
	case LooksRegistered(a, provider) && (c == nil || !c.strong) &&
		(s.Existing != link.ExistingUse || s.Application.Slug == nil):
		problems.Add("application.slug", say.Of("The slug “%s” is taken by the application “%s”. It looks as if a "+
			"client had registered it for itself.", app.Slug, app.Name), say.Of("Choose another slug."),
			report.UseExisting(say.Of("and that slug to use it: whoever registered it knows its client secret")))
		return Found{}
	case s.Existing == link.ExistingNew && (c == nil || !c.strong && p.Uses(provider.ClientID)):
		problems.Add("application.slug", slugTaken(app), say.Of("Choose another slug to create a new one, such as "+
			"%s-%s, and another name.", app.Slug, s.Query().Collection))
		return Found{} // ignore the settings of an unrelated application
	case c != nil && c.shared && s.Existing == link.ExistingAsk:
		problems.Add("existing", say.Of("This link may already exist: %s.", describe(candidates)), say.Text{},
			report.UseExisting(say.Of("to let both collections share the application")),
			report.MakeNew(say.Of("and another slug for a separate application")))
	case c == nil && s.Existing != link.ExistingUse:
		problems.Add("application.slug", takenByOther(app, provider), say.Of("Choose another slug."),
			report.UseExisting(say.Of("to change that application")))
		return Found{}
	}
	return Found{Application: app, Provider: provider}
}

// takenByOther says that the slug belongs to an application of another client.
func takenByOther(app *link.ApplicationState, provider *link.ProviderState) say.Text {
	if len(provider.RedirectURIs) == 0 {
		return say.Of("The slug “%s” is taken by the application “%s”, whose provider “%s” has no redirect URI.",
			app.Slug, app.Name, provider.Name)
	}
	return say.Of("The slug “%s” is taken by the application “%s”, whose provider “%s” sends users elsewhere (%s).",
		app.Slug, app.Name, provider.Name, link.ShowList(link.RedirectNames(provider.RedirectURIs)).Words())
}

// LooksRegistered reports whether a client may have registered the provider for itself, as it can since authentik
// 2026.8.
func LooksRegistered(a *link.AuthentikSnapshot, p *link.ProviderState) bool {
	return a.Features.Registration && p.LooksRegistered()
}

func slugTaken(app *link.ApplicationState) say.Text {
	return say.Of("The slug “%s” is taken by the application “%s”.", app.Slug, app.Name)
}

// HadProvider reports whether the slug's application is this link's and its provider was deleted since: receipts, or
// the addresses in PocketBase's slot, name the application.
func HadProvider(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) bool {
	app := a.Application
	if app == nil || app.Provider != 0 || s.Existing == link.ExistingNew {
		return false
	}
	stale, c := "", p.Collection(s.Query().Collection)
	if c != nil {
		stale = StaleClient(s, c, a)
	}
	if slices.ContainsFunc(s.Made, func(m link.Made) bool { return m.Is(app, stale) }) {
		return true
	}
	return stale != "" && slices.ContainsFunc(c.OAuth2.Providers, func(o link.OAuth2Provider) bool {
		of := func(u string) bool { return strings.Contains(u, "/application/o/"+app.Slug+"/") }
		return o.ClientID == stale && (of(o.JWKSURL) || slices.ContainsFunc(o.Issuers, of))
	})
}

// findHalf returns the slug's application, which has no provider, with the provider that an interrupted run may
// have left for it.
func findHalf(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot, candidates []Candidate,
	problems *report.Problems) Found {
	app, all := a.Application, candidates
	candidates = likeliest(candidates)
	name := link.Value(s.Application.Name, app.Name)
	half := orphanOf(candidates, link.Value(s.Provider.Name, link.DefaultProviderName(name)))
	if half == nil && s.Existing == link.ExistingUse { // another slot of the collection may have another's client
		half = orphanNamed(all, link.Value(s.Provider.Name, link.DefaultProviderName(name)))
	}
	if s.Existing == link.ExistingNew {
		half = orphanWith(candidates, s.Provider.ClientID)
	}
	ours := half != nil && app.Name == link.Value(s.Application.Name, s.DefaultName())
	switch {
	case s.Existing == link.ExistingNew && ours:
	case s.Existing == link.ExistingUse:
	case HadProvider(s, a, p) && (half != nil && len(candidates) == 1 ||
		half == nil && !slices.ContainsFunc(candidates, Candidate.rivals)):
	case s.Existing == link.ExistingAsk && ours && len(candidates) == 1 && !candidates[0].shared:
	case s.Existing == link.ExistingNew:
		problems.Add("application.slug", slugTaken(app), say.Of("Choose another slug to create a new one."))
	default:
		problems.Add("application.slug", say.Of("The slug “%s” is taken by the application “%s”, which has no "+
			"provider.", app.Slug, app.Name), say.Of("Choose another slug."),
			report.UseExisting(say.Of("to give it one, as for a link whose provider was deleted")))
	}
	return Found{Application: app, Provider: half}
}

// rivals reports whether the candidate may be meant in the place of a provider that was deleted.
func (c Candidate) rivals() bool { return c.strong || c.Provider.ApplicationSlug == "" }

// orphanWith returns the provider without an application that has the client ID, nil for none. Client IDs are
// unique, so a new provider can't have it too.
func orphanWith(candidates []Candidate, clientID *string) *link.ProviderState {
	return orphan(candidates, func(p link.ProviderState) bool { return clientID != nil && p.ClientID == *clientID })
}

// orphan returns the first candidate without an application that is meant, nil for none.
func orphan(candidates []Candidate, is func(link.ProviderState) bool) *link.ProviderState {
	c := link.Find(candidates, func(c Candidate) bool { return c.Provider.ApplicationSlug == "" && is(c.Provider) })
	if c == nil {
		return nil
	}
	return &c.Provider
}

// Certain reports whether PocketBase uses the candidate or the spec names it.
func (c Candidate) Certain() bool { return c.strong }

// likeliest returns the only candidate with strong evidence, or all of them.
func likeliest(candidates []Candidate) []Candidate {
	if strong := certain(candidates); len(strong) == 1 {
		return strong
	}
	return candidates
}

func certain(candidates []Candidate) []Candidate {
	return slices.DeleteFunc(slices.Clone(candidates), func(c Candidate) bool { return !c.strong })
}

// orphanOf returns the candidate without an application: the only candidate, or the one with the name.
func orphanOf(candidates []Candidate, name string) *link.ProviderState {
	return orphan(candidates, func(p link.ProviderState) bool { return len(candidates) == 1 || p.Name == name })
}

// orphanNamed returns the candidate without an application that has the name, nil for none. Names are unique.
func orphanNamed(candidates []Candidate, name string) *link.ProviderState {
	return orphan(candidates, func(p link.ProviderState) bool { return p.Name == name })
}

// useInstead returns the setting that makes a conflicting provider part of this link.
func useInstead(p *link.ProviderState) report.Way {
	if p.ApplicationSlug == "" {
		return report.UseExisting(say.Of("if it belongs to this link"))
	}
	return report.UseExisting(say.Of("and the slug “%s” if it belongs to this link", p.ApplicationSlug))
}

// checkProviderName adds a problem if another provider has the wanted name or client ID. Names are unique
// across all kinds of provider.
func checkProviderName(s *link.Spec, d *link.Desired, a *link.AuthentikSnapshot, problems *report.Problems) {
	for _, other := range a.Providers {
		if other.Name == d.Provider.Name && other.PK != d.Provider.PK {
			taken := say.Of("The name “%s” is taken by the %s without an application.", other.Name, other.Kind())
			if other.ApplicationName != "" {
				taken = say.Of("The name “%s” is taken by the %s of the application “%s”.", other.Name, other.Kind(),
					other.ApplicationName)
			}
			problems.Add("provider.name", taken, say.Of("Choose another provider name."), useInstead(&other))
			return
		}
		if other.ClientID == d.Provider.ClientID && other.PK != d.Provider.PK {
			problems.Add("provider.client_id", say.Of("The client ID is taken by the provider “%s”.", other.Name),
				say.Of("Choose another one, or leave it out."))
		}
	}
	if a.NameTaken != "" && d.Provider.Name == s.Query().ProviderName {
		problems.Add("provider.name", say.Of("The name “%s” is taken by a %s.", d.Provider.Name,
			link.KindOfProvider(a.NameTaken)),
			say.Of("Choose another provider name."))
	}
}
