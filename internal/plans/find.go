package plans

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/link"
)

// oauth2Kind is what authentik calls these providers (providers/oauth2/models.py).
const oauth2Kind = "OAuth2/OpenID Provider"

// Candidate is a provider that may already be this link's, and what speaks
// for it.
type Candidate struct {
	Provider link.ProviderState
	Evidence string
	strong   bool // PocketBase itself uses its client id, or the spec names it
	// shared tells that only another collection's slot has its client id: what
	// changes for this link would change there too.
	shared bool
}

// Label names the candidate for people.
func (c Candidate) Label() string {
	if c.Provider.ApplicationSlug == "" {
		return "provider " + link.Quote(c.Provider.Name) + ", which has no application"
	}
	return "application " + link.Quote(c.Provider.ApplicationName) + " (" + c.Provider.ApplicationSlug + ")"
}

// Candidates finds the providers that may already be this link's: by the
// client id that the spec or PocketBase holds, by redirect URI, or by the name
// asked for where the spec says to use what is there. Those with strong
// evidence come first.
func Candidates(s link.Spec, a link.AuthentikSnapshot, p link.PocketBaseSnapshot) []Candidate {
	var strong, weak []Candidate
	for _, provider := range a.Providers {
		c := Candidate{Provider: provider}
		switch {
		case provider.Proxy():
			continue
		case s.Provider.ClientID != nil && *s.Provider.ClientID == provider.ClientID:
			c.Evidence, c.strong = "it has the client ID asked for", true
		case slotWithClient(s, p, provider.ClientID) != "":
			c.Evidence = "PocketBase's slot " + slotWithClient(s, p, provider.ClientID) + " uses its client ID"
			c.strong = true
		case sendsTo(provider, s.PocketBaseURLs):
			c.Evidence = "it sends people back to this PocketBase"
			if other := p.UsedBesides(link.Value(s.PocketBase.Collection, link.DefaultCollection),
				provider.ClientID); other != "" {
				c.Evidence, c.shared = "the collection "+other+" signs in with it", true
			}
		case s.Provider.RedirectURIs != nil && sendsAsAsked(provider, s.Provider.RedirectURIs):
			c.Evidence = "it has the redirect URIs asked for"
		case s.Existing == link.ExistingUse && s.Query().ProviderName == provider.Name &&
			(s.Provider.Name != nil || provider.ApplicationSlug == ""):
			c.Evidence = "it has the name asked for"
		default:
			continue
		}
		if c.strong {
			strong = append(strong, c)
		} else {
			weak = append(weak, c)
		}
	}
	return append(strong, weak...)
}

func slotWithClient(s link.Spec, p link.PocketBaseSnapshot, clientID string) string {
	c := p.Collection(link.Value(s.PocketBase.Collection, link.DefaultCollection))
	if c == nil {
		return ""
	}
	return c.SlotWith(clientID)
}

func sendsTo(p link.ProviderState, bases []string) bool {
	return slices.ContainsFunc(bases, func(base string) bool {
		return slices.ContainsFunc(p.RedirectURIs, func(r link.RedirectURI) bool {
			return r.Type != link.RedirectLogout && r.Allows(link.RedirectURL(base))
		})
	})
}

