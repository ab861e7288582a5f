package predict_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"authpocket/internal/link"
)

// field is a field of a collection as PocketBase's API takes it.
type field map[string]any

func (f field) name() string { return f["name"].(string) }

func (f field) kind() string { return f["type"].(string) }

// account is an account that exists before the sign-in.
type account struct {
	Values map[string]any
	Links  map[string]string // the subject by slot
}

// here stands for the name of the world's collection in rules and indexes.
const here = "{collection}"

// pictures stands for an address of the test's provider, which serves a picture.
const pictures = "{pictures}"

// world is what decides one sign-in.
type world struct {
	Fields     []field
	Indexes    []string // beyond those that PocketBase makes
	CreateRule *string
	AuthRule   *string
	MFARule    *string // nil: MFA is off
	OTP        bool
	Mapped     link.MappedFields
	Slot       string
	IDToken    bool // the claims are in the ID token
	Accounts   []account
	Claims     map[string]json.RawMessage
	Opaque     bool // a rule depends on what only the database can tell
}

// GoString keeps rapid from printing a world in one line.
func (w world) GoString() string { return "a world" }

// freshWorld returns a collection like the one of a fresh installation, and a person with usual claims.
func freshWorld() world {
	open := ""
	return world{
		Fields: freshFields(), CreateRule: &open, AuthRule: &open, Slot: link.Slots()[0],
		Mapped: link.MappedFields{Name: "name", AvatarURL: "avatar"},
		Claims: map[string]json.RawMessage{
			"sub": text("subject-of-ada"), "email": text(adasEmail), "email_verified": json.RawMessage("true"),
			"name": text("Ada Lovelace"), "preferred_username": text("ada"),
		},
	}
}

const adasEmail = "ada@example.com"

func freshFields() []field {
	return []field{
		// Every sign-in of a new person hashes a password: at the lowest cost.
		{"name": "password", "type": "password", "system": true, "required": true, "hidden": true, "min": 8, "cost": 4},
		{"name": "email", "type": "email", "system": true, "required": true},
		{"name": "name", "type": "text", "max": 255},
		{"name": "avatar", "type": "file", "maxSelect": 1},
		{"name": "created", "type": "autodate", "onCreate": true},
		{"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true},
	}
}

func text(s string) json.RawMessage {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return raw
}

// claim returns a claim that is a string, empty for any other.
func (w *world) claim(name string) (s string) {
	_ = json.Unmarshal(w.Claims[name], &s)
	return s
}

// add adds a field, or replaces the one with its name.
func (w *world) add(f field) {
	at := slices.IndexFunc(w.Fields, func(one field) bool { return one.name() == f.name() })
	if at < 0 {
		w.Fields = append(w.Fields, f)
		return
	}
	w.Fields[at] = f
}

// option changes options of a field that is there.
func (w *world) option(name string, options field) {
	for _, f := range w.Fields {
		if f.name() == name {
			maps.Copy(f, options)
		}
	}
}

// String shows what differs from a fresh installation.
func (w world) String() string {
	var b strings.Builder
	show := func(what string, value any) {
		fmt.Fprintf(&b, "  %-14s %s\n", what, inline(value))
	}
	fresh := freshFields()
	for i, f := range w.Fields {
		if i >= len(fresh) || inline(f) != inline(fresh[i]) {
			show("field", f)
		}
	}
	for _, index := range w.Indexes {
		show("index", index)
	}
	if w.CreateRule == nil || *w.CreateRule != "" {
		show("create rule", w.CreateRule)
	}
	if w.AuthRule == nil || *w.AuthRule != "" {
		show("auth rule", w.AuthRule)
	}
	if w.MFARule != nil {
		show("MFA rule", w.MFARule)
	}
	if w.OTP {
		show("OTP", true)
	}
	if w.Mapped != freshWorld().Mapped {
		show("mapped", w.Mapped)
	}
	if w.Slot != link.Slots()[0] {
		show("slot", w.Slot)
	}
	if w.IDToken {
		show("claims in", "ID token")
	}
	for _, a := range w.Accounts {
		show("account", a)
	}
	show("claims", w.Claims)
	return b.String()
}

// inline returns the value as JSON in a line, with long strings cut.
func inline(value any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return err.Error()
	}
	line := strings.TrimSpace(b.String())
	if len(line) > 600 {
		line = fmt.Sprintf("%s… (%d bytes) …%s", line[:300], len(line), line[len(line)-200:])
	}
	return line
}
