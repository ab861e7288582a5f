package export

import (
	"net/url"
	"strconv"

	"authpocket/internal/link"
)

// change writes the calls of one change. It follows what the plan holds; what
// plans do not hold is refused.
func (s *scripter) change(c link.Change) error {
	calls := caller{s: s, err: link.Problems{{Summary: "A shell script cannot carry out this change: " + c.Object + ".", Todo: "Make it with authpocket."}}}
	if c.After != nil {
		c.Visit(&calls)
	}
	return calls.err
}

// caller writes the calls of a change that leaves something behind.
type caller struct {
	s   *scripter
	err error
}

func (w *caller) Mapping(e link.Edit[link.Mapping])        { w.err = w.s.mapping(e.Change, *e.After) }
func (w *caller) Key(e link.Edit[link.KeyState])           { w.err = w.s.key(*e.After) }
func (w *caller) Pair(e link.Edit[link.PairState])         { w.err = w.s.pair(*e.After) }
func (w *caller) Provider(e link.Edit[link.ProviderState]) { w.err = w.s.provider(e.Change, *e.After) }
func (w *caller) Application(e link.Edit[link.ApplicationState]) {
	w.err = w.s.application(e.Change, *e.After)
}
func (w *caller) Binding(e link.Edit[link.BindingState]) { w.err = w.s.binding(*e.After) }
func (w *caller) Collection(e link.Edit[link.CollectionState]) {
	w.err = w.s.collection(e.Change, *e.After)
}

func (w *caller) Settings(e link.Edit[link.SettingsState]) {
	w.err = w.s.call(link.PB, "PATCH", "/api/settings", object{{"meta", object{{"hideControls", e.After.HideControls}}}})
}

func (s *scripter) mapping(c link.Change, m link.Mapping) error {
	all := object{{"name", m.Name}, {"scope_name", m.Scope}, {"expression", m.Expression}, {"description", m.Description}}
	if c.Before != nil {
		return s.call(link.Authentik, "PATCH", "/api/v3/propertymappings/provider/scope/"+url.PathEscape(m.ID)+"/", changed(c, all))
	}
	err := s.call(link.Authentik, "POST", "/api/v3/propertymappings/provider/scope/", all)
	s.keep(varMapping)
	return err
}

func (s *scripter) key(k link.KeyState) error {
	err := s.call(link.Authentik, "POST", "/api/v3/crypto/certificatekeypairs/generate/",
		object{{"common_name", k.Name}, {"validity_days", k.Days}, {"alg", k.Algorithm}})
	s.keep(varKey)
	return err
}

func (s *scripter) pair(pair link.PairState) error {
	provider, err := s.providerBody(pair.Provider)
	if err != nil {
		return err
	}
	s.secret = true
	body := object{
		{"app", filled(s.applicationBody(pair.Application))},
		{"provider_model", "authentik_providers_oauth2.oauth2provider"},
		{"provider", filled(provider)},
	}
	var bindings []any
	for _, b := range pair.Bindings {
		bindings = append(bindings, bindingBody(b))
	}
	if len(bindings) > 0 {
		body.add("policy_bindings", bindings)
	}
	if err := s.call(link.Authentik, "PUT", "/api/v3/core/transactional/applications/", body); err != nil {
		return err
	}
	s.line("case $answer in\n    *'\"applied\":true'* | *'\"applied\": true'*) ;;\n" +
		`    *) stop "authentik took the request but did not carry it out. Make a new plan." ;;` + "\nesac")
	return nil
}

func (s *scripter) provider(c link.Change, v link.ProviderState) error {
	body, err := s.providerBody(v)
	if err != nil {
		return err
	}
	if c.Before == nil {
		s.secret = true
		err := s.call(link.Authentik, "POST", "/api/v3/providers/oauth2/", filled(body))
		s.keep(varProvider)
		return err
	}
	s.secret = s.secret || c.Changed("client_secret")
	return s.call(link.Authentik, "PATCH", "/api/v3/providers/oauth2/"+strconv.Itoa(v.PK)+"/", changed(c, body))
}

