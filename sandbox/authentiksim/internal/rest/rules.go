package rest

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"authpocket/sandbox/authentiksim/internal/python"
)

// Rule reads one key of a request body into a row. Set returns nil, or the messages that Django REST framework would
// return.
type Rule[T any] struct {
	Key      string
	required bool
	nullable bool
	Set      func(row *T, v any) any
}

// Required makes the key required, except in a PATCH.
func (r Rule[T]) Required() Rule[T] { r.required = true; return r }

// Nullable accepts null, which calls Set with nil.
func (r Rule[T]) Nullable() Rule[T] { r.nullable = true; return r }

// Fill applies the rules to in and returns the messages by key. Unknown keys are ignored, as in authentik.
func Fill[T any](rules []Rule[T], row *T, in obj, partial bool) obj {
	errs := obj{}
	for _, r := range rules {
		v, sent := in[r.Key]
		switch {
		case !sent && r.required && !partial:
			errs[r.Key] = Messages("This field is required.")
		case !sent:
		case v == nil && !r.nullable:
			errs[r.Key] = Messages("This field may not be null.")
		default:
			if problem := r.Set(row, v); problem != nil {
				errs[r.Key] = problem
			}
		}
	}
	return errs
}

// Messages returns messages about a field.
func Messages(text ...string) []string { return text }

// NotAList returns the message about a value that should be a list.
func NotAList(v any) []string {
	return Messages(fmt.Sprintf("Expected a list of items but got type %q.", python.TypeOf(v)))
}

// Text reads a string that may not be blank.
func Text[T any](key string, field func(*T) *string) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		s, problem := ReadText(v)
		if problem == nil && s == "" {
			problem = Messages("This field may not be blank.")
		}
		if problem == nil {
			*field(row) = s
		}
		return problem
	}}
}

// BlankText reads a string that may be blank.
func BlankText[T any](key string, field func(*T) *string) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		s, problem := ReadText(v)
		if problem == nil {
			*field(row) = s
		}
		return problem
	}}
}

// MaxLength refuses more than n characters.
func (r Rule[T]) MaxLength(n int) Rule[T] {
	set := r.Set
	r.Set = func(row *T, v any) any {
		if s, isText := v.(string); isText && len([]rune(strings.TrimSpace(s))) > n {
			return Messages(fmt.Sprintf("Ensure this field has no more than %d characters.", n))
		}
		return set(row, v)
	}
	return r
}

// Matching refuses a text that does not match the pattern.
func (r Rule[T]) Matching(pattern *regexp.Regexp, message string) Rule[T] {
	set := r.Set
	r.Set = func(row *T, v any) any {
		if s, isText := v.(string); isText && strings.TrimSpace(s) != "" && !pattern.MatchString(strings.TrimSpace(s)) {
			return Messages(message)
		}
		return set(row, v)
	}
	return r
}

// ReadText accepts the values of a CharField: text, which is trimmed, and numbers.
func ReadText(v any) (string, any) {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", Messages("Not a valid string.")
}

// Flag reads a boolean.
func Flag[T any](key string, field func(*T) *bool) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		b, isFlag := readFlag(v)
		if !isFlag {
			return Messages("Must be a valid boolean.")
		}
		*field(row) = b
		return nil
	}}
}

// readFlag accepts the values of a BooleanField.
func readFlag(v any) (value, isFlag bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case float64:
		return v == 1, v == 0 || v == 1
	case string:
		return BoolWord(v)
	}
	return false, false
}

// BoolWord reads Django's words for true and false.
func BoolWord(word string) (value, isFlag bool) {
	switch strings.ToLower(word) {
	case "true", "t", "yes", "y", "on", "1":
		return true, true
	case "false", "f", "no", "n", "off", "0":
		return false, true
	}
	return false, false
}

