package plans_test

import (
	"errors"
	"fmt"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// applyPair makes application, provider and bindings, or nothing.
func (w *world) applyPair(c link.Change, done map[string]bool) error {
	pair := c.After.(*link.PairState)
	provider := newServerProvider()
	if err := w.setProvider(setter{c, "provider.", done}, &provider, pair.Provider); err != nil {
		return err
	}
	app := newServerApplication()
	setApplication(setter{c, "application.", done}, &app, pair.Application)
	setter{c, "application.", done}.set("provider", func() {})
	if w.app(app.Slug) != nil {
		return fmt.Errorf("application with the slug %q already exists", app.Slug)
	}
	provider.PK, app.PK = w.newPK(), w.newID("application")
	app.Provider = provider.PK
	w.providers, w.apps = append(w.providers, provider), append(w.apps, app)
	for _, b := range pair.Bindings {
		b.Application.ID = app.PK
		if err := w.addBinding(setter{c, "binding.", done}, b); err != nil {
			return err
		}
	}
	return nil
}

// newServerProvider has what a server takes for keys that are not sent: no
// grant types and no scope mappings.
func newServerProvider() link.ProviderState {
	return link.ProviderState{
		ClientType: "confidential", ClientID: "made-by-the-server", ClientSecret: secret.New("made by the server"),
		AccessCodeValidity: "minutes=1", AccessTokenValidity: "hours=1", RefreshTokenValidity: "days=30",
		RefreshTokenThreshold: "seconds=0", SubjectMode: "hashed_user_id", IssuerMode: "per_provider",
		IncludeClaims: true,
	}
}

func newServerApplication() link.ApplicationState {
	return link.ApplicationState{PolicyEngineMode: "any"}
}

func (w *world) applyProvider(c link.Change, done map[string]bool) error {
	after := c.After.(*link.ProviderState)
	s := setter{c, "", done}
	if c.Action == link.Update {
		return w.setProvider(s, w.provider(c.Before.(*link.ProviderState).PK), *after)
	}
	provider := newServerProvider()
	if err := w.setProvider(s, &provider, *after); err != nil {
		return err
	}
	provider.PK = w.newPK()
	w.providers = append(w.providers, provider)
	return nil
}

func (w *world) setProvider(s setter, to *link.ProviderState, from link.ProviderState) error {
	from = copyProvider(from)
	setTo(s, "name", &to.Name, from.Name)
	setTo(s, "authorization_flow", &to.AuthorizationFlow, from.AuthorizationFlow)
	setTo(s, "invalidation_flow", &to.InvalidationFlow, from.InvalidationFlow)
	setTo(s, "authentication_flow", &to.AuthenticationFlow, from.AuthenticationFlow)
	setTo(s, "client_type", &to.ClientType, from.ClientType)
	setTo(s, "client_id", &to.ClientID, from.ClientID)
	setTo(s, "client_secret", &to.ClientSecret, from.ClientSecret)
	setTo(s, "redirect_uris", &to.RedirectURIs, from.RedirectURIs)
	setTo(s, "access_code_validity", &to.AccessCodeValidity, from.AccessCodeValidity)
	setTo(s, "access_token_validity", &to.AccessTokenValidity, from.AccessTokenValidity)
	setTo(s, "refresh_token_validity", &to.RefreshTokenValidity, from.RefreshTokenValidity)
	setTo(s, "refresh_token_threshold", &to.RefreshTokenThreshold, from.RefreshTokenThreshold)
	setTo(s, "sub_mode", &to.SubjectMode, from.SubjectMode)
	setTo(s, "issuer_mode", &to.IssuerMode, from.IssuerMode)
	setTo(s, "include_claims_in_id_token", &to.IncludeClaims, from.IncludeClaims)
	setTo(s, "grant_types", &to.GrantTypes, from.GrantTypes)
	var err error
	s.set("signing_key", func() { to.SigningKey, err = w.keyRef(from.SigningKey) })
	s.set("property_mappings", func() {
		to.Mappings = nil
		for _, ref := range from.Mappings {
			found, missing := w.mappingRef(ref)
			to.Mappings, err = append(to.Mappings, found), errors.Join(err, missing)
		}
		// authentik gives them back in an order of its own
		slices.SortFunc(to.Mappings, func(a, b link.Ref) int { return len(a.Name) - len(b.Name) })
	})
	return errors.Join(err, w.checkUnique(to))
}

func (w *world) checkUnique(p *link.ProviderState) error {
	if w.others[p.Name] != "" {
		return fmt.Errorf("provider with the name %q already exists", p.Name)
	}
	for i := range w.providers {
		other := &w.providers[i]
		if other != p && (other.Name == p.Name || other.ClientID == p.ClientID) {
			return fmt.Errorf("provider with the name %q or client id %q already exists", p.Name, p.ClientID)
		}
	}
	return nil
}

// keyRef finds a key that the plan itself made by its name.
func (w *world) keyRef(ref link.Ref) (link.Ref, error) {
	if ref.ID != "" || ref == (link.Ref{}) {
		return ref, nil // also one that the token cannot see, or none
	}
	k := pick(w.keys, func(k link.Key) bool { return k.Name == ref.Name })
	if k == nil {
		return ref, fmt.Errorf("there is no key %q yet", ref.Name)
	}
	return k.Ref, nil
}

func (w *world) mappingRef(ref link.Ref) (link.Ref, error) {
	m := pick(w.mappings, func(m link.Mapping) bool { return m.ID == ref.ID || ref.ID == "" && m.Name == ref.Name })
	switch {
	case m != nil:
		return m.Ref, nil
	case ref.ID != "":
		return ref, nil // one that the token cannot see
	}
	return ref, fmt.Errorf("there is no scope mapping %q yet", ref.Name)
}

func (w *world) applyApplication(c link.Change, done map[string]bool) error {
	after := *c.After.(*link.ApplicationState)
	s := setter{c, "", done}
	if c.Action == link.Create {
		app := newServerApplication()
		setApplication(s, &app, after)
		err := w.attach(s, &app, after)
		if w.app(app.Slug) != nil {
			err = fmt.Errorf("application with the slug %q already exists", app.Slug)
		}
		app.PK = w.newID("application")
		w.apps = append(w.apps, app)
		return err
	}
	target := w.app(c.Before.(*link.ApplicationState).Slug)
	setApplication(s, target, after)
	return w.attach(s, target, after)
}

func setApplication(s setter, to *link.ApplicationState, from link.ApplicationState) {
	setTo(s, "name", &to.Name, from.Name)
	setTo(s, "slug", &to.Slug, from.Slug)
	setTo(s, "group", &to.Group, from.Group)
	setTo(s, "policy_engine_mode", &to.PolicyEngineMode, from.PolicyEngineMode)
	setTo(s, "meta_launch_url", &to.LaunchURL, from.LaunchURL)
	setTo(s, "meta_icon", &to.Icon, from.Icon)
	setTo(s, "meta_publisher", &to.Publisher, from.Publisher)
	setTo(s, "meta_description", &to.Description, from.Description)
	setTo(s, "open_in_new_tab", &to.OpenInNewTab, from.OpenInNewTab)
	setTo(s, "meta_hide", &to.Hide, from.Hide)
}

// attach gives the application its provider: by primary key, or by name where
// the plan itself made it.
func (w *world) attach(s setter, app *link.ApplicationState, after link.ApplicationState) (err error) {
	s.set("provider", func() {
		if after.Provider == 0 && after.ProviderName == "" {
			app.Provider = 0
			return
		}
		p := pick(w.providers, func(p link.ProviderState) bool {
			return p.PK == after.Provider || after.Provider == 0 && p.Name == after.ProviderName
		})
		if p == nil {
			err = fmt.Errorf("there is no provider %q yet", after.ProviderName)
			return
		}
		if pick(w.apps, func(a link.ApplicationState) bool { return a.Provider == p.PK }) != nil {
			err = errors.New("application with this provider already exists")
			return
		}
		app.Provider = p.PK
	})
	return err
}

func (w *world) applyBinding(c link.Change, done map[string]bool) error {
	b := *c.After.(*link.BindingState)
	s := setter{c, "", done}
	s.set("target", func() {})
	s.set("enabled", func() {})
	return w.addBinding(s, b)
}

func (w *world) addBinding(s setter, b link.BindingState) error {
	s.set(b.Kind, func() {})
	app := pick(w.apps, func(a link.ApplicationState) bool {
		return a.PK == b.Application.ID || b.Application.ID == "" && a.Slug == b.Application.Name
	})
	if app == nil {
		return fmt.Errorf("there is no application %q yet", b.Application.Name)
	}
	b.PK, b.Application.ID = w.newID("binding"), app.PK
	w.bindings = append(w.bindings, b)
	return nil
}
