package python

import "math"

// TypeOf returns Python's name for the type of a JSON value.
func TypeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	case float64:
		if v == math.Trunc(v) {
			return "int"
		}
		return "float"
	case []any:
		return "list"
	}
	return "dict"
}

// Repr returns a JSON value as Python prints it.
func Repr(v any) any {
	switch v {
	case true:
		return "True"
	case false:
		return "False"
	case nil:
		return "None"
	}
	return v
}

// truthy returns Python's bool(v).
func truthy(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	case int:
		return v != 0
	case []any:
		return len(v) > 0
	case []string:
		return len(v) > 0
	case obj:
		return len(v) > 0
	}
	return v != nil
}

// obj is a JSON object.
type obj = map[string]any
