package pocketbase

import (
	"slices"
	"strings"

	"authpocket/internal/address"
	"authpocket/internal/link"
	"authpocket/internal/pocketbase/checks"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/preset"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Warnings returns what an admin should know before applying, judged by the current and the desired state. It decides
// nothing.
func Warnings(snap link.PocketBaseSnapshot, d *link.Desired) []link.Warning {
	w := warner{}
	w.version(&snap, d)
	w.settings(&snap, d)
	w.transport(d)
	if now := snap.Collection(d.Collection.Name); now != nil {
		w.slot(&snap, now, d)
		w.rules(&snap, now, d)
	}
	return w
}

// Warnings calls the function Warnings, which does not need c.
func (c *Client) Warnings(snap link.PocketBaseSnapshot, d link.Desired) []link.Warning {
	return Warnings(snap, &d)
}

type warner []link.Warning

func (w *warner) add(id report.WarningID, summary, detail say.Text) {
	*w = append(*w, link.Warning{ID: id, System: report.PB, Summary: summary, Detail: detail})
}

func (w *warner) version(snap *link.PocketBaseSnapshot, d *link.Desired) {
	r := rest.ParseRelease(snap.Version)
	if snap.Version == "" {
		w.add(report.WarnVersionUnknown, say.Of("The version of this PocketBase could not be found out."),
			say.Of("authpocket writes in the way that is safe on every version since 0.23. Versions before 0.37.4 "+
				"have a known security hole in OAuth2 sign-ins (GHSA-pq7p-mc74-g65w)."))
		return
	}
	if !r.Since(rest.ReadsSafely) {
		forgets := say.Of("PocketBase %s may forget client secrets when a collection is opened.", snap.Version)
		if r.Before(rest.ReadsSafely) {
			forgets = say.Of("PocketBase %s forgets client secrets when a collection is opened.", snap.Version)
		}
		w.add(report.WarnVersionReads, forgets,
			say.Of("Before 0.36.8, reading one collection through the API, as the dashboard and other tools do, "+
				"empties the client secrets that the running server has, and sign-ins fail until the next "+
				"change or restart. authpocket only reads lists, which is harmless. Upgrade."))
	}
	if !r.Since(rest.HijackFixed) {
		has := say.Of("PocketBase %s may have a known security hole in OAuth2 sign-ins.", snap.Version)
		if r.Before(rest.HijackFixed) {
			has = say.Of("PocketBase %s has a known security hole in OAuth2 sign-ins.", snap.Version)
		}
		w.add(report.WarnVersionHijack, has,
			say.Of("Before 0.37.4, whoever registers first with somebody's address can keep access to the account "+
				"after that person signs in (GHSA-pq7p-mc74-g65w, CVE-2026-44166). Upgrade."))
	}
	if r.MayBe(rest.MergesNot) && len(foreignProviders(*snap, d)) > 0 {
		is := say.Of("PocketBase %s may be 0.40.0, which cannot change one provider without the client secrets of "+
			"the others.", snap.Version)
		if r.Exactly(rest.MergesNot) {
			is = say.Of("PocketBase %s is 0.40.0, which cannot change one provider without the client secrets of the "+
				"others.", snap.Version)
		}
		w.add(report.WarnVersionMerge, is,
			say.Of("The apply will be refused and nothing written, because there are other providers: %s. Upgrade "+
				"to 0.40.1 or later first.", strings.Join(foreignProviders(*snap, d), ", ")))
	}
}

// foreignProviders returns the collection's slots other than ours.
func foreignProviders(snap link.PocketBaseSnapshot, d *link.Desired) []string {
	now := snap.Collection(d.Collection.Name)
	if now == nil {
		return nil
	}
	var slots []string
	for _, p := range now.OAuth2.Providers {
		if p.Slot != d.Slot.Slot {
			slots = append(slots, p.Slot)
		}
	}
	return slots
}

func (w *warner) settings(snap *link.PocketBaseSnapshot, d *link.Desired) {
	if app := snap.Settings.AppURL; app != "" && strings.TrimRight(app, "/") != strings.TrimRight(d.PocketBaseURL,
		"/") {
		w.add(report.WarnAppURL, say.Of("PocketBase's settings name another address of the app: %s.", rest.Plain(app)),
			say.Of("Sign-ins do not use it, only the links in PocketBase's mails do. Check that %s is the address "+
				"at which people open the app: the redirect URI is built from it.", d.PocketBaseURL))
	}
	w.appRedirect(d)
	if snap.Settings.RateLimits && snap.Settings.AuthLimit != "" {
		w.add(report.WarnRateLimits, say.Of("PocketBase limits sign-ins to %s for each address.",
			snap.Settings.AuthLimit),
			say.Of("Repeated test sign-ins will be refused for a moment. Behind a proxy that is not in the trusted "+
				"proxy headers, everyone counts as one address."))
	}
}

// appRedirect warns if a known app has authentik return to an address that the provider lacks.
func (w *warner) appRedirect(d *link.Desired) {
	app := preset.Named(d.Preset)
	if app == nil {
		return
	}
	needed := new(preset.Expand(link.Spec{Preset: &app.Name, PocketBaseURLs: []string{d.PocketBaseURL}})).
		NeededRedirects(d.Application.LaunchURL)[1:]
	same := func(r link.RedirectURI) bool {
		return r.Mode == link.RedirectRegex || strings.TrimRight(r.URL, "/") == strings.TrimRight(needed[0], "/")
	}
	if len(needed) == 0 || slices.ContainsFunc(d.Provider.RedirectURIs, same) {
		return
	}
	adds := say.Of("The preset %s adds it.", app.Name)
	if app.PopupOff == "" {
		w.add(report.WarnAppRedirect, say.Of("%s needs a redirect URI of its own.", app.Label()),
			say.Join(say.Of("authentik returns to the app itself, and shows “Redirect URI Error” unless the redirect "+
				"URIs also have %s.", needed[0]), adds))
		return
	}
	w.add(report.WarnAppRedirect, say.Of("%s without pop-ups needs its own address as a redirect URI.", app.Label()),
		say.Join(say.Of("With %s in its environment, as phones may need it, authentik returns to the app itself. It "+
			"then shows “Redirect URI Error” unless the redirect URIs also have the address that %s is opened at, "+
			"such as %s.", app.PopupOff, app.Label(), needed[0]), adds))
}

// transport checks the addresses that PocketBase is given. Those of the two systems themselves are checked where they
// are entered.
func (w *warner) transport(d *link.Desired) {
	var plainURLs []string
	for _, u := range []string{d.Slot.AuthURL, d.Slot.TokenURL, d.Slot.UserInfoURL, d.Slot.JWKSURL} {
		if address.PlainHTTP(u) && !address.SameHost(u, d.AuthentikURL) {
			plainURLs = append(plainURLs, u)
		}
	}
	if len(plainURLs) > 0 {
		w.add(report.WarnHTTPEndpoints, say.Of("PocketBase will call authentik over plain http: %s.",
			strings.Join(slices.Compact(plainURLs), ", ")),
			say.Of("Others on the network can read the client secret and tokens. Use https, unless the two systems "+
				"share a private network."))
	}
}

func (w *warner) slot(snap *link.PocketBaseSnapshot, now *link.CollectionState, d *link.Desired) {
	there := rest.FindProvider(now.OAuth2.Providers, d.Slot.Slot)
	if there != nil && there.ClientID != d.Slot.ClientID {
		w.add(report.WarnSecretLost, say.Of("The client secret that %s has now is replaced, and cannot be put back.",
			d.Slot.Slot),
			say.Of("PocketBase never shows a client secret. If you still need the current one (client id %s), "+
				"first get a copy from where it was issued.", rest.Plain(there.ClientID)))
	}
	if linked := snap.Linked[d.Slot.Slot]; linked > 0 {
		w.linkedBefore(linked, now.Name, there, &d.Slot)
	}
	if !d.Collection.OAuth2.Enabled {
		w.add(report.WarnOAuth2Off, say.Of("OAuth2 stays turned off in %s.", now.Name), say.Of("Nobody can sign in by "+
			"any provider until it is turned on."))
	}
	if field, claims := mappedTwice(d.Collection.OAuth2.Mapped); field != "" {
		w.add(report.WarnMappedTwice, say.Of("The field %s takes more than one claim: %s.", field, claims),
			say.Of("A new account keeps only the last of them. Map each to a field of its own."))
	}
	if d.Collection.OAuth2.Mapped.ID == "id" {
		w.add(report.WarnMappedID, say.Of("The OAuth2 id is mapped to the record's own id."),
			say.Of("Sign-ins of new people will fail, for PocketBase's ids have another form. Map it to another "+
				"field, or to none."))
	}
}

// linkedBefore warns of the links that a slot keeps of earlier sign-ins. Who made them is known only from the provider
// that the slot has, and none may be left.
func (w *warner) linkedBefore(n int, collection string, there *link.OAuth2Provider, wanted *link.OAuth2Provider) {
	summary := say.Count(n, "%d person has signed in through the slot %s of %s before.",
		"%d people have signed in through the slot %s of %s before.", wanted.Slot, collection)
	known := say.Of("If that was with this authentik and the same subject mode, they keep their accounts.")
	switch here := there != nil && address.SameHost(there.AuthURL, wanted.AuthURL); {
	case here && there.ClientID == wanted.ClientID:
		return
	case !here && there != nil:
		summary = say.Count(n, "%d person has signed in through the slot %s of %s before, with another provider.",
			"%d people have signed in through the slot %s of %s before, with another provider.", wanted.Slot,
			collection)
		known = say.Text{}
	}
	w.add(report.WarnAlreadyLinked, summary, say.Join(
		say.Of("PocketBase tells people apart by slot and subject only, not by where they come from."), known,
		say.Of("Whoever else has the same subject now gets that account, and whoever has another one is refused if "+
			"their address is taken. Use a free slot, or delete the old links in the collection _externalAuths.")))
}

// mappedTwice returns the first field that takes more than one claim, and those claims.
func mappedTwice(m link.MappedFields) (field string, claims say.Text) {
	to := []struct {
		claim say.Text
		field string
	}{{say.Of("the id"), m.ID}, {say.Of("the name"), m.Name}, {say.Of("the username"), m.Username},
		{say.Of("the avatar"), m.AvatarURL}}
	for i, a := range to {
		var same []say.Text
		for _, b := range to[i:] {
			if b.field == a.field && a.field != "" {
				same = append(same, b.claim)
			}
		}
		if len(same) > 1 {
			return rest.Plain(a.field), say.And(same...)
		}
	}
	return "", say.Text{}
}

func (w *warner) rules(snap *link.PocketBaseSnapshot, now *link.CollectionState, d *link.Desired) {
	if !link.SameRule(now.AuthRule, d.Collection.AuthRule) {
		w.add(report.WarnSignsOut, say.Of("The change of authRule signs out everyone in %s once.", now.Name),
			say.Of("PocketBase makes a new key for the collection's tokens when the rule changes."))
	}
	wanted := *now
	wanted.CreateRule, wanted.AuthRule, wanted.OAuth2 = d.Collection.CreateRule, d.Collection.AuthRule,
		d.Collection.OAuth2
	for _, one := range checks.Obstacles(rest.ParseRelease(snap.Version), &wanted, d) {
		detail := one.Todo
		if app := preset.Named(d.Preset); app != nil {
			detail = managedDetail(app, one.Cause, detail)
		}
		w.add(report.WarningID(one.Cause), one.What, detail)
	}
}

// managedDetail returns what to do in a PocketBase whose app sets some of this itself each time it starts.
func managedDetail(app *preset.Preset, cause report.CauseID, detail say.Text) say.Text {
	keeps := func(field string) bool { return slices.Contains(app.Keeps, field) }
	switch cause {
	case report.CauseCreateRule:
		if sets := app.Wrote("createRule"); sets != nil {
			return say.Of("%s sets createRule itself each time it starts, so a change in PocketBase does not last. To "+
				"let new people in, start it with %s in its environment.", app.Title, sets.Set())
		}
	case report.CauseMFA:
		if sets := app.Wrote("mfa.enabled"); sets != nil && keeps("mfa.rule") {
			return say.Join(detail, say.Of("%s turns multi-factor authentication on at each start with %s in its "+
				"environment, but leaves the MFA rule alone, so the rule lasts.", app.Title, sets.Set()))
		}
	case report.CauseAuthRule:
		if keeps("authRule") {
			return say.Join(detail, say.Of("%s leaves authRule alone, so the change lasts.", app.Title))
		}
	}
	return detail
}