// sendsAsAsked tells whether the provider has all of the redirect URIs.
func sendsAsAsked(p link.ProviderState, asked []link.RedirectURI) bool {
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

// SlugFor returns the slug of the application that s is about. Where the spec
// leaves the slug open and exactly one application is found to be this
// link's, that one's is taken; engines then observe again with it.
func SlugFor(s link.Spec, a link.AuthentikSnapshot, p link.PocketBaseSnapshot) string {
	if s.Application.Slug != nil || s.Existing == link.ExistingNew {
		return s.Query().Slug
	}
	found := Candidates(s, a, p)
	strong := slices.DeleteFunc(slices.Clone(found), func(c Candidate) bool { return !c.strong })
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

// existing is what a plan starts from.
type existing struct {
	application *link.ApplicationState
	provider    *link.ProviderState
}

// find decides which application and provider the spec is about. It never
// guesses between two: what is not plain becomes a problem.
func find(s link.Spec, a link.AuthentikSnapshot, p link.PocketBaseSnapshot, problems *link.Problems) existing {
	candidates := Candidates(s, a, p)
	if a.Application != nil {
		return findBySlug(s, a, p, candidates, problems)
	}
	if s.Existing == link.ExistingNew {
		return existing{provider: orphanWith(candidates, s.Provider.ClientID)}
	}
	candidates = likeliest(candidates)
	use := s.Existing == link.ExistingUse
	if orphan := orphanOf(candidates, s.Query().ProviderName); orphan != nil && (use || len(candidates) == 1 &&
		!candidates[0].shared) {
		return existing{provider: orphan}
	}
	if one := candidates; len(one) == 1 && one[0].strong && s.Application.Slug != nil {
		now := one[0].Provider.ApplicationSlug
		problems.Add("application.slug", "This link is there already, with the slug "+link.Quote(now)+
			" in authentik, and authpocket does not rename it.",
			"Leave the slug as it is.", link.MakeNew("for a second link beside this one"))
		return existing{provider: &one[0].Provider}
	}
	if len(candidates) > 0 {
		problems.Add("existing", "This link may be there already: "+describe(candidates)+".",
			"", link.UseExisting(
				"to use one, with the slug of its application, or the provider's name where it has none"),
			link.MakeNew("for a new pair beside it"))
	}
	return existing{}
}

func describe(candidates []Candidate) string {
	parts := make([]string, len(candidates))
	for i, c := range candidates {
		parts[i] = c.Label() + ", because " + c.Evidence
	}
	return strings.Join(parts, "; ")
}

// findBySlug takes the application with the slug asked for, where it is this
// link's or the spec says to use it. One that was to be made new and belongs
// to this link already was made by an earlier run.
func findBySlug(s link.Spec, a link.AuthentikSnapshot, p link.PocketBaseSnapshot, candidates []Candidate,
	problems *link.Problems) existing {
	app := a.Application
	taken := "The slug " + link.Quote(app.Slug) + " is taken by the application " + link.Quote(app.Name)
	use := s.Existing == link.ExistingUse
	if app.Provider == 0 {
		return findHalf(s, app, candidates, taken, problems)
	}
	i := slices.IndexFunc(a.Providers, func(v link.ProviderState) bool { return v.PK == app.Provider })
	if i < 0 && app.ProviderKind == oauth2Kind {
		problems.Add("application.slug", taken+", whose provider "+link.Quote(app.ProviderName)+
			" the token may not see.",
			"Give the token the permission authentik_providers_oauth2.view_oauth2provider for every provider, or "+
				"choose another slug.")
		return existing{}
	}
	if i < 0 || a.Providers[i].Proxy() {
		kind := app.ProviderKind
		if i >= 0 {
			kind = a.Providers[i].Kind()
		}
		if kind == "" {
			kind = "provider of another kind"
		}
		problems.Add("application.slug", taken+", which has the "+kind+" "+link.Quote(app.ProviderName)+
			".", "Choose another slug: only an OAuth2/OpenID provider can be linked.")
		return existing{}
	}
	provider := &a.Providers[i]
	c := slices.IndexFunc(candidates, func(c Candidate) bool { return c.Provider.PK == provider.PK })
	switch {
	case s.Existing == link.ExistingNew && (c < 0 || !candidates[c].strong && p.Uses(provider.ClientID)):
		problems.Add("application.slug", taken+".", "Choose another slug to make a new one, such as "+app.Slug+"-"+
			link.Value(s.PocketBase.Collection, link.DefaultCollection)+", and another name.")
		return existing{} // none of a stranger's settings are this link's
	case c >= 0 && candidates[c].shared && s.Existing == link.ExistingAsk:
		problems.Add("existing", "This link may be there already: "+describe(candidates)+".", "",
			link.UseExisting("to let both collections share the application"),
			link.MakeNew("and another slug for one of its own"))
	case c < 0 && !use:
		problems.Add("application.slug", taken+", whose provider "+link.Quote(provider.Name)+
			" sends people elsewhere ("+
			link.ShowList(link.RedirectNames(provider.RedirectURIs)).String()+").",
			"Choose another slug.", link.UseExisting("to change that application"))
		return existing{}
	}
	return existing{application: app, provider: provider}
}

func providerByPK(a link.AuthentikSnapshot, pk int) *link.ProviderState {
	i := slices.IndexFunc(a.Providers, func(p link.ProviderState) bool { return p.PK == pk && pk != 0 })
	if i < 0 {
		return nil
	}
	return &a.Providers[i]
}

// findHalf is for an application that has no provider. With a provider that
// may be this link's and has no application it is what an interrupted run
// leaves behind.
func findHalf(s link.Spec, app *link.ApplicationState, candidates []Candidate, taken string,
	problems *link.Problems) existing {
	found := existing{application: app}
	candidates = likeliest(candidates)
	name := link.Value(s.Application.Name, app.Name)
	orphan := orphanOf(candidates, link.Value(s.Provider.Name, link.DefaultProviderName(name)))
	if s.Existing == link.ExistingNew {
		orphan = orphanWith(candidates, s.Provider.ClientID)
	}
	found.provider = orphan
	ours := orphan != nil && app.Name == link.Value(s.Application.Name, link.DefaultName)
	half := ours && len(candidates) == 1 && !candidates[0].shared
	switch {
	case s.Existing == link.ExistingNew && ours:
	case s.Existing == link.ExistingUse, s.Existing == link.ExistingAsk && half:
	case s.Existing == link.ExistingNew:
		problems.Add("application.slug", taken+".", "Choose another slug to make a new one.")
	default:
		problems.Add("application.slug", taken+", which has no provider.", "Choose another slug.",
			link.UseExisting("to give it one"))
	}
	return found
}

// orphanWith is the provider without an application that has the client ID
// asked for: a new one cannot have it too.
func orphanWith(candidates []Candidate, clientID *string) *link.ProviderState {
	for i := range candidates {
		if p := &candidates[i].Provider; clientID != nil && p.ClientID == *clientID && p.ApplicationSlug == "" {
			return p
		}
	}
	return nil
}

// Certain tells that PocketBase itself uses the candidate, or that the spec
// names it.
func (c Candidate) Certain() bool { return c.strong }

// likeliest is the one candidate that strong evidence speaks for, where there
// is exactly one, else all of them.
func likeliest(candidates []Candidate) []Candidate {
	strong := slices.DeleteFunc(slices.Clone(candidates), func(c Candidate) bool { return !c.strong })
	if len(strong) == 1 {
		return strong
	}
	return candidates
}

// orphanOf returns the one candidate without an application: the only
// candidate there is, or the one of several that has the wanted name.
func orphanOf(candidates []Candidate, name string) *link.ProviderState {
	for i := range candidates {
		p := &candidates[i].Provider
		if p.ApplicationSlug == "" && (len(candidates) == 1 || p.Name == name) {
			return p
		}
	}
	return nil
}

// useInstead is how a provider that is in the way becomes this link's.
func useInstead(p link.ProviderState) link.Way {
	if p.ApplicationSlug == "" {
		return link.UseExisting("if it is this link's")
	}
	return link.UseExisting("and the slug " + link.Quote(p.ApplicationSlug) + " if it is this link's")
}

// checkProviderName finds what else has the wanted provider name: names are
// unique over all kinds of provider.
func checkProviderName(s link.Spec, d link.Desired, a link.AuthentikSnapshot, problems *link.Problems) {
	for _, other := range a.Providers {
		if other.Name == d.Provider.Name && other.PK != d.Provider.PK {
			has := "of no application"
			if other.ApplicationName != "" {
				has = "of the application " + link.Quote(other.ApplicationName)
			}
			problems.Add("provider.name", "The name "+link.Quote(other.Name)+" is taken by the "+other.Kind()+" "+has+
				".",
				"Choose another provider name.", useInstead(other))
			return
		}
		if other.ClientID == d.Provider.ClientID && other.PK != d.Provider.PK {
			problems.Add("provider.client_id", "The client ID is taken by the provider "+link.Quote(other.Name)+
				".", "Choose another one, or leave it out.")
		}
	}
	if a.NameTaken != "" && d.Provider.Name == s.Query().ProviderName {
		problems.Add("provider.name", "The name "+link.Quote(d.Provider.Name)+" is taken by a "+a.NameTaken+
			".", "Choose another provider name.")
	}
}