// Number reads an integer of at least least.
func Number[T any](key string, least int, field func(*T) *int) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		n, isNumber := ReadNumber(v)
		if !isNumber {
			return Messages("A valid integer is required.")
		}
		if n < least {
			return Messages(fmt.Sprintf("Ensure this value is greater than or equal to %d.", least))
		}
		*field(row) = n
		return nil
	}}
}

// ReadNumber accepts an integer, also in a string.
func ReadNumber(v any) (int, bool) {
	switch v := v.(type) {
	case float64:
		return int(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	case string:
		n, err := strconv.Atoi(strings.TrimSpace(v))
		return n, err == nil
	}
	return 0, false
}

// Choice reads one of the given words.
func Choice[T any](key string, words []string, field func(*T) *string) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		s, isText := v.(string)
		if !isText || !slices.Contains(words, s) {
			return Messages(NotAChoice(v))
		}
		*field(row) = s
		return nil
	}}
}

// NotAChoice returns the message about an unknown word.
func NotAChoice(v any) string { return fmt.Sprintf("\"%v\" is not a valid choice.", python.Repr(v)) }

// Object reads any JSON object.
func Object[T any](key string, field func(*T) *map[string]any) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		m, isObject := v.(obj)
		if !isObject {
			return Messages("Value must be a dictionary.")
		}
		*field(row) = m
		return nil
	}}
}

// Ref reads the key of another row; null clears it.
func Ref[T any](key string, exists func(string) bool, field func(*T) *string) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
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
		return "", Messages(fmt.Sprintf("“%v” is not a valid UUID.", python.Repr(v)))
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return "", Messages(fmt.Sprintf("“%s” is not a valid UUID.", s))
	}
	if !exists(id.String()) {
		return "", Messages(NoSuchKey(s))
	}
	return id.String(), nil
}

// NoSuchKey returns the message about a row that does not exist.
func NoSuchKey(v any) string { return fmt.Sprintf("Invalid pk \"%v\" - object does not exist.", v) }

// NumberRef reads the numeric key of another row; null clears it.
func NumberRef[T any](key string, exists func(int) bool, field func(*T) *int) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		if v == nil {
			*field(row) = 0
			return nil
		}
		n, problem := readNumberRef(v, exists)
		if problem == nil {
			*field(row) = n
		}
		return problem
	}}
}

func readNumberRef(v any, exists func(int) bool) (int, any) {
	n, isNumber := ReadNumber(v)
	if !isNumber {
		return 0, Messages(fmt.Sprintf("Incorrect type. Expected pk value, received %s.", python.TypeOf(v)))
	}
	if !exists(n) {
		return 0, Messages(NoSuchKey(n))
	}
	return n, nil
}

// RefList reads a list of keys of other rows.
func RefList[T any](key string, exists func(string) bool, field func(*T) *[]string) Rule[T] {
	return refs(key, func(v any) (string, any) { return readRef(v, exists) }, field)
}

// NumberRefList reads a list of numeric keys of other rows.
func NumberRefList[T any](key string, exists func(int) bool, field func(*T) *[]int) Rule[T] {
	return refs(key, func(v any) (int, any) { return readNumberRef(v, exists) }, field)
}

// refs reads a list of keys and drops duplicates.
func refs[T any, K comparable](key string, read func(any) (K, any), field func(*T) *[]K) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		list, isList := v.([]any)
		if !isList {
			return NotAList(v)
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

// ClearOnNull calls empty instead of the rule if the value is null.
func (r Rule[T]) ClearOnNull(empty func(*T)) Rule[T] {
	set := r.Set
	r.Set = func(row *T, v any) any {
		if v == nil {
			empty(row)
			return nil
		}
		return set(row, v)
	}
	return r
}

// Into reads a value and stores it under a name.
func (r Rule[T]) Into(row *obj, name string, v any) any {
	var value T
	if problem := r.Set(&value, v); problem != nil {
		return problem
	}
	(*row)[name] = value
	return nil
}
