package authentik

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// object is a JSON object whose values are read one by one, so that a key
// that is missing, null, unknown or of another type harms nothing else.
type object map[string]json.RawMessage

func parseObject(b []byte) (object, bool) {
	var o object
	if json.Unmarshal(b, &o) != nil || o == nil {
		return nil, false
	}
	return o, true
}

// has reports whether the key is there, null or not.
func (o object) has(key string) bool {
	_, found := o[key]
	return found
}

// text is a string, or a number in digits; anything else is empty.
func (o object) text(key string) string { return scalar(o[key]) }

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

// number is an integer, 0 for anything else.
func (o object) number(key string) int {
	n, err := strconv.Atoi(o.text(key))
	if err != nil {
		return 0
	}
	return n
}

// flag is true only for true.
func (o object) flag(key string) bool {
	return bytes.Equal(bytes.TrimSpace(o[key]), []byte("true"))
}

func (o object) object(key string) object {
	inner, _ := parseObject(o[key])
	return inner
}

// objects are the elements of a list that are objects.
func (o object) objects(key string) []object {
	var list []object
	for _, raw := range o.list(key) {
		if one, ok := parseObject(raw); ok {
			list = append(list, one)
		}
	}
	return list
}

// texts are the elements of a list that are strings or numbers.
func (o object) texts(key string) []string {
	list := []string{}
	for _, raw := range o.list(key) {
		if s := scalar(raw); s != "" {
			list = append(list, s)
		}
	}
	return list
}

func (o object) list(key string) []json.RawMessage {
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
