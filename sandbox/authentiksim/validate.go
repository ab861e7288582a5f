package authentiksim

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// rule reads one key of a request body into a row. set answers nil, or the
// messages Django REST framework would give.
type rule[T any] struct {
	key      string
	required bool
	nullable bool
	set      func(row *T, v any) any
}

// need makes the key required, unless only some keys are sent (PATCH).
func (r rule[T]) need() rule[T] { r.required = true; return r }

// null lets the key be null; set is then called with nil.
func (r rule[T]) null() rule[T] { r.nullable = true; return r }

// fill applies the rules to in. Keys no rule knows are ignored, as authentik
// ignores them. The result has the messages by key.
func fill[T any](rules []rule[T], row *T, in obj, partial bool) obj {
	errs := obj{}
	for _, r := range rules {
		v, sent := in[r.key]
		switch {
		case !sent && r.required && !partial:
			errs[r.key] = messages("This field is required.")
		case !sent:
		case v == nil && !r.nullable:
			errs[r.key] = messages("This field may not be null.")
		default:
			if problem := r.set(row, v); problem != nil {
				errs[r.key] = problem
			}
		}
	}
	return errs
}

// messages is the usual shape of what is wrong with a field.
func messages(text ...string) []string { return text }

// text is a string that may not be blank.
func text[T any](key string, field func(*T) *string) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		s, problem := readText(v)
		if problem == nil && s == "" {
			problem = messages("This field may not be blank.")
		}
		if problem == nil {
			*field(row) = s
		}
		return problem
	}}
}

// blankText is a string that may be blank.
func blankText[T any](key string, field func(*T) *string) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		s, problem := readText(v)
		if problem == nil {
			*field(row) = s
		}
		return problem
	}}
}

// longest refuses more than n characters before the rule is applied.
func (r rule[T]) longest(n int) rule[T] {
	set := r.set
	r.set = func(row *T, v any) any {
		if s, isText := v.(string); isText && len([]rune(strings.TrimSpace(s))) > n {
			return messages(fmt.Sprintf("Ensure this field has no more than %d characters.", n))
		}
		return set(row, v)
	}
	return r
}

// matching refuses a text the pattern does not match.
func (r rule[T]) matching(pattern *regexp.Regexp, message string) rule[T] {
	set := r.set
	r.set = func(row *T, v any) any {
		if s, isText := v.(string); isText && strings.TrimSpace(s) != "" && !pattern.MatchString(strings.TrimSpace(s)) {
			return messages(message)
		}
		return set(row, v)
	}
	return r
}

// readText takes what a CharField takes: text, trimmed, and numbers.
func readText(v any) (string, any) {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", messages("Not a valid string.")
}

// flag is a boolean.
func flag[T any](key string, field func(*T) *bool) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		b, isFlag := readFlag(v)
		if !isFlag {
			return messages("Must be a valid boolean.")
		}
		*field(row) = b
		return nil
	}}
}

// readFlag takes what a BooleanField takes.
func readFlag(v any) (value, isFlag bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case float64:
		return v == 1, v == 0 || v == 1
	case string:
		return boolWord(v)
	}
	return false, false
}

// boolWord reads the words Django takes for true and false.
func boolWord(word string) (value, isFlag bool) {
	switch strings.ToLower(word) {
	case "true", "t", "yes", "y", "on", "1":
		return true, true
	case "false", "f", "no", "n", "off", "0":
		return false, true
	}
	return false, false
}

// number is an integer of at least least.
func number[T any](key string, least int, field func(*T) *int) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		n, isNumber := readNumber(v)
		if !isNumber {
			return messages("A valid integer is required.")
		}
		if n < least {
			return messages(fmt.Sprintf("Ensure this value is greater than or equal to %d.", least))
		}
		*field(row) = n
		return nil
	}}
}

// readNumber takes an integer, also when it is written as text.
func readNumber(v any) (int, bool) {
	switch v := v.(type) {
	case float64:
		return int(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	case string:
		n, err := strconv.Atoi(strings.TrimSpace(v))
		return n, err == nil
	}
	return 0, false
}

// choice is one of a few words.
func choice[T any](key string, words []string, field func(*T) *string) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		s, isText := v.(string)
		if !isText || !slices.Contains(words, s) {
			return messages(notAChoice(v))
		}
		*field(row) = s
		return nil
	}}
}

func notAChoice(v any) string { return fmt.Sprintf("\"%v\" is not a valid choice.", pythonValue(v)) }

// dictionary is a free JSON object.
func dictionary[T any](key string, field func(*T) *map[string]any) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		m, isObject := v.(obj)
		if !isObject {
			return messages("Value must be a dictionary.")
		}
		*field(row) = m
		return nil
	}}
}

// ref is the key of another row; null empties it.
func ref[T any](key string, exists func(string) bool, field func(*T) *string) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		if v == nil {
			*field(row) = ""
			return nil
		}
		pk, problem := readRef(v, exists)
		if problem == nil {
			*field(row) = pk
		}
		return problem
	}}
}

// readRef reads the key of an existing row.
func readRef(v any, exists func(string) bool) (string, any) {
	s, isText := v.(string)
	if !isText {
		return "", messages(fmt.Sprintf("“%v” is not a valid UUID.", pythonValue(v)))
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return "", messages(fmt.Sprintf("“%s” is not a valid UUID.", s))
	}
	if !exists(id.String()) {
		return "", messages(noSuchKey(s))
	}
	return id.String(), nil
}

func noSuchKey(v any) string { return fmt.Sprintf("Invalid pk \"%v\" - object does not exist.", v) }

// refNumber is the numeric key of another row; null makes it 0.
func refNumber[T any](key string, exists func(int) bool, field func(*T) *int) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		if v == nil {
			*field(row) = 0
			return nil
		}
		n, problem := readRefNumber(v, exists)
		if problem == nil {
			*field(row) = n
		}
		return problem
	}}
}

func readRefNumber(v any, exists func(int) bool) (int, any) {
	n, isNumber := readNumber(v)
	if !isNumber {
		return 0, messages(fmt.Sprintf("Incorrect type. Expected pk value, received %s.", pythonType(v)))
	}
	if !exists(n) {
		return 0, messages(noSuchKey(n))
	}
	return n, nil
}

// refs is a list of keys of other rows, without the repeated ones.
func refs[T any, K comparable](key string, read func(any) (K, any), field func(*T) *[]K) rule[T] {
	return rule[T]{key: key, set: func(row *T, v any) any {
		list, isList := v.([]any)
		if !isList {
			return messages(fmt.Sprintf("Expected a list of items but got type %q.", pythonType(v)))
		}
		keys := []K{}
		for _, item := range list {
			k, problem := read(item)
			if problem != nil {
				return problem
			}
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		*field(row) = keys
		return nil
	}}
}

// pythonType is the name Python has for a JSON value's type.
func pythonType(v any) string {
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

// pythonValue is a JSON value as Python prints it.
func pythonValue(v any) any {
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
