package link

import (
	"cmp"
	"reflect"
	"slices"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Attr describes one field of an object. S is a pointer to the object and W one to the part of the spec that sets it:
// the compiler makes one function for all types that are pointers. Every object has a table of them: a field in the
// table is compared, restored, validated, asked for, read, written, exported and documented. What depends on the
// field's type alone is in cell and wish, which are the same for all objects.
type Attr[W, S any] struct {
	*Meta
	cell
	wish
	at   func(S) any // a pointer to the object's field, nil if it has none
	want func(W) any // a pointer to the spec's field, nil if it has none
	// answer returns an answer of an object without the field.
	answer func(S) string
	// judge adds a problem that depends on other fields of the spec.
	judge func(p *report.Problems, m *Meta, want W)
}

// Meta is the type-independent part of an Attr.
type Meta struct {
	Key   string   // the system's key: "sub_mode"
	Spec  string   // path in a spec and a link file, empty if no spec sets the field
	Label say.Name // for display: "Subject mode"
	// Theirs is the label in the system's own pages, empty for Label.
	Theirs say.Name
	// Follows is the path in a spec that decides a field without a path of its own.
	Follows string
	Claim   say.Name // of a mapped field: the claim that it holds
	Flow    string   // of a flow field: the designation of the flow

	// Default is the value in a new object if the spec leaves it open, empty
	// for none or a computed one.
	Default string
	Values  []string // allowed values, nil for any
	Since   string   // first version of the system that has it, empty for all
	// Fixed fields never change in an existing object.
	Fixed     bool
	Hidden    bool // not shown in a plan
	Free      bool // admins may edit it: no check compares it
	Code      bool // a program, in lines
	Unordered bool // a list whose order has no meaning
	Sensitive bool
	Always    bool // shown for a new object even if empty

	Ask Ask // how the settings page asks for it
	Doc Doc // how the link file's documentation describes it

	needs func(Features) bool
	// check adds a problem if the spec's text is invalid.
	check func(p *report.Problems, m *Meta, text string)
}

// Ask is how the settings page asks for a field.
type Ask struct {
	Control Control
	Group   AskGroup
	Label   say.Name // empty for the field's label
	Hint    say.Name
	Answers []say.Name // the labels of Values
	// An empty answer leaves Open fields open.
	Open bool
	// Given fields show the spec's value, others the resolved one.
	Given  bool
	Named  bool // the page shows the link file's key, which differs from the label
	Needed bool // it cannot be empty
	Short  bool // a narrow control
}

// Control is the form control of a field.
type Control string

// The controls. Fields without one have no generic control.
const (
	AskNothing Control = ""
	AskText    Control = "text"
	AskCode    Control = "code"
	AskLines   Control = "lines" // one entry per line
	AskArea    Control = "area"  // a text of several lines
	AskTick    Control = "tick"
	AskChoice  Control = "choice"
	AskRule    Control = "rule" // a choice that can keep the current rule
)

// AskGroup is a group of fields on the settings page.
type AskGroup string

// The groups. A field without one is placed individually.
const (
	AskNames      AskGroup = "name"
	AskMore       AskGroup = "more"
	AskAccess     AskGroup = "access"
	AskCollection AskGroup = "collection"
	AskSlot       AskGroup = "slot"
	AskUserInfo   AskGroup = "user info"
	AskURLs       AskGroup = "urls"
	AskIDToken    AskGroup = "id token"
	AskMapped     AskGroup = "mapped"
	AskGroups     AskGroup = "groups"
	AskValidities AskGroup = "validities"
	AskFlows      AskGroup = "flows"
	AskModes      AskGroup = "modes"
	AskMethods    AskGroup = "methods"
)

// Doc is a line in the documentation of the link file.
type Doc struct {
	What    string
	Default string // empty: Default
}

// Cells visits a field of one of authentik's objects by its type.
type Cells interface {
	Text(*string)
	Flag(*bool)
	Number(*int)
	Secret(*secret.Text)
	Ref(*Ref)
	Refs(*[]Ref)
	Texts(*[]string)
	Redirects(*[]RedirectURI)
	Assigned(pk *int, name *string) // an application's provider
}

// cell reads and sets the field of an object. The arguments are pointers to the field.
type cell struct {
	show   func(field any) Shown
	visit  func(field any, v Cells)
	secret func(field any) secret.Text // nil if the field is no secret
	copy   func(to, from any)
	same   func(a, b any) bool // nil where those are the same that are shown the same
	plain  func(field any) any
	// reset sets the default.
	reset  func(to any, text string)
	answer func(field any) string
	// keep sets the field to what the spec wants, or to its current value.
	keep func(to, want, now any)
	// offer sets the spec's field to the object's value.
	offer func(want, has any)
}

// wish reads and sets the field of a spec. The arguments are pointers to the field.
type wish struct {
	given   func(want any) (string, bool)
	take    func(want any, text string)
	wrong   func(p *report.Problems, m *Meta, want any)
	chooses bool
}

// Has reports whether servers with these features have the field.
func (m *Meta) Has(f Features) bool { return m.needs == nil || m.needs(f) }

// Words returns the label for use within a sentence.
func (m *Meta) Words() say.Text {
	return m.Label.Within()
}

// Called returns the label in the system's own pages.
func (m *Meta) Called() say.Name { return cmp.Or(m.Theirs, m.Label) }

// Place returns the path in a spec that decides the field, empty for none.
func (m *Meta) Place() string { return cmp.Or(m.Spec, m.Follows) }

// Chosen reports whether a spec has the field.
func (a *Attr[W, S]) Chosen() bool { return a.chooses }

// Held reports whether the object has the field.
func (a *Attr[W, S]) Held() bool { return a.at != nil }

// At returns a pointer to the field of the object.
func (a *Attr[W, S]) At(o S) any {
	at := a.at(o)
	if both, ok := at.(assignment); ok {
		return both.name
	}
	return at
}

// Show returns the field for display.
func (a *Attr[W, S]) Show(o S) Shown { return a.show(a.at(o)) }

// Copy sets the field to that of another object.
func (a *Attr[W, S]) Copy(to, from S) { a.copy(a.at(to), a.at(from)) }

// Same reports whether two objects have the same value.
func (a *Attr[W, S]) Same(x, y S) bool { return a.equal(a.at(x), a.at(y)) }

func (c cell) equal(a, b any) bool {
	if c.same != nil {
		return c.same(a, b)
	}
	return c.show(a).Equal(c.show(b))
}

// Plain returns the field as in PocketBase's JSON: text, number, boolean, null or list.
func (a *Attr[W, S]) Plain(o S) any { return a.plain(a.at(o)) }

// Visit calls the visitor's method for the field's type. PocketBase's fields have none.
func (a *Attr[W, S]) Visit(o S, v Cells) {
	if a.visit != nil {
		a.visit(a.at(o), v)
	}
}

// Answer returns the object's value as an answer on the settings page, empty if the object does not have the
// field.
func (a *Attr[W, S]) Answer(o S) string {
	switch {
	case a.answer != nil:
		return a.answer(o)
	case a.cell.answer != nil:
		return a.cell.answer(a.at(o))
	}
	return ""
}

// Open reports whether the spec's field can be read and set as an answer.
func (a *Attr[W, S]) Open() bool { return a.given != nil }

// Given returns the spec's value as an answer on the settings page, false if the field is left open.
func (a *Attr[W, S]) Given(w W) (text string, set bool) { return a.given(a.want(w)) }

// Take sets the spec's field to an answer from the settings page.
func (a *Attr[W, S]) Take(w W, text string) { a.take(a.want(w), text) }

// Group returns the fields of a group on the settings page.
func Group[W, S any](table []*Attr[W, S], group AskGroup) []*Meta {
	var list []*Meta
	for _, a := range table {
		if a.Ask.Group == group {
			list = append(list, a.Meta)
		}
	}
	return list
}

// Named returns the field with the system's key, and an empty one and false for none.
func Named[W, S any](table []*Attr[W, S], key string) (*Attr[W, S], bool) {
	i := slices.IndexFunc(table, func(a *Attr[W, S]) bool { return a.Key == key && key != "" })
	if i < 0 {
		return &Attr[W, S]{Meta: &Meta{}}, false
	}
	return table[i], true
}

// Values returns the fields of an object for a diff. They are named by the keys of the system's API, so that a preview
// can be compared with its documentation.
func Values[W, S any](table []*Attr[W, S], o S, f Features) []FieldValue {
	var list []FieldValue
	for _, a := range table {
		if a.at == nil || a.Hidden || !a.Has(f) {
			continue
		}
		v := FieldValue{Name: a.Key, Of: a.Show(o), sensitive: a.Sensitive, Unordered: a.Unordered, always: a.Always,
			place: a.Place(), usual: a.usual(o)}
		if a.secret != nil {
			v.secret = a.secret(a.at(o))
		}
		list = append(list, v)
	}
	return list
}

// usual reports whether the object has the default of a field, or the only value that authpocket sets.
func (a *Attr[W, S]) usual(o S) bool {
	switch {
	case a.Sensitive:
		return false
	case a.Default == "":
		return a.Place() == ""
	case a.reset == nil: // a reference, or a flag that may be null
		return a.Answer(o) == a.Default || a.Show(fresh[S]()).Equal(a.Show(o))
	}
	usual := fresh[S]()
	a.reset(a.at(usual), a.Default)
	return a.Show(usual).Equal(a.Show(o))
}

// fresh returns a new object, whose pointer is an S.
func fresh[S any]() S { return reflect.New(reflect.TypeFor[S]().Elem()).Interface().(S) }

// Restore copies the changed fields from the object as it was.
func Restore[W, S any](table []*Attr[W, S], now, was S, fields []Field) {
	for _, f := range fields {
		if a, found := Named(table, f.Name); found && !a.Fixed {
			a.Copy(now, was)
		}
	}
}

// Resolve sets the fields of an object to what the spec wants, or else to their current values. Fields that a
// spec has in another type, or not at all, are skipped.
func Resolve[W, S any](table []*Attr[W, S], to S, want W, now S) {
	for _, a := range table {
		switch {
		case a.keep == nil:
		case a.Fixed:
			a.Copy(to, now)
		default:
			a.keep(a.at(to), a.want(want), a.at(now))
		}
	}
}

// Offer sets the spec's fields to the object's values.
func Offer[W, S any](table []*Attr[W, S], want W, has S) {
	for _, a := range table {
		if a.offer != nil {
			a.offer(a.want(want), a.at(has))
		}
	}
}

// OfferOther sets the spec's fields to the object's values where these differ from the usual ones.
func OfferOther[W, S any](table []*Attr[W, S], want W, has, usual S) {
	for _, a := range table {
		if a.offer != nil && !a.Same(has, usual) {
			a.offer(a.want(want), a.at(has))
		}
	}
}

// Reset sets the defaults of a new object.
func Reset[W, S any](table []*Attr[W, S], to S) {
	for _, a := range table {
		if a.reset != nil && a.Default != "" {
			a.reset(a.at(to), a.Default)
		}
	}
}

// validate adds the problems of the spec's fields.
func validate[W, S any](p *report.Problems, table []*Attr[W, S], want W) {
	for _, a := range table {
		switch {
		case a.judge != nil:
			a.judge(p, a.Meta, want)
		case a.wrong != nil:
			a.wrong(p, a.Meta, a.want(want))
		}
	}
}

// Features are the optional features of a server's version.
type Features struct {
	GrantTypes  bool // 2026.5
	MetaHide    bool // 2026.5
	RedirectURI bool // redirect_uri_type, 2026.5
	// Registration means that clients may register themselves (dynamic client registration), 2026.8.
	Registration bool
}

// assignment points to an application's provider: its primary key and its name.
type assignment struct {
	pk   *int
	name *string
}
