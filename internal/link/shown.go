package link

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Shown is the displayed value of a field: a text, yes or no, an integer or a list of texts. The zero value is none.
type Shown struct {
	kind   shownKind
	text   string
	flag   bool
	number int
	list   []string
}

type shownKind int

const (
	shownNothing shownKind = iota
	shownText
	shownFlag
	shownNumber
	shownList
	shownMask
	shownRule
)

// ShowText returns a text for display.
func ShowText(s string) Shown { return Shown{kind: shownText, text: s} }

// What a rule that admits everyone, or superusers only, is written as in receipts and JSON.
const (
	ruleEveryone   = "everyone"
	ruleSuperusers = "superusers only"
)

// ShowRule returns a rule of a collection for display. nil admits superusers only, an empty one everyone.
func ShowRule(rule *string) Shown {
	if rule == nil {
		return Shown{kind: shownRule, text: ruleSuperusers}
	}
	return Shown{kind: shownRule, text: cmp.Or(*rule, ruleEveryone)}
}

// AsRule returns the value of a rule, also one that was read back as text.
func AsRule(v Shown) Shown {
	if v.kind == shownText {
		v.kind = shownRule
	}
	return v
}

// ShowMask returns the mask of a secret for display.
func ShowMask(m Masked) Shown { return Shown{kind: shownMask, text: string(m)} }

// ShowFlag returns yes or no for display.
func ShowFlag(b bool) Shown { return Shown{kind: shownFlag, flag: b} }

// ShowNumber returns an integer for display.
func ShowNumber(n int) Shown { return Shown{kind: shownNumber, number: n} }

// ShowList returns a list of texts for display.
func ShowList(list []string) Shown { return Shown{kind: shownList, list: notNil(slices.Clone(list))} }

// Show returns a field's value as text.
func Show(s Shown) string { return s.String() }

// String returns s as text in English.
func (s Shown) String() string { return s.Words().String() }

// Words returns s as text.
func (s Shown) Words() say.Text {
	switch {
	case s.kind == shownText && s.text == "":
		return say.Of("(empty)")
	case s.kind == shownMask:
		return Masked(s.text).Words()
	case s.kind == shownRule && s.text == ruleEveryone:
		return say.Of("everyone")
	case s.kind == shownRule && s.text == ruleSuperusers:
		return say.Of("superusers only")
	case s.kind == shownText, s.kind == shownRule:
		return say.Raw(s.text)
	case s.kind == shownFlag && s.flag:
		return say.Of("yes")
	case s.kind == shownFlag:
		return say.Of("no")
	case s.kind == shownNumber:
		return say.Raw(strconv.Itoa(s.number))
	case len(s.list) == 0:
		return say.Of("(none)")
	}
	return say.Raw(strings.Join(s.list, ", "))
}

// None reports whether there is no value.
func (s Shown) None() bool { return s.kind == shownNothing }

// Text returns a text or a rule; false if s is anything else.
func (s Shown) Text() (string, bool) { return s.text, s.kind == shownText || s.kind == shownRule }

// Mask returns a mask; false if s is anything else.
func (s Shown) Mask() (Masked, bool) { return Masked(s.text), s.kind == shownMask }

// Flag returns yes or no; false if s is anything else.
func (s Shown) Flag() (yes, ok bool) { return s.flag, s.kind == shownFlag }

// List returns a list's entries; false if s is anything else.
func (s Shown) List() ([]string, bool) { return s.list, s.kind == shownList }

// Equal reports whether both are displayed alike.
func (s Shown) Equal(o Shown) bool {
	return s.kind == o.kind && s.text == o.text && s.flag == o.flag && s.number == o.number &&
		slices.Equal(s.list, o.list)
}

// blank reports whether a new object would be the same without the field.
func (s Shown) blank() bool {
	return s.text == "" && !s.flag && s.kind != shownNumber && len(s.list) == 0
}

// Sorted returns s with a list in order.
func (s Shown) Sorted() Shown {
	if s.kind == shownList {
		s.list = slices.Sorted(slices.Values(s.list))
	}
	return s
}

// MarshalJSON writes a string, boolean, number, list or null.
func (s Shown) MarshalJSON() ([]byte, error) {
	switch s.kind {
	case shownText, shownMask, shownRule:
		return unescaped(s.text)
	case shownFlag:
		return strconv.AppendBool(nil, s.flag), nil
	case shownNumber:
		return strconv.AppendInt(nil, int64(s.number), 10), nil
	case shownList:
		return unescaped(s.list)
	}
	return []byte("null"), nil
}

