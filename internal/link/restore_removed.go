package link

import (
	"slices"
	"strings"
)

// SpecBefore is the spec that makes again what a removal took apart: s, which
// the removal was of, with all that its changes show of what was there. force
// leaves out what no spec can say; without it that is a problem.
func SpecBefore(s Spec, done []Change, force bool) (Spec, Problems) {
	var problems Problems
	s.Existing = ExistingAsk
	s.Email = orDecision(s.Email)
	for _, c := range done {
		switch was := c.Before.(type) {
		case *ApplicationState:
			s.Application = was.asSpec()
			if lost := inexpressible(c, s.Access); len(lost) > 0 && !force {
				problems.Add("access", "The application had bindings that authpocket does not make: "+strings.Join(lost, ", ")+".",
					"Undo it all the same to have it without them, and make them in authentik.")
			}
		case *ProviderState:
			s.Provider, s.Email = was.asSpec()
		case *CollectionState:
			if i := slotIndex(was.OAuth2, slotOf(c)); i >= 0 {
				s.PocketBase = was.asSpec(was.OAuth2.Providers[i])
			}
		}
	}
	return s, problems
}

// NewRestoration makes the plan that takes back a removal, by the spec that
// SpecBefore gives.
func NewRestoration(s Spec, a AuthentikSnapshot, p PocketBaseSnapshot, g Generated) (Plan, Problems) {
	plan, problems := NewPlan(s, a, p, g)
	return AsRestoration(plan), problems
}

// AsRestoration makes the plan that takes back a removal out of one for the
// link as it was.
func AsRestoration(p Plan) Plan {
	p.Purpose = PurposeUndo
	w := warner(slices.Clone(p.Warnings))
	if slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Kind == KindPair || c.Kind == KindProvider && c.Action == Create }) {
		w.add(lostWarning, Authentik, "The client secret is a new one.", "The one before is kept nowhere. Both systems get the new one.")
	}
	p.Warnings = w
	return p
}

func orDecision(d EmailDecision) EmailDecision {
	if d == "" {
		return EmailLeave
	}
	return d
}

func (a ApplicationState) asSpec() Application {
	return Application{
		Name: &a.Name, Slug: &a.Slug, Group: &a.Group, PolicyEngineMode: &a.PolicyEngineMode, LaunchURL: &a.LaunchURL, Icon: &a.Icon,
		Publisher: &a.Publisher, Description: &a.Description, OpenInNewTab: &a.OpenInNewTab, Hide: &a.Hide,
	}
}

// asSpec is the provider without its secret, and the e-mail decision that its
// scope mappings carry out.
func (p ProviderState) asSpec() (Provider, EmailDecision) {
	decision := EmailLeave
	mappings := []string{}
	for _, m := range p.Mappings {
		for _, d := range []EmailDecision{EmailTrustAll, EmailTrustAttribute} {
			if EmailMapping(d).Name == m.Name {
				decision = d
			}
		}
		if m.Name != "" && !OwnMapping(m.Name) {
			mappings = append(mappings, m.Name)
		}
	}
	named := func(r Ref) *string {
		if r.Name == "" {
			return nil // the token could not see it
		}
		return &r.Name
	}
	return Provider{
		Name: &p.Name, AuthorizationFlow: named(p.AuthorizationFlow), InvalidationFlow: named(p.InvalidationFlow), AuthenticationFlow: named(p.AuthenticationFlow),
		ClientID: &p.ClientID, RedirectURIs: slices.Clone(p.RedirectURIs), SigningKey: named(p.SigningKey), ScopeMappings: mappings,
		AccessCodeValidity: &p.AccessCodeValidity, AccessTokenValidity: &p.AccessTokenValidity,
		RefreshTokenValidity: &p.RefreshTokenValidity, RefreshTokenThreshold: &p.RefreshTokenThreshold,
		SubjectMode: &p.SubjectMode, IssuerMode: &p.IssuerMode,
	}, decision
}

// asSpec is the collection's link through one of its providers.
func (c CollectionState) asSpec(p OAuth2Provider) PocketBase {
	m := c.OAuth2.Mapped
	s := PocketBase{
		Collection: &c.Name, Slot: &p.Slot, DisplayName: &p.DisplayName, AuthURL: &p.AuthURL, TokenURL: &p.TokenURL, PKCE: p.PKCE,
		Enabled: &c.OAuth2.Enabled, MapID: &m.ID, MapName: &m.Name, MapUsername: &m.Username, MapAvatar: &m.AvatarURL, UserInfo: new("userinfo"),
	}
	if p.IDTokenMode() {
		s.UserInfo, s.Issuers, s.JWKSURL = new("id_token"), slices.Clone(p.Issuers), &p.JWKSURL
	} else {
		s.UserInfoURL = &p.UserInfoURL
	}
	return s
}

// boundTo are bindings as a spec names them: those that let somebody in.
func boundTo(list []BindingState) *Access {
	a := &Access{}
	for _, b := range list {
		if !b.Enabled || b.Negate || b.Expires != "" {
			continue
		}
		switch b.Kind {
		case "group":
			a.Groups = append(a.Groups, b.Target.Name)
		case "user":
			a.Users = append(a.Users, b.Target.Name)
		case "policy":
			a.Policies = append(a.Policies, b.Target.Name)
		}
	}
	if a.Empty() {
		return nil
	}
	return a
}

const (
	bindingsField = "bindings" // of the change that deletes an application
	switchedOff   = " (off)"
)

// bindingNames are all bindings in words, for that field.
func bindingNames(list []BindingState) []string {
	var names []string
	for _, b := range list {
		name := b.who()
		if b.Expires != "" {
			name += " (until " + b.Expires + ")"
		}
		if !b.Enabled {
			name += switchedOff
		}
		names = append(names, name)
	}
	return names
}

// inexpressible are the bindings that went with an application and that
// access does not name, but for those that were switched off.
func inexpressible(deletion Change, access *Access) []string {
	var known []string
	if access != nil {
		for kind, names := range map[string][]string{"group": access.Groups, "user": access.Users, "policy": access.Policies} {
			for _, name := range names {
				known = append(known, kind+" "+name)
			}
		}
	}
	i := slices.IndexFunc(deletion.Fields, func(f Field) bool { return f.Name == bindingsField })
	if i < 0 {
		return nil
	}
	names, _ := deletion.Fields[i].Before.([]string)
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.Contains(known, name) || strings.HasSuffix(name, switchedOff)
	})
}
