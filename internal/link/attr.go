package link

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"authpocket/internal/secret"
)

// Attr is one field of an object, and all that is known of it. S is the object
// and W what a spec wants of it. Everything that goes through the fields of an
// object goes by its table of these: a field that is in the table is compared,
// restored, validated, asked for, read, written, exported and documented.
type Attr[W, S any] struct {
	Meta
	state[S]
	wish[W]
	// keep gives an object what the spec wants, or what is there.
	keep func(to *S, want *W, now *S)
	// offer lets a spec want what the object has.
	offer func(want *W, has *S)
}

// Meta is what an Attr says of its field.
type Meta struct {
	Key   string // the system's own: "sub_mode"
	Spec  string // the path in a spec and a link file, empty where a spec does not choose
	Label string // for people: "Subject mode"
	// Theirs is what the system's own pages call it, empty for Label.
	Theirs string
	// Follows is the path in a spec of what decides a field that has none.
	Follows string
	Claim   string // what sign-ins put into it, of a mapped field
	Flow    string // the designation of the flows that it can name, of one that names a flow

	// Default is what a new object gets where the spec leaves it open, empty
	// where that is nothing or worked out.
	Default string
	Values  []string // the only ones there are, nil for any
	Since   string   // the version of the system that has it first, empty for all
	// Fixed fields never change once the object is there.
	Fixed     bool
	Hidden    bool // not shown in a plan
	Free      bool // whoever changed it meant to: no check compares it
	Code      bool // a program, in lines
	Unordered bool // a list whose order means nothing
	Sensitive bool
	Always    bool // shown of a new object even when it holds nothing

	Ask Ask // how the settings page asks for it
	Doc Doc // what the documentation of the link file says

	needs func(Features) bool
	// check reports what is wrong with a text that the spec has.
	check func(p *Problems, m Meta, text string)
}

// Ask is how the settings page asks for a field.
type Ask struct {
	Control Control
	Group   AskGroup
	Label   string // empty: the field's own
	Hint    string
	Answers []string // the words for Values
	// Open fields are left open by an empty answer.
	Open bool
	// Given fields show what the spec says, others what it comes to.
	Given  bool
	Named  bool // the page names the link file's key, which the label does not tell
	Needed bool // it cannot be empty
	Short  bool // a narrow control
}

// Control is what a field is asked with.
type Control string

// The controls. Fields without one are not asked for in the general way.
const (
	AskNothing Control = ""
	AskText    Control = "text"
	AskCode    Control = "code"
	AskLines   Control = "lines" // one entry a line
	AskArea    Control = "area"  // a text of several lines
	AskTick    Control = "tick"
	AskChoice  Control = "choice"
	AskRule    Control = "rule" // a choice in which a rule can be kept
)

// AskGroup is a group of fields that the settings page keeps together.
type AskGroup string

// The groups. A field without one has a place of its own.
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
	AskValidities AskGroup = "validities"
	AskFlows      AskGroup = "flows"
	AskModes      AskGroup = "modes"
)

// Doc is a line of the documentation of the link file.
type Doc struct {
	What    string
	Default string // empty: Default
}

// Cells takes a field of one of authentik's objects by its type.
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

// state is how the field of an object is read and set.
type state[S any] struct {
	at     func(*S) any // a pointer to it
	visit  func(*S, Cells)
	show   func(*S) Shown
	secret func(*S) secret.Text // nil for what is none
	copy   func(to, from *S)
	same   func(a, b *S) bool
	plain  func(*S) any
	// reset gives a new object the default.
	reset func(to *S, text string)
	// answer is the field as the settings page has it.
	answer func(*S) string
}

// wish is how the field of a spec is read and set, as the settings page has
// it.
type wish[W any] struct {
	given   func(*W) (text string, set bool)
	take    func(want *W, text string)
	wrong   func(p *Problems, m Meta, want *W)
	chooses bool
}

// Has reports whether servers with these features have the field.
func (m Meta) Has(f Features) bool { return m.needs == nil || m.needs(f) }

// Words is the label as it stands within a sentence.
func (m Meta) Words() string {
	if len(m.Label) > 1 && unicode.IsUpper(rune(m.Label[1])) {
		return m.Label // an abbreviation
	}
	return strings.ToLower(m.Label[:1]) + m.Label[1:]
}

