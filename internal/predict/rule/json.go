package rule

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
)

// extracted returns what SQLite's json_extract makes of the decoded value.
func extracted(v any) value {
	switch v := v.(type) {
	case nil:
		return value{kind: null}
	case bool:
		return boolean(v)
	case string:
		return textual(v)
	}
	if n, ok := numberOf(v); ok {
		return loose(n)
	}
	return encoded(v)
}

// encoded returns the JSON text of a list or object, unknown if it can be written in several ways.
func encoded(v any) value {
	if !oneSpelling(v) {
		return value{}
	}
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(v); err != nil {
		return value{}
	}
	return textual(strings.TrimSuffix(out.String(), "\n"))
}

// oneSpelling reports whether all encoders write the value in the same way: no numbers, no characters that may be
// escaped, no order of keys.
func oneSpelling(v any) bool {
	switch v := v.(type) {
	case nil, bool:
		return true
	case string:
		escaped := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`<>&"\`, r) }
		return !strings.ContainsFunc(v, escaped)
	case []string:
		for _, item := range v {
			if !oneSpelling(item) {
				return false
			}
		}
		return true
	case []any:
		for _, item := range v {
			if !oneSpelling(item) {
				return false
			}
		}
		return v != nil
	case map[string]any:
		for key, item := range v {
			if !oneSpelling(key) || !oneSpelling(item) {
				return false
			}
		}
		return v != nil && len(v) <= 1
	}
	return false
}

// numberOf returns the Go number.
func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case json.Number:
		n, err := v.Float64()
		return n, err == nil
	}
	return 0, false
}

// texts returns the list of texts; nil is an empty list.
func texts(v any) ([]string, bool) {
	list := []string{}
	switch v := v.(type) {
	case nil:
		return list, true
	case []string:
		return append(list, v...), true
	case []any:
		for _, item := range v {
			t, ok := item.(string)
			if !ok {
				return nil, false
			}
			list = append(list, t)
		}
		return list, true
	}
	return nil, false
}
