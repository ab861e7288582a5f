package record

import (
	"encoding/json"

	"authpocket/internal/link"
)

// The types of fields that PocketBase has (core/field_*.go).
const (
	typeText     = "text"
	typeEditor   = "editor"
	typeEmail    = "email"
	typeURL      = "url"
	typeNumber   = "number"
	typeBool     = "bool"
	typeSelect   = "select"
	typeRelation = "relation"
	typeFile     = "file"
	typeDate     = "date"
	typeAutodate = "autodate"
	typeJSON     = "json"
	typePoint    = "geoPoint"
	typePassword = "password"
)

// The names of the system fields of an auth collection.
const (
	nameID       = "id"
	nameEmail    = "email"
	nameVerified = "verified"
	namePassword = "password"
	nameTokenKey = "tokenKey"
	// nameConfirm is no field, but a key that comes with a password.
	nameConfirm = "passwordConfirm"
)

// Codes that several fields share.
const (
	codeRequired = "validation_required"
	codeMin      = "validation_min_text_constraint"
	codeMax      = "validation_max_text_constraint"
	codeFormat   = "validation_invalid_format"
	codeInvalid  = "validation_invalid_value"
	codeTooMany  = "validation_too_many_values"
	codeMissing  = "validation_missing_rel_records"

	codeNotUnique = "validation_not_unique"
)

// field is a field with the options of its type.
type field struct {
	Name                string          `json:"name"`
	Type                string          `json:"type"`
	Hidden              bool            `json:"hidden"`
	Required            bool            `json:"required"`
	PrimaryKey          bool            `json:"primaryKey"`
	Pattern             string          `json:"pattern"`
	AutogeneratePattern string          `json:"autogeneratePattern"`
	OnlyInt             bool            `json:"onlyInt"`
	OnlyDomains         []string        `json:"onlyDomains"`
	ExceptDomains       []string        `json:"exceptDomains"`
	Values              []string        `json:"values"`
	CollectionID        string          `json:"collectionId"`
	MinSelect           int             `json:"minSelect"`
	MaxSelect           int             `json:"maxSelect"`
	MaxSize             int64           `json:"maxSize"`
	OnCreate            bool            `json:"onCreate"`
	OnUpdate            bool            `json:"onUpdate"`
	Min                 json.RawMessage `json:"min"` // a number or a date
	Max                 json.RawMessage `json:"max"`

	release release
	// plain reports whether the options were not read.
	plain bool
}

// readFields returns the collection's fields. Of a field without options only the type and whether it is required are
// known.
func readFields(c *link.CollectionState, r release) []field {
	fields := make([]field, len(c.Fields))
	for i, given := range c.Fields {
		f := &fields[i]
		if given.Options == nil || json.Unmarshal(given.Options, f) != nil {
			*f = field{plain: true, PrimaryKey: given.Name == nameID}
		}
		f.Name, f.Type, f.Required, f.release = given.Name, given.Type, given.Required, r
	}
	return fields
}

// Hidden reports whether the field is hidden, so that no request of a guest sets it.
func Hidden(f *link.CollectionField) bool {
	var options struct {
		Hidden bool `json:"hidden"`
	}
	_ = json.Unmarshal(f.Options, &options) // without options it is not known to be
	return options.Hidden
}

// known reports whether PocketBase's validation of the field's type is known.
func (f *field) known() bool {
	switch f.Type {
	case typeText, typeEditor, typeEmail, typeURL, typeNumber, typeBool, typeSelect, typeRelation, typeFile, typeDate,
		typeAutodate, typeJSON, typePoint, typePassword:
		return true
	}
	return false
}

// several reports whether the field holds several values (IsMultiple in core/field_*.go).
func (f *field) several() bool { return f.MaxSelect > 1 }

// limit returns a limit that is a number, 0 if there is none.
func limit(raw json.RawMessage) int {
	var n float64
	if json.Unmarshal(raw, &n) != nil {
		return 0
	}
	return int(n)
}

// fault returns the code with which PocketBase refuses the value, empty if it takes it (ValidateValue in
// core/field_*.go). fresh is set for a record that does not exist yet.
func (f *field) fault(value any, fresh bool) string {
	switch f.Type {
	case typeText:
		return f.textFault(value.(string), fresh)
	case typeEditor:
		return f.editorFault(value.(string))
	case typeEmail:
		return f.emailFault(value.(string))
	case typeURL:
		return f.urlFault(value.(string))
	case typeNumber:
		return f.numberFault(value.(float64))
	case typeBool:
		if f.Required && !value.(bool) {
			return codeRequired
		}
	case typeSelect:
		return f.selectFault(f.list(value))
	case typeRelation:
		return f.relationFault(f.list(value))
	case typeFile:
		return f.fileFault(f.list(value), fresh)
	case typeDate:
		return f.dateFault(value.(moment))
	case typeJSON:
		return f.jsonFault(value.(jsonText))
	case typePoint:
		return f.pointFault(value.(point))
	case typePassword:
		return f.passwordFault(value.(string))
	}
	return ""
}
