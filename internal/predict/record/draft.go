package record

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// drafter makes a Draft in the steps of a sign-in.
type drafter struct {
	Draft
	collection link.CollectionState
	user       User
	release    release
	known      Known
	fields     []field

	payload map[string]string // what the sign-in hands to the create request
	picture string            // the field that gets a downloaded file, empty for none
	values  map[string]any    // the record, by field, in the types of this package
	set     map[string]bool   // the fields that the payload sets
}

// Why a value can't be known.
const (
	whyRandom   = "PocketBase makes it up"
	whyTime     = "it is the time of the sign-in"
	whyDownload = "PocketBase downloads it"
	whyType     = "its type is unknown"
)

func newDraft(c *link.CollectionState, u User, r release, known Known) *drafter {
	for _, text := range []*string{&u.ID, &u.Name, &u.Username, &u.Email, &u.AvatarURL} {
		*text = string([]rune(*text)) // each broken byte becomes a replacement character in the payload's JSON
	}
	return &drafter{
		collection: *c, user: u, release: r, known: known, fields: readFields(c, r),
		Draft: Draft{
			Body: map[string]any{}, Before: map[string]any{}, After: map[string]any{}, Unknown: map[string]string{},
		},
		payload: map[string]string{}, values: map[string]any{}, set: map[string]bool{},
	}
}

