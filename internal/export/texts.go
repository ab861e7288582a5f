package export

import (
	"fmt"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// text is a text of a plan that an export may contain.
type text struct {
	system report.System
	field  string // path in the spec, if it has one
	label  string // for people
	value  string
}

// texter collects texts.
type texter []text

func (t *texter) add(system report.System, field, label, value string) {
	*t = append(*t, text{system, field, label, value})
}

// desired adds the texts of the wanted state.
func (t *texter) desired(d link.Desired) {
	t.add(report.Authentik, "authentik.url", "authentik address", d.AuthentikURL)
	t.add(report.PB, "pocketbase.url", "PocketBase address", d.PocketBaseURL)
	t.add(report.Authentik, "email", "e-mail decision", string(d.Email))
	link.Visit(&d.Application, t)
	link.Visit(&d.Provider, t)
	if d.Key != nil {
		link.Visit(d.Key, t)
	}
	for _, m := range d.Mappings {
		link.Visit(&m, t)
	}
	t.bindings(d.Bindings)
	link.Visit(&d.Collection, t)
	t.slot(d.Slot)
}

// The following methods add the texts of an object before or after a change.

func (t *texter) Key(e link.Edit[link.KeyState]) { visit(link.KeyAttrs(), e.After, t.of) }
func (t *texter) Provider(e link.Edit[link.ProviderState]) {
	visit(link.ProviderAttrs(), e.After, t.of)
}
func (t *texter) Binding(e link.Edit[link.BindingState]) { t.bindings([]link.BindingState{*e.After}) }

func (t *texter) Application(e link.Edit[link.ApplicationState]) {
	visit(link.ApplicationAttrs(), e.After, t.of)
}

func (t *texter) Mapping(e link.Edit[link.Mapping]) {
	visit(link.MappingAttrs(), e.After, t.of)
	t.add(report.Authentik, mappings.Place(e.After), "key of the scope mapping", e.After.ID)
}

func (t *texter) Pair(e link.Edit[link.PairState]) {
	link.Visit(&e.After.Application, t)
	link.Visit(&e.After.Provider, t)
	t.bindings(e.After.Bindings)
}

func (t *texter) Collection(e link.Edit[link.CollectionState]) {
	c := e.After
	t.add(report.PB, "pocketbase.collection", "id of the collection", c.ID)
	t.add(report.PB, "pocketbase.collection", "time of the collection's last change", c.Updated)
	pocketbaseTexts(t, link.PlaceAttrs(), c)
	pocketbaseTexts(t, link.RuleAttrs(), c)
	pocketbaseTexts(t, link.MethodAttrs(), c)
	pocketbaseTexts(t, link.OAuth2Attrs(), &c.OAuth2)
	for _, one := range c.OAuth2.Providers {
		t.slot(one)
	}
}

// Settings does nothing: no export contains their texts.
func (*texter) Settings(link.Edit[link.SettingsState]) {}

// Person, Account and Session do nothing: no export is of a proof or a sign-out.

func (*texter) Person(link.Edit[link.PersonState])   {}
func (*texter) Account(link.Edit[link.AccountState]) {}

func (*texter) Session(link.Edit[link.SessionState]) {}

func (t *texter) bindings(list []link.BindingState) {
	for i, b := range list {
		field := at("access", i)
		t.add(report.Authentik, field, "kind of a binding", b.Kind)
		t.ref(field, "name that a binding lets in", b.Target)
		t.ref(field, "application of a binding", b.Application)
		t.add(report.Authentik, field, "key of a binding", b.PK)
	}
}

func (t *texter) slot(o link.OAuth2Provider) {
	t.add(report.PB, "pocketbase.slot", "slot", o.Slot)
	pocketbaseTexts(t, link.SlotAttrs(), &o)
	t.add(report.PB, "pocketbase.slot", "slot as PocketBase has it", string(o.Raw))
}

// pocketbaseTexts adds the texts of a PocketBase object.
func pocketbaseTexts[W, S any](t *texter, table []*link.Attr[W, S], o S) {
	for _, a := range table {
		if !a.Held() {
			continue
		}
		switch v := a.Plain(o).(type) {
		case string:
			t.add(report.PB, a.Place(), a.Words().String(), v)
		case []string:
			for i, one := range v {
				t.add(report.PB, at(a.Place(), i), a.Words().String(), one)
			}
		}
	}
}

func (t *texter) of(m *link.Meta) link.Cells { return &fieldTexts{t, m} }

// fieldTexts adds the texts of one field of an authentik object.
type fieldTexts struct {
	t *texter
	*link.Meta
}

func (f *fieldTexts) Text(v *string)  { f.t.add(report.Authentik, f.Place(), f.Words().String(), *v) }
func (f *fieldTexts) Ref(v *link.Ref) { f.t.ref(f.Place(), f.Words().String(), *v) }

func (f *fieldTexts) Refs(v *[]link.Ref) {
	for i, r := range *v {
		f.t.ref(at(f.Place(), i), f.Words().String(), r)
	}
}

func (f *fieldTexts) Texts(v *[]string) {
	for i, one := range *v {
		f.t.add(report.Authentik, at(f.Place(), i), f.Words().String(), one)
	}
}

func (f *fieldTexts) Redirects(v *[]link.RedirectURI) {
	for i, r := range *v {
		f.t.add(report.Authentik, at(f.Place(), i), "redirect URI", r.URL)
		f.t.add(report.Authentik, at(f.Place(), i), "matching mode", string(r.Mode))
		f.t.add(report.Authentik, at(f.Place(), i), "kind of the redirect URI", string(r.Type))
	}
}

// These have no text, or none that an export contains.

func (fieldTexts) Flag(*bool)             {}
func (fieldTexts) Number(*int)            {}
func (fieldTexts) Secret(*secret.Text)    {}
func (fieldTexts) Assigned(*int, *string) {}

func (t *texter) ref(field, label string, r link.Ref) {
	t.add(report.Authentik, field, label, r.Name)
	t.add(report.Authentik, field, "key of the "+label, r.ID)
}

// account adds the texts that describe a change to people.
func (t *texter) account(c *link.Change) {
	for _, s := range []string{c.Object.String(), c.Why.String(), c.Step, c.Lost.String(), string(c.Kind),
		string(c.Action)} {
		t.add(c.System, "", "description of a change", s)
	}
	for _, f := range c.Fields {
		for _, s := range textsOf(f) {
			t.add(c.System, f.Name, "field "+f.Name, s)
		}
	}
}

// textsOf returns the texts in a field's values.
func textsOf(f link.Field) []string {
	list := []string{f.Name}
	for _, v := range []link.Shown{f.Before, f.After} {
		if text, ok := v.Text(); ok {
			list = append(list, text)
		}
		items, _ := v.List()
		list = append(list, items...)
	}
	return list
}

func at(field string, i int) string { return fmt.Sprintf("%s.%d", field, i) }
