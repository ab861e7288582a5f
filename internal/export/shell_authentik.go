package export

import (
	"net/url"
	"strconv"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// change writes the calls of one change. It follows what the plan holds; what
// plans do not hold is refused.
func (s *scripter) change(c link.Change) error {
	calls := caller{s: s, err: link.Problems{{Summary: "A shell script cannot carry out this change: " + c.Object + ".",
		Todo: "Make it with authpocket."}}}
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
	w.err = w.s.call(link.PB, "PATCH", "/api/settings", changedOf(e.Change, link.SettingsAttrs(), e.After))
}

func (s *scripter) mapping(c link.Change, m link.Mapping) error {
	all := object{{"name", m.Name}, {"scope_name", m.Scope}, {"expression", m.Expression},
		{"description", m.Description}}
	if c.Before != nil {
		return s.call(link.Authentik, "PATCH", "/api/v3/propertymappings/provider/scope/"+url.PathEscape(m.ID)+
			"/", changed(c, all))
	}
	err := s.call(link.Authentik, "POST", "/api/v3/propertymappings/provider/scope/", all)
	s.keep(varMapping)
	return err
}

func (s *scripter) key(k link.KeyState) error {
	body, err := jsonBody(s, link.KeyAttrs(), k)
	if err == nil {
		err = s.call(link.Authentik, "POST", "/api/v3/crypto/certificatekeypairs/generate/", body)
	}
	s.keep(varKey)
	return err
}

func (s *scripter) pair(pair link.PairState) error {
	provider, err := jsonBody(s, link.ProviderAttrs(), pair.Provider)
	if err != nil {
		return err
	}
	application, err := jsonBody(s, link.ApplicationAttrs(), pair.Application)
	if err != nil {
		return err
	}
	s.secret = true
	body := object{
		{"app", filled(application)},
		{"provider_model", "authentik_providers_oauth2.oauth2provider"},
		{"provider", filled(provider)},
	}
	var bindings []any
	for _, b := range pair.Bindings {
		bindings = append(bindings, s.bindingBody(b))
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
	body, err := jsonBody(s, link.ProviderAttrs(), v)
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

// jsonBody has all keys of an object that this authentik has.
func jsonBody[W, S any](s *scripter, table []link.Attr[W, S], o S) (object, error) {
	var body object
	var err error
	for _, a := range table {
		if a.Has(features(s.p)) {
			a.Visit(&o, jsonCells{s, &body, a.Key, &err})
		}
	}
	return body, err
}

// jsonCells adds one field. The provider of an application is added by whoever
// knows which call made it.
type jsonCells struct {
	s   *scripter
	to  *object
	key string
	err *error
}

func (j jsonCells) Text(v *string)                  { j.to.add(j.key, *v) }
func (j jsonCells) Flag(v *bool)                    { j.to.add(j.key, *v) }
func (j jsonCells) Number(v *int)                   { j.to.add(j.key, *v) }
func (j jsonCells) Secret(*secret.Text)             { j.to.add(j.key, varSecret) }
func (j jsonCells) Ref(v *link.Ref)                 { j.to.add(j.key, j.pk(*v, varKey)) }
func (j jsonCells) Texts(v *[]string)               { j.to.add(j.key, *v) }
func (j jsonCells) Redirects(v *[]link.RedirectURI) { j.to.add(j.key, j.s.redirects(*v)) }
func (jsonCells) Assigned(*int, *string)            {}

func (j jsonCells) Refs(v *[]link.Ref) {
	list := make([]any, len(*v))
	for i, r := range *v {
		list[i] = j.pk(r, varMapping)
	}
	j.to.add(j.key, list)
}

func (j jsonCells) pk(r link.Ref, from variable) any {
	pk, err := j.s.pk(r, from)
	if *j.err == nil {
		*j.err = err
	}
	return pk
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
	return nil, link.Problems{{Summary: "The plan does not say which object of authentik is called “" + r.Name + "”.",
		Todo: "Make a new plan, then export that one."}}
}

func (s *scripter) redirects(list []link.RedirectURI) []any {
	items := make([]any, len(list))
	for i, r := range list {
		o := object{{"matching_mode", string(r.Mode)}, {"url", r.URL}}
		if modern(s.p) && r.Type != "" {
			o.add("redirect_uri_type", string(r.Type))
		}
		items[i] = o
	}
	return items
}

func (s *scripter) application(c link.Change, a link.ApplicationState) error {
	body, err := jsonBody(s, link.ApplicationAttrs(), a)
	if err != nil {
		return err
	}
	provider := any(nil)
	switch {
	case a.Provider != 0:
		provider = a.Provider
	case a.ProviderName != "" && s.ids[varProvider]:
		provider = varProvider
	}
	body.add("provider", provider)
	if c.Before != nil {
		return s.call(link.Authentik, "PATCH", "/api/v3/core/applications/"+url.PathEscape(a.Slug)+
			"/", changed(c, body))
	}
	err = s.call(link.Authentik, "POST", "/api/v3/core/applications/", filled(body))
	s.keep(varApp)
	return err
}

func (s *scripter) binding(b link.BindingState) error {
	target := any(b.Application.ID)
	if b.Application.ID == "" {
		target = varApp
	}
	return s.call(link.Authentik, "POST", "/api/v3/policies/bindings/", append(object{{"target", target}},
		s.bindingBody(b)...))
}

func (s *scripter) bindingBody(b link.BindingState) object {
	target := any(b.Target.ID)
	if b.Kind == "user" {
		if n, err := strconv.Atoi(b.Target.ID); err == nil {
			target = n // authentik counts its users
		}
	}
	rest, _ := jsonBody(s, link.BindingAttrs(), b) // nothing in it has to be looked up
	return append(object{{b.Kind, target}}, rest...)
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
