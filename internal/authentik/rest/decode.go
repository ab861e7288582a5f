package rest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Object is a JSON object whose values are read one by one, so that a key
// that is missing, null, unknown or of another type harms nothing else.
type Object map[string]json.RawMessage

// ParseObject reads a JSON object; false for anything else.
func ParseObject(b []byte) (Object, bool) {
	var o Object
	if json.Unmarshal(b, &o) != nil || o == nil {
		return nil, false
	}
	return o, true
}

// Has reports whether the key is there, null or not.
func (o Object) Has(key string) bool {
	_, found := o[key]
	return found
}

// Text is a string, or a number in digits; anything else is empty.
func (o Object) Text(key string) string { return scalar(o[key]) }

func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// Number is an integer, 0 for anything else.
func (o Object) Number(key string) int {
	n, err := strconv.Atoi(o.Text(key))
	if err != nil {
		return 0
	}
	return n
}

// Flag is true only for true.
func (o Object) Flag(key string) bool {
	return bytes.Equal(bytes.TrimSpace(o[key]), []byte("true"))
}

// Object returns the object under a key, nil for anything else.
func (o Object) Object(key string) Object {
	inner, _ := ParseObject(o[key])
	return inner
}

// Objects are the elements of a list that are objects.
func (o Object) Objects(key string) []Object {
	var list []Object
	for _, raw := range o.List(key) {
		if one, ok := ParseObject(raw); ok {
			list = append(list, one)
		}
	}
	return list
}

// Texts are the elements of a list that are strings or numbers.
func (o Object) Texts(key string) []string {
	list := []string{}
	for _, raw := range o.List(key) {
		if s := scalar(raw); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// List returns the elements of the list under a key, nil for anything else.
func (o Object) List(key string) []json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(o[key], &list) != nil {
		return nil
	}
	return list
}

// version is authentik's version as far as features depend on it.
type version struct{ year, month int }

// parseVersion reads "2026.5.0-rc1". ok is false for anything that does not
// begin with two numbers.
func parseVersion(s string) (v version, ok bool) {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) < 2 {
		return version{}, false
	}
	month, _, _ := strings.Cut(parts[1], "-")
	var errYear, errMonth error
	v.year, errYear = strconv.Atoi(parts[0])
	v.month, errMonth = strconv.Atoi(month)
	return v, errYear == nil && errMonth == nil
}

func (v version) before(other version) bool {
	return v.year < other.year || v.year == other.year && v.month < other.month
}
