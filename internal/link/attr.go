package link

import (
	"cmp"
	"slices"

	"authpocket/internal/report"

	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Attr describes one field of an object. S is the type of the object and W the part of the spec that sets it. Every
// object has a table of them: a field in the table is compared, restored, validated, asked for, read, written, exported
// and documented.
type Attr[W, S any] struct {
	Meta
	state[S]
	wish[W]
	// keep sets the field to what the spec wants, or to its current value.
	keep func(to *S, want *W, now *S)
	// offer sets the spec's field to the object's value.
	offer func(want *W, has *S)
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
	check func(p *report.Problems, m Meta, text string)
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

// state reads and sets the field of an object.
type state[S any] struct {
	at    func(*S) any // a pointer to it
	visit func(*S, Cells)
	// Show returns the field for display.
	Show   func(*S) Shown
	secret func(*S) secret.Text // nil if the field is no secret
	Copy   func(to, from *S)
	Same   func(a, b *S) bool
	// Plain returns the field as in PocketBase's JSON: text, number, boolean, null or list.
	Plain func(*S) any
	// reset sets the default.
	reset func(to *S, text string)
	// answer returns the field as an answer on the settings page.
	answer func(*S) string
}

// wish reads and sets the field of a spec.
type wish[W any] struct {
	// Given returns the spec's value as an answer on the settings page, false if the field is left open.
	Given func(*W) (text string, set bool)
	// Take sets the field to an answer from the settings page.
	Take    func(want *W, text string)
	wrong   func(p *report.Problems, m Meta, want *W)
	chooses bool
}

// Has reports whether servers with these features have the field.
func (m Meta) Has(f Features) bool { return m.needs == nil || m.needs(f) }

// Words returns the label for use within a sentence.
func (m Meta) Words() say.Text {
	return m.Label.Within()
}

// Called returns the label in the system's own pages.
func (m Meta) Called() say.Name { return cmp.Or(m.Theirs, m.Label) }

// Place returns the path in a spec that decides the field, empty for none.
func (m Meta) Place() string { return cmp.Or(m.Spec, m.Follows) }

// Chosen reports whether a spec has the field.
func (a Attr[W, S]) Chosen() bool { return a.chooses }

// Held reports whether the object has the field.
func (a Attr[W, S]) Held() bool { return a.at != nil }

// At returns a pointer to the field of the object.
func (a Attr[W, S]) At(o *S) any { return a.at(o) }

// Visit calls the visitor's method for the field's type. PocketBase's fields have none.
func (a Attr[W, S]) Visit(o *S, v Cells) {
	if a.visit != nil {
		a.visit(o, v)
	}
}

// Answer returns the object's value as an answer on the settings page, empty if the object does not have the
// field.
func (a Attr[W, S]) Answer(o *S) string {
	if a.answer == nil {
		return ""
	}
	return a.answer(o)
}

// Group returns the fields of a group on the settings page.
func Group[W, S any](table []Attr[W, S], group AskGroup) []Meta {
	var list []Meta
	for _, a := range table {
		if a.Ask.Group == group {
			list = append(list, a.Meta)
		}
	}
	return list
}

// Named returns the field with the system's key, false for none.
func Named[W, S any](table []Attr[W, S], key string) (Attr[W, S], bool) {
	i := slices.IndexFunc(table, func(a Attr[W, S]) bool { return a.Key == key && key != "" })
	if i < 0 {
		return Attr[W, S]{}, false
	}
	return table[i], true
}

// Values returns the fields of an object for a diff.
func Values[W, S any](table []Attr[W, S], o *S, f Features) []FieldValue {
	var list []FieldValue
	for _, a := range table {
		if a.at == nil || a.Hidden || !a.Has(f) {
			continue
		}
		v := FieldValue{Name: a.Key, Of: a.Show(o), sensitive: a.Sensitive, Unordered: a.Unordered, always: a.Always,
			place: a.Place(), usual: a.usual(o)}
		if a.secret != nil {
			v.secret = a.secret(o)
		}
		list = append(list, v)
	}
	return list
}

// usual reports whether the object has the default of a field, or the only value that authpocket sets.
func (a Attr[W, S]) usual(o *S) bool {
	switch {
	case a.Sensitive:
		return false
	case a.Default == "":
		return a.Place() == ""
	case a.reset == nil: // a reference, or a flag that may be null
		return a.answer(o) == a.Default || a.Show(new(S)).Equal(a.Show(o))
	}
	var fresh S
	a.reset(&fresh, a.Default)
	return a.Show(&fresh).Equal(a.Show(o))
}

// Restore copies the changed fields from the object as it was.
func Restore[W, S any](table []Attr[W, S], now, was *S, fields []Field) {
	for _, f := range fields {
		if a, found := Named(table, f.Name); found && !a.Fixed {
			a.Copy(now, was)
		}
	}
}

// Resolve sets the fields of an object to what the spec wants, or else to their current values. Fields that a
// spec has in another type, or not at all, are skipped.
func Resolve[W, S any](table []Attr[W, S], to *S, want *W, now *S) {
	for _, a := range table {
		switch {
		case a.keep == nil:
		case a.Fixed:
			a.Copy(to, now)
		default:
			a.keep(to, want, now)
		}
	}
}

// Offer sets the spec's fields to the object's values.
func Offer[W, S any](table []Attr[W, S], want *W, has *S) {
	for _, a := range table {
		if a.offer != nil {
			a.offer(want, has)
		}
	}
}

// OfferOther sets the spec's fields to the object's values where these differ from the usual ones.
func OfferOther[W, S any](table []Attr[W, S], want *W, has, usual *S) {
	for _, a := range table {
		if a.offer != nil && !a.Same(has, usual) {
			a.offer(want, has)
		}
	}
}

// Reset sets the defaults of a new object.
func Reset[W, S any](table []Attr[W, S], to *S) {
	for _, a := range table {
		if a.reset != nil && a.Default != "" {
			a.reset(to, a.Default)
		}
	}
}

// validate adds the problems of the spec's fields.
func validate[W, S any](p *report.Problems, table []Attr[W, S], want *W) {
	for _, a := range table {
		if a.wrong != nil {
			a.wrong(p, a.Meta, want)
		}
	}
}