// field returns the field with the name, nil if there is none.
func (d *drafter) field(name string) *field {
	i := slices.IndexFunc(d.fields, func(f field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &d.fields[i]
}

// doubt notes that something might refuse the record.
func (d *drafter) doubt(what say.Text) {
	if !slices.Contains(d.Doubts, what) {
		d.Doubts = append(d.Doubts, what)
	}
}

// holds looks up a value. A lookup that fails counts as none, with a doubt.
func (d *drafter) holds(field, value string, anyCase bool) bool {
	if f := d.field(field); f != nil && f.Type == typeJSON {
		_ = json.Unmarshal([]byte(value), &value) // a JSON string is asked for as its text
	}
	found, err := d.known.Holds(field, value, anyCase)
	if err != nil {
		d.doubt(say.Of("another record with the same %s", field))
	}
	return found && err == nil
}

// setPayload maps the claims to fields (oauth2Submit in apis/record_auth_with_oauth2.go). The first claim of a field
// wins, and the address always has its own.
func (d *drafter) setPayload() {
	m := d.collection.OAuth2.Mapped
	d.payload[nameEmail] = d.user.Email
	free := func(name string) bool {
		_, taken := d.payload[name]
		return name != "" && !taken && (name != namePassword || d.release.since("0.24.0"))
	}
	if free(m.ID) {
		d.payload[m.ID] = d.user.ID
	}
	if free(m.Name) {
		d.payload[m.Name] = d.user.Name
	}
	if free(m.Username) && d.canAssignUsername(m.Username) {
		d.payload[m.Username] = d.user.Username
	}
	if !free(m.AvatarURL) || d.user.AvatarURL == "" {
		return
	}
	if f := d.field(m.AvatarURL); f == nil || f.Type != typeFile {
		d.payload[m.AvatarURL] = d.user.AvatarURL
	} else if downloadable(d.user.AvatarURL, d.release) {
		d.picture = f.Name
	}
}

// canAssignUsername reports whether PocketBase hands over the username (oldCanAssignUsername in
// apis/record_auth_with_oauth2.go): not one that the field refuses or that is taken.
func (d *drafter) canAssignUsername(name string) bool {
	f := d.field(name)
	if f == nil || f.Type != typeText && !d.release.since("0.36.9") {
		return false
	}
	if f.Type == typeText && f.plainTextFault(d.user.Username) != "" {
		return false
	}
	index, unique := singleColumn(d.collection.Indexes, name)
	if !unique {
		return true
	}
	column := name
	if d.release.since("0.25.0") && !d.release.since("0.36.9") {
		column = "username" // whatever field the claim is mapped to
		if d.field(column) == nil {
			return true
		}
	}
	username, comparable := d.columnUsername(column)
	return !comparable || !d.holds(column, username, index.columns[0].anyCase() && d.release.since("0.25.0"))
}

// columnUsername returns the username as the database compares it with the column, which converts what looks like a
// number for a column of numbers, and whether it can equal a value there.
func (d *drafter) columnUsername(column string) (text string, comparable bool) {
	f := d.field(column)
	if f.Type != typeNumber && f.Type != typeBool {
		return d.user.Username, true
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(d.user.Username), 64)
	if err != nil || strings.ContainsAny(d.user.Username, "xXiInN_") {
		return "", false // not a number of SQL
	}
	if f.Type == typeNumber {
		return columnText(n)
	}
	return strconv.FormatBool(n == 1), n == 0 || n == 1
}

// setBody works out what rules see as the request's body: values as their fields cast them, without the fields that
// are hidden (recordDataFromRequest in apis/record_crud.go).
func (d *drafter) setBody() {
	for name, text := range d.payload {
		f := d.field(name)
		switch {
		case f == nil:
			d.Body[name] = text
		case f.Hidden && name != namePassword:
		case !f.known():
			d.Body[name], d.Unknown[name] = nil, whyType
		default:
			value := f.read(text)
			d.values[name], d.set[name] = f.load(value), true
			d.Body[name] = shown(value)
		}
	}
	if f := d.field(d.picture); f != nil && !f.Hidden {
		d.set[f.Name] = true
		d.Body[f.Name], d.Unknown[f.Name] = nil, whyDownload
		d.doubt(say.Of("the size and type of the picture, which PocketBase downloads"))
	}
	if !d.set[namePassword] {
		for _, name := range []string{namePassword, nameConfirm} {
			d.Body[name], d.Unknown[name] = nil, whyRandom
		}
	}
}

// setBefore works out what the create rule sees: the record before PocketBase makes up what is missing (recordCreate in
// apis/record_crud.go).
func (d *drafter) setBefore() {
	for _, f := range d.fields {
		if !d.set[f.Name] {
			d.values[f.Name] = f.empty()
		}
		switch {
		case f.Name == nameID && d.values[nameID] == "":
			d.Before[nameID], d.Unknown[nameID] = nil, whyRandom
		case f.Type == typePassword && (f.Name == namePassword || d.set[f.Name]):
			d.Before[f.Name], d.Unknown[f.Name] = nil, whyRandom
		case f.Name == d.picture && d.set[f.Name]:
			d.Before[f.Name] = nil
		case !f.known():
			d.Before[f.Name], d.Unknown[f.Name] = nil, whyType
		case f.Name == nameVerified:
			d.Before[f.Name] = false
		case !d.release.since("0.24.0") && d.madeUp(&f) != "":
			// PocketBase before 0.24 saved the record to check the rule.
			d.Before[f.Name] = nil
		default:
			d.Before[f.Name] = shown(d.values[f.Name])
		}
	}
}

// madeUp says why PocketBase fills the field by itself with a value that can't be known, empty if it doesn't.
func (d *drafter) madeUp(f *field) string {
	switch {
	case f.Type == typeText && f.AutogeneratePattern != "" && d.values[f.Name] == "":
		return whyRandom
	case f.Name == nameID && f.plain && d.values[nameID] == "":
		return whyRandom
	case f.Type == typeAutodate && (f.OnCreate || f.plain):
		return whyTime
	}
	return ""
}

// setAfter works out the record as it is saved. A record with the user's address is saved again as verified.
func (d *drafter) setAfter() {
	maps.Copy(d.After, d.Before)
	again := d.values[nameEmail] == d.user.Email
	for _, f := range d.fields {
		why := d.madeUp(&f)
		if again && f.Type == typeAutodate && f.OnUpdate {
			why = whyTime
		}
		if why != "" {
			d.After[f.Name], d.Unknown[f.Name] = nil, why
		}
		if f.Name == nameVerified {
			verified, _ := d.values[nameVerified].(bool)
			d.After[f.Name] = verified || again
		}
	}
}
