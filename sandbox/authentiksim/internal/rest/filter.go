package rest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"authpocket/sandbox/authentiksim/internal/serve"
)

// Filter reads the values of a query parameter. It returns what to keep, or what is wrong with the values. Neither
// means that the values filter nothing.
type Filter[T any] func(values []string) (keep func(*T) bool, problem string)

// Filters are filters by query parameter.
type Filters[T any] map[string]Filter[T]

// Orders compare two rows by the field that a query orders by.
type Orders[T any] map[string]func(a, b *T) int

func last(values []string) string { return values[len(values)-1] }

// Equals keeps rows whose text is the value.
func Equals[T any](field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		return func(row *T) bool { return field(row) == last(values) }, ""
	}
}

// Contains keeps rows whose text contains the value, ignoring case.
func Contains[T any](field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		part := strings.ToLower(last(values))
		return func(row *T) bool { return strings.Contains(strings.ToLower(field(row)), part) }, ""
	}
}

// AnyOf keeps rows whose text is one of the repeated values.
func AnyOf[T any](field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		return func(row *T) bool { return slices.Contains(values, field(row)) }, ""
	}
}

// OneOf is Equals for a field with a fixed set of words.
func OneOf[T any](words []string, field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		if !slices.Contains(words, last(values)) {
			return nil, fmt.Sprintf("Select a valid choice. %s is not one of the available choices.", last(values))
		}
		return Equals(field)(values)
	}
}

// SomeOf is AnyOf for a field with a fixed set of words.
func SomeOf[T any](words []string, field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		for _, value := range values {
			if !slices.Contains(words, value) {
				return nil, fmt.Sprintf("Select a valid choice. %s is not one of the available choices.", value)
			}
		}
		return AnyOf(field)(values)
	}
}

// IsTrue keeps rows by a boolean. A value that is not one filters nothing.
func IsTrue[T any](field func(*T) bool) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		wanted, isFlag := BoolWord(last(values))
		if !isFlag {
			return nil, ""
		}
		return func(row *T) bool { return field(row) == wanted }, ""
	}
}

// EqualsNumber keeps rows whose number is the value.
func EqualsNumber[T any](field func(*T) int) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		n, err := strconv.Atoi(last(values))
		if err != nil {
			return nil, "Enter a number."
		}
		return func(row *T) bool { return field(row) == n }, ""
	}
}

// RefersTo keeps rows that refer to the row whose key is the value.
func RefersTo[T any](exists func(string) bool, has func(*T, string) bool) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		id, err := uuid.Parse(last(values))
		if err != nil {
			return nil, fmt.Sprintf("“%s” is not a valid UUID.", last(values))
		}
		if !exists(id.String()) {
			return nil, "Select a valid choice. That choice is not one of the available choices."
		}
		return func(row *T) bool { return has(row, id.String()) }, ""
	}
}

// Filtered returns the rows that pass every filter in the query.
func Filtered[T any](c *serve.Call, rows []*T, filters Filters[T]) ([]*T, error) {
	errs := obj{}
	for name, f := range filters {
		values := slices.DeleteFunc(slices.Clone(c.Query[name]), func(v string) bool { return v == "" })
		if len(values) == 0 {
			continue
		}
		keep, problem := f(values)
		if problem != "" {
			errs[name] = Messages(problem)
		} else if keep != nil {
			rows = slices.DeleteFunc(rows, func(row *T) bool { return !keep(row) })
		}
	}
	if len(errs) > 0 {
		return nil, serve.Invalid(errs)
	}
	return rows, nil
}

// searched returns the rows that contain every word of the search in one of their texts.
func searched[T any](c *serve.Call, rows []*T, texts func(*T) []string) []*T {
	separator := func(r rune) bool { return r == ' ' || r == ',' }
	words := strings.FieldsFunc(strings.ToLower(c.Query.Get("search")), separator)
	if texts == nil || len(words) == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(row *T) bool {
		all := strings.ToLower(strings.Join(texts(row), "\x00"))
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(all, word) })
	})
}

// ordered sorts by the query's ordering, or by byDefault. Unknown fields are ignored.
func ordered[T any](c *serve.Call, rows []*T, orders Orders[T], byDefault string) {
	by := c.Query.Get("ordering")
	if by == "" || orders[strings.TrimPrefix(strings.Split(by, ",")[0], "-")] == nil {
		by = byDefault
	}
	slices.SortStableFunc(rows, func(a, b *T) int {
		for field := range strings.SplitSeq(by, ",") {
			name, descending := strings.CutPrefix(field, "-")
			order := orders[name]
			if order == nil {
				continue
			}
			if result := order(a, b); result != 0 {
				if descending {
					return -result
				}
				return result
			}
		}
		return 0
	})
}

// ByText orders by a text, byte by byte, so capital letters come first.
func ByText[T any](field func(*T) string) func(a, b *T) int {
	return func(a, b *T) int { return strings.Compare(field(a), field(b)) }
}

// ByNumber orders by a number.
func ByNumber[T any](field func(*T) int) func(a, b *T) int {
	return func(a, b *T) int { return cmp.Compare(field(a), field(b)) }
}

// HasPrefix keeps rows whose text starts with the value.
func HasPrefix[T any](field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		prefix := last(values)
		return func(row *T) bool { return strings.HasPrefix(field(row), prefix) }, ""
	}
}
