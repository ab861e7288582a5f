package resolve

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/address"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// resolveSlot resolves the link's element of the collection's OAuth2 providers. All other elements keep their
// position and content.
func resolveSlot(d *link.Desired, s *link.Spec, a *link.AuthentikSnapshot, c link.CollectionState,
	problems *report.Problems) {
	search := slotSearch{
		providers: c.OAuth2.Providers, clientIDs: []string{d.Provider.ClientID}, here: EndpointsOf(d.AuthentikURL, s),
		a: *a, s: *s,
	}
	if now := a.ProviderByPK(d.Provider.PK); now != nil {
		search.clientIDs = append(search.clientIDs, now.ClientID)
	}
	at, slot := findSlot(s, &c, search, problems)
	now := link.OAuth2Provider{Slot: slot, DisplayName: link.DefaultDisplayName, PKCE: new(true)}
	if at >= 0 {
		now = c.OAuth2.Providers[at]
	}
	want := s.PocketBase
	d.Slot = link.OAuth2Provider{Slot: slot, Raw: now.Raw}
	link.Resolve(link.SlotAttrs(), &d.Slot, &want, &now)
	d.Slot.DisplayName = link.Value(want.DisplayName, cmp.Or(now.DisplayName, link.DefaultDisplayName))
	d.Slot.ClientID, d.Slot.ClientSecret = d.Provider.ClientID, d.Provider.ClientSecret
	d.Slot.AuthURL = link.Value(want.AuthURL, endpoint(d.AuthentikURL, "authorize"))
	d.Slot.TokenURL = link.Value(want.TokenURL, address.KeepInner(now.TokenURL, now.AuthURL,
		endpoint(d.AuthentikURL, "token")))
	resolveUserInfo(d, s, &now)
	if at >= 0 && (search.hasClient(now) || search.leadsHere(now)) {
		checkEncrypted(&want, &now, &d.Slot, problems)
	}
	d.Collection = c
	d.Collection.OAuth2.Providers = slices.Clone(c.OAuth2.Providers)
	link.Resolve(link.OAuth2Attrs(), &d.Collection.OAuth2, &want, &c.OAuth2)
	d.Collection.OAuth2.Enabled = link.Value(want.Enabled, true)
	link.Resolve(link.RuleAttrs(), &d.Collection, &want, &c)
	link.Resolve(link.MethodAttrs(), &d.Collection, &want, &c)
	checkMapped(want, &d.Collection, problems)
	resolveGroups(d, &want, problems)
	if at >= 0 {
		d.Collection.OAuth2.Providers[at] = d.Slot
	} else {
		d.Collection.OAuth2.Providers = append(d.Collection.OAuth2.Providers, d.Slot)
	}
	checkMethods(&c, &d.Collection, problems)
}

// resolveUserInfo resolves where PocketBase reads the claims.
func resolveUserInfo(d *link.Desired, s *link.Spec, now *link.OAuth2Provider) {
	want := s.PocketBase
	d.Slot.UserInfoURL, d.Slot.JWKSURL, d.Slot.Issuers = "", "", nil
	if link.Value(want.UserInfo, userInfoMode(&want, now)) == "userinfo" {
		d.Slot.UserInfoURL = link.Value(want.UserInfoURL, address.KeepInner(now.UserInfoURL, now.AuthURL,
			endpoint(d.AuthentikURL, "userinfo")))
		return
	}
	jwks, issuers := d.AuthentikURL+"/application/o/"+d.Application.Slug+"/jwks/", []string{d.Issuer()}
	d.Slot.JWKSURL, d.Slot.Issuers = jwks, issuers
	if checksIDToken(now) {
		d.Slot.JWKSURL, d.Slot.Issuers = now.JWKSURL, now.Issuers
	}
	d.Slot.JWKSURL = link.Value(want.JWKSURL, d.Slot.JWKSURL)
	if want.Issuers != nil {
		d.Slot.Issuers = want.Issuers
	}
	switch { // only a spec that clears both turns all checks of the ID token off
	case checksIDToken(&d.Slot):
	case want.Issuers == nil:
		d.Slot.Issuers = issuers
	case want.JWKSURL == nil:
		d.Slot.JWKSURL = jwks
	}
}

const fieldPublicURL = "authentik.public_url"

// checkEncrypted adds a problem if a URL that the spec leaves open would turn from https into http, as it does if
// authentik's address was copied from an authentik that ignores its proxy's X-Forwarded-Proto.
func checkEncrypted(want *link.PocketBase, now, after *link.OAuth2Provider, problems *report.Problems) {
	for _, u := range []struct {
		want       *string
		now, after string
	}{
		{want.AuthURL, now.AuthURL, after.AuthURL}, {want.TokenURL, now.TokenURL, after.TokenURL},
		{want.UserInfoURL, now.UserInfoURL, after.UserInfoURL}, {want.JWKSURL, now.JWKSURL, after.JWKSURL},
	} {
		if u.want == nil && strings.HasPrefix(u.now, "https://") && strings.HasPrefix(u.after, "http://") {
			problems.Add(fieldPublicURL,
				say.Of("PocketBase uses %s. With this address of authentik it would use plain http: %s.", u.now,
					u.after),
				say.Of("Set authentik's public address to the one with https://."))
			return
		}
	}
}

// userInfoMode returns where PocketBase reads the claims if the spec leaves it open: what its URLs imply, else
// the current mode. An ID token that PocketBase doesn't check is never kept.
func userInfoMode(want *link.PocketBase, now *link.OAuth2Provider) string {
	after := link.OAuth2Provider{JWKSURL: link.Value(want.JWKSURL, ""), Issuers: want.Issuers}
	switch {
	case want.UserInfoURL != nil:
		return "userinfo"
	case checksIDToken(&after):
		return "id_token"
	case !checksIDToken(now):
		return "userinfo"
	}
	after.JWKSURL = link.Value(want.JWKSURL, now.JWKSURL)
	if want.Issuers == nil {
		after.Issuers = now.Issuers
	}
	if !checksIDToken(&after) {
		return "userinfo"
	}
	return "id_token"
}

// checksIDToken reports whether PocketBase reads the ID token and checks its signature or issuer, which is a
// deliberate choice of an admin.
func checksIDToken(p *link.OAuth2Provider) bool {
	return p.IDTokenMode() && (p.JWKSURL != "" || len(p.Issuers) > 0)
}

// checkMapped adds a problem for mapped fields that PocketBase would silently drop or fail on. Current mappings
// that the spec leaves open are not checked.
func checkMapped(want link.PocketBase, c *link.CollectionState, problems *report.Problems) {
	for _, a := range link.OAuth2Attrs() {
		target, _ := a.Given(&want)
		if a.Claim == "" || target == "" {
			continue
		}
		field := link.Find(c.Fields, func(f link.CollectionField) bool { return f.Name == target })
		switch {
		case field == nil:
			problems.Add(a.Spec, say.Of("%s has no field “%s” for the %s.", c.Name, target, a.Claim.Text()),
				say.Of("Choose one of its fields, or none."))
		case !slices.Contains(link.MappableTypes(a.Claim), field.Type):
			problems.Add(a.Spec, say.Of("The field “%s” is of the type %s, which cannot take the %s.", target,
				field.Type, a.Claim.Text()), say.Of("Choose a field that can, or none."))
		case target == "id":
			problems.Add(a.Spec, say.Of("Sign-ins fail if the record's own id is mapped."),
				say.Of("Choose another field, or none."))
		}
	}
}