// providerBody has all keys of a provider.
func (s *scripter) providerBody(v link.ProviderState) (object, error) {
	key, err := s.pk(v.SigningKey, varKey)
	if err != nil {
		return nil, err
	}
	mappings := make([]any, len(v.Mappings))
	for i, m := range v.Mappings {
		if mappings[i], err = s.pk(m, varMapping); err != nil {
			return nil, err
		}
	}
	o := object{
		{"name", v.Name}, {"authorization_flow", v.AuthorizationFlow.ID}, {"invalidation_flow", v.InvalidationFlow.ID},
		{"authentication_flow", idOrNull(v.AuthenticationFlow)}, {"client_type", v.ClientType}, {"client_id", v.ClientID},
		{"client_secret", varSecret}, {"redirect_uris", s.redirects(v.RedirectURIs)}, {"signing_key", key},
		{"access_code_validity", v.AccessCodeValidity}, {"access_token_validity", v.AccessTokenValidity},
		{"refresh_token_validity", v.RefreshTokenValidity}, {"refresh_token_threshold", v.RefreshTokenThreshold},
		{"sub_mode", v.SubjectMode}, {"issuer_mode", v.IssuerMode},
		{"include_claims_in_id_token", v.IncludeClaims}, {"property_mappings", mappings},
	}
	if modern(s.p) {
		o.add("grant_types", v.GrantTypes)
	}
	return o, nil
}

// pk is an object's primary key: known, or from an earlier call of the script.
func (s *scripter) pk(r link.Ref, from variable) (any, error) {
	switch {
	case r.ID != "":
		return r.ID, nil
	case r.Name == "":
		return nil, nil
	case s.ids[from]:
		return from, nil
	}
	return nil, link.Problems{{Summary: "The plan does not say which object of authentik is called “" + r.Name + "”.", Todo: "Make a new plan, then export that one."}}
}

func idOrNull(r link.Ref) any {
	if r.ID == "" {
		return nil
	}
	return r.ID
}

func (s *scripter) redirects(list []link.RedirectURI) []any {
	items := make([]any, len(list))
	for i, r := range list {
		o := object{{"matching_mode", r.Mode}, {"url", r.URL}}
		if modern(s.p) && r.Type != "" {
			o.add("redirect_uri_type", r.Type)
		}
		items[i] = o
	}
	return items
}

func (s *scripter) application(c link.Change, a link.ApplicationState) error {
	body := s.applicationBody(a)
	provider := any(nil)
	switch {
	case a.Provider != 0:
		provider = a.Provider
	case a.ProviderName != "" && s.ids[varProvider]:
		provider = varProvider
	}
	body.add("provider", provider)
	if c.Before != nil {
		return s.call(link.Authentik, "PATCH", "/api/v3/core/applications/"+url.PathEscape(a.Slug)+"/", changed(c, body))
	}
	err := s.call(link.Authentik, "POST", "/api/v3/core/applications/", filled(body))
	s.keep(varApp)
	return err
}

// applicationBody has all keys of an application but its provider.
func (s *scripter) applicationBody(a link.ApplicationState) object {
	o := object{
		{"name", a.Name}, {"slug", a.Slug}, {"group", a.Group}, {"policy_engine_mode", a.PolicyEngineMode},
		{"meta_launch_url", a.LaunchURL}, {"meta_icon", a.Icon}, {"meta_publisher", a.Publisher},
		{"meta_description", a.Description}, {"open_in_new_tab", a.OpenInNewTab},
	}
	if modern(s.p) {
		o.add("meta_hide", a.Hide)
	}
	return o
}

func (s *scripter) binding(b link.BindingState) error {
	target := any(b.Application.ID)
	if b.Application.ID == "" {
		target = varApp
	}
	return s.call(link.Authentik, "POST", "/api/v3/policies/bindings/", append(object{{"target", target}}, bindingBody(b)...))
}

func bindingBody(b link.BindingState) object {
	target := any(b.Target.ID)
	if b.Kind == "user" {
		if n, err := strconv.Atoi(b.Target.ID); err == nil {
			target = n // authentik counts its users
		}
	}
	return object{{b.Kind, target}, {"order", b.Order}, {"enabled", b.Enabled}, {"negate", b.Negate}}
}

// changed keeps what the change names. Everything else stays as it is.
func changed(c link.Change, all object) object {
	o := object{}
	for _, m := range all {
		if c.Changed(m.key) {
			o = append(o, m)
		}
	}
	return o
}

// filled leaves out what is empty, for authentik has its own defaults.
func filled(all object) object {
	o := object{}
	for _, m := range all {
		empty := m.value == nil || m.value == ""
		if list, ok := m.value.([]any); ok {
			empty = len(list) == 0
		}
		if list, ok := m.value.([]string); ok {
			empty = len(list) == 0
		}
		if !empty {
			o = append(o, m)
		}
	}
	return o
}
