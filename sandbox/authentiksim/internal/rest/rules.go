package rest

import (
	"authpocket/sandbox/authentiksim/internal/python"
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
type Rule[T any] struct {
	Key      string
	required bool
	nullable bool
	Set      func(row *T, v any) any
}

// need makes the key required, unless only some keys are sent (PATCH).
func (r Rule[T]) Required() Rule[T] { r.required = true; return r }

// null lets the key be null; set is then called with nil.
func (r Rule[T]) Nullable() Rule[T] { r.nullable = true; return r }

// fill applies the rules to in. Keys no rule knows are ignored, as authentik
// ignores them. The result has the messages by key.
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

// messages is the usual shape of what is wrong with a field.
func Messages(text ...string) []string { return text }

// text is a string that may not be blank.
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

// blankText is a string that may be blank.
func BlankText[T any](key string, field func(*T) *string) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		s, problem := ReadText(v)
		if problem == nil {
			*field(row) = s
		}
		return problem
	}}
}

// longest refuses more than n characters before the rule is applied.
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

// matching refuses a text the pattern does not match.
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

// readText takes what a CharField takes: text, trimmed, and numbers.
func ReadText(v any) (string, any) {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", Messages("Not a valid string.")
}

// flag is a boolean.
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

// readFlag takes what a BooleanField takes.
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

// boolWord reads the words Django takes for true and false.
func BoolWord(word string) (value, isFlag bool) {
	switch strings.ToLower(word) {
	case "true", "t", "yes", "y", "on", "1":
		return true, true
	case "false", "f", "no", "n", "off", "0":
		return false, true
	}
	return false, false
}

// number is an integer of at least least.
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

// readNumber takes an integer, also when it is written as text.
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

// choice is one of a few words.
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

func NotAChoice(v any) string { return fmt.Sprintf("\"%v\" is not a valid choice.", python.Repr(v)) }

// dictionary is a free JSON object.
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

// ref is the key of another row; null empties it.
func Ref[T any](key string, exists func(string) bool, field func(*T) *string) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		if v == nil {
			*field(row) = ""
			return nil
		}
		pk, problem := ReadRef(v, exists)
		if problem == nil {
			*field(row) = pk
		}
		return problem
	}}
}

// readRef reads the key of an existing row.
func ReadRef(v any, exists func(string) bool) (string, any) {
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

func NoSuchKey(v any) string { return fmt.Sprintf("Invalid pk \"%v\" - object does not exist.", v) }

// refNumber is the numeric key of another row; null makes it 0.
func NumberRef[T any](key string, exists func(int) bool, field func(*T) *int) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		if v == nil {
			*field(row) = 0
			return nil
		}
		n, problem := ReadRefNumber(v, exists)
		if problem == nil {
			*field(row) = n
		}
		return problem
	}}
}

func ReadRefNumber(v any, exists func(int) bool) (int, any) {
	n, isNumber := ReadNumber(v)
	if !isNumber {
		return 0, Messages(fmt.Sprintf("Incorrect type. Expected pk value, received %s.", python.TypeOf(v)))
	}
	if !exists(n) {
		return 0, Messages(NoSuchKey(n))
	}
	return n, nil
}

// refs is a list of keys of other rows, without the repeated ones.
func Refs[T any, K comparable](key string, read func(any) (K, any), field func(*T) *[]K) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		list, isList := v.([]any)
		if !isList {
			return Messages(fmt.Sprintf("Expected a list of items but got type %q.", python.TypeOf(v)))
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
