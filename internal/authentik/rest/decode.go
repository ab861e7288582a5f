package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Object is a JSON object whose values are decoded one by one, so that a missing, null, unknown or mistyped key does
// not affect the others.
type Object map[string]json.RawMessage

// ParseObject returns b as a JSON object, false for anything else.
func ParseObject(b []byte) (Object, bool) {
	var o Object
	if json.Unmarshal(b, &o) != nil || o == nil {
		return nil, false
	}
	return o, true
}

// Has reports whether the key exists, even if null.
func (o Object) Has(key string) bool {
	_, found := o[key]
	return found
}

// Text returns a string, or a number in digits; empty for anything else.
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

// Number returns an integer, 0 for anything else.
func (o Object) Number(key string) int {
	n, err := strconv.Atoi(o.Text(key))
	if err != nil {
		return 0
	}
	return n
}

// Flag reports whether the value is true.
func (o Object) Flag(key string) bool {
	return bytes.Equal(bytes.TrimSpace(o[key]), []byte("true"))
}

// Object returns the object under a key, nil for anything else.
func (o Object) Object(key string) Object {
	inner, _ := ParseObject(o[key])
	return inner
}

// Objects returns the elements of a list that are objects, nil for anything but a list.
func (o Object) Objects(key string) []Object {
	var list []Object
	_ = json.Unmarshal(o[key], &list) // an element that is no object stays nil
	return slices.DeleteFunc(list, func(one Object) bool { return one == nil })
}

// Texts returns the elements of a list that are strings or numbers.
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

// version is the part of authentik's version that features depend on: year and month.
type version [2]int

// parseVersion parses a version such as "2026.5.0-rc1". ok is false unless it begins with two numbers.
func parseVersion(s string) (v version, ok bool) {
	year, rest, _ := strings.Cut(s, ".")
	month := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	var errs [2]error
	v[0], errs[0] = strconv.Atoi(year)
	v[1], errs[1] = strconv.Atoi(month)
	return v, errors.Join(errs[:]...) == nil
}

func (v version) before(other version) bool { return slices.Compare(v[:], other[:]) < 0 }