// unescaped returns v as JSON without escaping < and >, which is up to the encoder around it.
func unescaped(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(out.Bytes()), err
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Shown) UnmarshalJSON(b []byte) error {
	*s = Shown{}
	var to any
	switch {
	case bytes.Equal(b, []byte("null")):
		return nil
	case b[0] == '[':
		s.kind, to = shownList, &s.list
	case b[0] == '"':
		s.kind, to = shownText, &s.text
	case b[0] == 't' || b[0] == 'f':
		s.kind, to = shownFlag, &s.flag
	default:
		s.kind, to = shownNumber, &s.number
	}
	if err := json.Unmarshal(b, to); err != nil {
		return fmt.Errorf("a field's value is neither text, yes or no, whole number nor list: %w", err)
	}
	return nil
}

// Masked replaces a secret's value. The constants are written to receipts and JSON.
type Masked string

// The masks.
const (
	MaskedNone       Masked = "not set"
	MaskedSet        Masked = "set"
	MaskedNew        Masked = "set (a new one)"   // replaces another one
	MaskedAuthentiks Masked = "set (authentik's)" // PocketBase gets authentik's
)

// Words returns what a mask says.
func (m Masked) Words() say.Text {
	switch m {
	case MaskedNone:
		return say.Of("not set")
	case MaskedNew:
		return say.Of("set (a new one)")
	case MaskedAuthentiks:
		return say.Of("set (authentik's)")
	}
	return say.Of("set")
}

// AsMasked returns what may be shown of a sensitive field: none or a mask, also one that was read back as text.
// Everything else is hidden.
func AsMasked(v Shown) Shown {
	switch m := Masked(v.text); {
	case v.None():
		return v
	case (v.kind == shownMask || v.kind == shownText) && (m == MaskedNone || m == MaskedNew || m == MaskedAuthentiks):
		return ShowMask(m)
	}
	return ShowMask(MaskedSet)
}

// Field is one field of a change, before and after. The values of sensitive fields are Masked.
type Field struct {
	Name      string `json:"name"`
	Before    Shown  `json:"before"`
	After     Shown  `json:"after"`
	Sensitive bool   `json:"sensitive"`
	// Place is the path in a spec that decides the field, empty for none.
	Place string `json:"-"`
	// Default reports whether a new or deleted object has the field's default, and Usual whether no spec states it.
	Default, Usual bool `json:"-"`
	// Generated reports whether an apply generates the value. After is then none, or the mask of a secret.
	Generated bool `json:"generated,omitempty"`
}

// FieldValue is one field of an object, for a diff.
type FieldValue struct {
	Name      string
	Of        Shown
	secret    secret.Text // of a sensitive field
	sensitive bool
	Unordered bool
	always    bool // listed for a new object even if empty
	place     string
	usual     bool // the value of a new object whose spec leaves it open
}

// prefixed adds a prefix to the names of the fields.
func prefixed(prefix string, list []FieldValue) []FieldValue {
	for i := range list {
		list[i].Name = prefix + list[i].Name
	}
	return list
}

// Diff returns the fields in which after differs from before. A field that only one of them has is listed if it
// is not empty.
func Diff(before, after []FieldValue) []Field {
	var fields []Field
	in := func(list []FieldValue, name string) *FieldValue {
		return Find(list, func(v FieldValue) bool { return v.Name == name })
	}
	for _, a := range after {
		b := in(before, a.Name)
		if (b != nil && equal(*b, a)) || (b == nil && a.Of.blank() && !a.always) {
			continue
		}
		f := Field{Name: a.Name, After: a.Of, Sensitive: a.sensitive, Place: a.place}
		f.Default = b == nil && a.usual
		f.Usual = f.Default
		if b != nil {
			f.Before = b.Of
		}
		if a.sensitive && f.Before.Equal(f.After) {
			f.After = ShowMask(MaskedNew)
		}
		fields = append(fields, f)
	}
	for _, b := range before {
		if in(after, b.Name) == nil && !b.Of.blank() {
			fields = append(fields, Field{Name: b.Name, Before: b.Of, Sensitive: b.sensitive, Place: b.place,
				Default: b.usual, Usual: b.usual})
		}
	}
	return fields
}

func equal(a, b FieldValue) bool {
	switch {
	case a.sensitive:
		return a.secret.Equal(b.secret)
	case a.Unordered:
		return a.Of.Sorted().Equal(b.Of.Sorted())
	}
	return a.Of.Equal(b.Of)
}