// Called is what the system's own pages call the field.
func (m Meta) Called() string { return cmp.Or(m.Theirs, m.Label) }

// Place is the path in a spec of what decides the field, empty for none.
func (m Meta) Place() string { return cmp.Or(m.Spec, m.Follows) }

// Chosen reports whether a spec has the field.
func (a Attr[W, S]) Chosen() bool { return a.chooses }

// Held reports whether the object has the field.
func (a Attr[W, S]) Held() bool { return a.at != nil }

// At points to the field of the object.
func (a Attr[W, S]) At(o *S) any { return a.at(o) }

// Visit hands the field to the visitor's method for its type. PocketBase's
// fields have none.
func (a Attr[W, S]) Visit(o *S, v Cells) {
	if a.visit != nil {
		a.visit(o, v)
	}
}

// Plain is the field as PocketBase's JSON has it: text, number, true or false,
// null or list.
func (a Attr[W, S]) Plain(o *S) any { return a.plain(o) }

// Same reports whether both objects have the same.
func (a Attr[W, S]) Same(x, y *S) bool { return a.same(x, y) }

// Copy gives the field of one object to the other.
func (a Attr[W, S]) Copy(to, from *S) { a.copy(to, from) }

// Show is the field as a person sees it.
func (a Attr[W, S]) Show(o *S) Shown { return a.show(o) }

// Given is what the spec says, as the settings page has it; false for a field
// that is left open.
func (a Attr[W, S]) Given(want *W) (text string, set bool) { return a.given(want) }

// Answer is what the object has, as the settings page has it; empty where the
// object does not have the field.
func (a Attr[W, S]) Answer(o *S) string {
	if a.answer == nil {
		return ""
	}
	return a.answer(o)
}

// Take lets the spec want the answer of the settings page.
func (a Attr[W, S]) Take(want *W, text string) { a.take(want, text) }

// Group returns the fields that the settings page keeps together.
func Group[W, S any](table []Attr[W, S], group AskGroup) []Meta {
	var list []Meta
	for _, a := range table {
		if a.Ask.Group == group {
			list = append(list, a.Meta)
		}
	}
	return list
}

// Named returns the field that its system calls so, false for none.
func Named[W, S any](table []Attr[W, S], key string) (Attr[W, S], bool) {
	i := slices.IndexFunc(table, func(a Attr[W, S]) bool { return a.Key == key && key != "" })
	if i < 0 {
		return Attr[W, S]{}, false
	}
	return table[i], true
}

// Values are the fields of an object as a diff sees them.
func Values[W, S any](table []Attr[W, S], o *S, f Features) []FieldValue {
	var list []FieldValue
	for _, a := range table {
		if a.at == nil || a.Hidden || !a.Has(f) {
			continue
		}
		v := FieldValue{Name: a.Key, Of: a.show(o), sensitive: a.Sensitive, Unordered: a.Unordered, always: a.Always}
		if a.secret != nil {
			v.secret = a.secret(o)
		}
		list = append(list, v)
	}
	return list
}

// Restore copies the fields of a change from the object as it was.
func Restore[W, S any](table []Attr[W, S], now, was *S, fields []Field) {
	for _, f := range fields {
		if a, found := Named(table, f.Name); found && !a.Fixed {
			a.copy(now, was)
		}
	}
}

// Resolve gives an object what the spec wants of it, and else what is there.
// Fields that a spec has in another type, or not at all, are left out.
func Resolve[W, S any](table []Attr[W, S], to *S, want *W, now *S) {
	for _, a := range table {
		switch {
		case a.keep == nil:
		case a.Fixed:
			a.copy(to, now)
		default:
			a.keep(to, want, now)
		}
	}
}

// Offer lets a spec want all that an object has.
func Offer[W, S any](table []Attr[W, S], want *W, has *S) {
	for _, a := range table {
		if a.offer != nil {
			a.offer(want, has)
		}
	}
}

// Reset gives a new object its defaults.
func Reset[W, S any](table []Attr[W, S], to *S) {
	for _, a := range table {
		if a.reset != nil && a.Default != "" {
			a.reset(to, a.Default)
		}
	}
}

// validate reports what is wrong with the fields of a spec.
func validate[W, S any](p *Problems, table []Attr[W, S], want *W) {
	for _, a := range table {
		if a.wrong != nil {
			a.wrong(p, a.Meta, want)
		}
	}
}
