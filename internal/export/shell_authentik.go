package export

import (
	"net/url"
	"strconv"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// change writes the calls of one change. It rejects kinds of change that plans
// for exports do not contain.
func (s *scripter) change(c link.Change) {
	if c.After == nil || !c.Visit(s) {
		s.fail(report.Problems{{Summary: say.Of("A shell script cannot carry out this change: %s.", c.Object),
			Todo: say.Of("Make it with authpocket.")}})
	}
}

// The following methods write the calls of a create or update.

// Mapping writes the calls for a scope mapping.
func (s *scripter) Mapping(e link.Edit[link.Mapping]) {
	m := e.After
	all := object{{"name", m.Name}, {"scope_name", m.Scope}, {"expression", m.Expression},
		{"description", m.Description}}
	if e.Before != nil {
		s.call(report.Authentik, "PATCH", "/api/v3/propertymappings/provider/scope/"+url.PathEscape(m.ID)+"/",
			changed(e.Change, all))
		return
	}
	s.call(report.Authentik, "POST", "/api/v3/propertymappings/provider/scope/", all)
	s.keep(mappingVariable(m.Name))
}

// mappingVariable returns the variable of one of authpocket's own scope mappings.
func mappingVariable(name string) variable {
	if mappings.OwnEmail(name) {
		return varMapping
	}
	return varGroups
}

// Key writes the call that generates a signing key.
func (s *scripter) Key(e link.Edit[link.KeyState]) {
	s.call(report.Authentik, "POST", "/api/v3/crypto/certificatekeypairs/generate/",
		jsonBody(s, link.KeyAttrs(), e.After))
	s.keep(varKey)
}

// Pair writes the call that creates application, provider and bindings at once.
func (s *scripter) Pair(e link.Edit[link.PairState]) {
	s.secret = true
	body := object{
		{"app", filled(jsonBody(s, link.ApplicationAttrs(), &e.After.Application))},
		{"provider_model", "authentik_providers_oauth2.oauth2provider"},
		{"provider", filled(jsonBody(s, link.ProviderAttrs(), &e.After.Provider))},
	}
	var bindings []any
	for _, b := range e.After.Bindings {
		bindings = append(bindings, s.bindingBody(b))
	}
	if len(bindings) > 0 {
		body.add("policy_bindings", bindings)
	}
	s.call(report.Authentik, "PUT", "/api/v3/core/transactional/applications/", body)
	s.line("case $answer in\n    *'\"applied\":true'* | *'\"applied\": true'*) ;;\n" +
		`    *) stop "authentik took the request but did not carry it out. Make a new plan." ;;` + "\nesac")
}

// Provider writes the call for a provider.
func (s *scripter) Provider(e link.Edit[link.ProviderState]) {
	body := jsonBody(s, link.ProviderAttrs(), e.After)
	if e.Before == nil {
		s.secret = true
		s.call(report.Authentik, "POST", "/api/v3/providers/oauth2/", filled(body))
		s.keep(varProvider)
		return
	}
	s.secret = s.secret || e.Changed("client_secret")
	s.call(report.Authentik, "PATCH", "/api/v3/providers/oauth2/"+strconv.Itoa(e.After.PK)+"/", changed(e.Change, body))
}

// Settings writes the call for PocketBase's settings.
func (s *scripter) Settings(e link.Edit[link.SettingsState]) {
	s.call(report.PB, "PATCH", "/api/settings", changedOf(*e.Change, link.SettingsAttrs(), e.After))
}

// jsonBody returns an object with all keys that this authentik supports.
func jsonBody[W, S any](s *scripter, table []*link.Attr[W, S], o S) object {
	var body object
	for _, a := range table {
		if a.Has(features(&s.p)) {
			a.Visit(o, &jsonCells{s, &body, a.Key})
		}
	}
	return body
}

// jsonCells adds one field. The application's provider is added elsewhere, since
// it depends on the call that created it.
type jsonCells struct {
	s   *scripter
	to  *object
	key string
}

func (j *jsonCells) Text(v *string)                  { j.to.add(j.key, *v) }
func (j *jsonCells) Flag(v *bool)                    { j.to.add(j.key, *v) }
func (j *jsonCells) Number(v *int)                   { j.to.add(j.key, *v) }
func (j *jsonCells) Secret(*secret.Text)             { j.to.add(j.key, varSecret) }
func (j *jsonCells) Ref(v *link.Ref)                 { j.to.add(j.key, j.s.pk(*v, varKey)) }
func (j *jsonCells) Texts(v *[]string)               { j.to.add(j.key, *v) }
func (j *jsonCells) Redirects(v *[]link.RedirectURI) { j.to.add(j.key, j.s.redirects(*v)) }
func (jsonCells) Assigned(*int, *string)             {}

func (j *jsonCells) Refs(v *[]link.Ref) {
	list := make([]any, len(*v))
	for i, r := range *v {
		list[i] = j.s.pk(r, mappingVariable(r.Name))
	}
	j.to.add(j.key, list)
}

// pk returns an object's primary key, known or from an earlier call of the
// script.
func (s *scripter) pk(r link.Ref, from variable) any {
	switch {
	case r.ID != "":
		return r.ID
	case r.Name == "":
	case s.ids[from]:
		return from
	default:
		s.fail(report.Problems{{Summary: say.Of("The plan does not say which object of authentik is called “%s”.",
			r.Name),
			Todo: say.Of("Make a new plan, then export that one.")}})
	}
	return nil
}

func (s *scripter) redirects(list []link.RedirectURI) []any {
	items := make([]any, len(list))
	for i, r := range list {
		o := object{{"matching_mode", string(r.Mode)}, {"url", r.URL}}
		if modern(&s.p) && r.Type != "" {
			o.add("redirect_uri_type", string(r.Type))
		}
		items[i] = o
	}
	return items
}

// Application writes the call for an application.
func (s *scripter) Application(e link.Edit[link.ApplicationState]) {
	a := e.After
	body := jsonBody(s, link.ApplicationAttrs(), a)
	provider := any(nil)
	switch {
	case a.Provider != 0:
		provider = a.Provider
	case a.ProviderName != "" && s.ids[varProvider]:
		provider = varProvider
	}
	body.add("provider", provider)
	if e.Before != nil {
		s.call(report.Authentik, "PATCH", "/api/v3/core/applications/"+url.PathEscape(a.Slug)+"/",
			changed(e.Change, body))
		return
	}
	s.call(report.Authentik, "POST", "/api/v3/core/applications/", filled(body))
	s.keep(varApp)
}

// Binding writes the call that creates a binding.
func (s *scripter) Binding(e link.Edit[link.BindingState]) {
	target := any(e.After.Application.ID)
	if target == "" {
		target = varApp
	}
	s.call(report.Authentik, "POST", "/api/v3/policies/bindings/", append(object{{"target", target}},
		s.bindingBody(*e.After)...))
}

func (s *scripter) bindingBody(b link.BindingState) object {
	target := any(b.Target.ID)
	if b.Kind == "user" {
		if n, err := strconv.Atoi(b.Target.ID); err == nil {
			target = n // users have numeric primary keys
		}
	}
	return append(object{{b.Kind, target}}, jsonBody(s, link.BindingAttrs(), &b)...)
}

// changed returns the members that the change names.
func changed(c *link.Change, all object) object {
	o := object{}
	for _, m := range all {
		if c.Changed(m.key) {
			o = append(o, m)
		}
	}
	return o
}

// filled returns the members that are not empty; authentik has its own defaults.
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
