package rest

import (
	"authpocket/sandbox/authentiksim/internal/serve"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// filter reads the values of one query parameter. It answers what to keep, or
// what is wrong with the values. Neither means that the values filter nothing.
type Filter[T any] func(values []string) (keep func(*T) bool, problem string)

func Last(values []string) string { return values[len(values)-1] }

// exactly keeps rows whose text is the value.
func Equals[T any](field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		return func(row *T) bool { return field(row) == Last(values) }, ""
	}
}

// containing keeps rows whose text has the value in it, in any case.
func Contains[T any](field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		part := strings.ToLower(Last(values))
		return func(row *T) bool { return strings.Contains(strings.ToLower(field(row)), part) }, ""
	}
}

// anyOf keeps rows whose text is one of the repeated values.
func AnyOf[T any](field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		return func(row *T) bool { return slices.Contains(values, field(row)) }, ""
	}
}

// oneOf is exactly, for a field with a closed list of words.
func OneOf[T any](words []string, field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		if !slices.Contains(words, Last(values)) {
			return nil, fmt.Sprintf("Select a valid choice. %s is not one of the available choices.", Last(values))
		}
		return Equals(field)(values)
	}
}

// someOf is anyOf, for a field with a closed list of words.
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

// whether keeps rows by a yes or no. Words that are neither filter nothing.
func IsTrue[T any](field func(*T) bool) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		wanted, isFlag := BoolWord(Last(values))
		if !isFlag {
			return nil, ""
		}
		return func(row *T) bool { return field(row) == wanted }, ""
	}
}

// equalNumber keeps rows whose number is the value.
func EqualsNumber[T any](field func(*T) int) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		n, err := strconv.Atoi(Last(values))
		if err != nil {
			return nil, "Enter a number."
		}
		return func(row *T) bool { return field(row) == n }, ""
	}
}

// withKey keeps rows that refer to the row whose key is the value.
func RefersTo[T any](exists func(string) bool, has func(*T, string) bool) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		id, err := uuid.Parse(Last(values))
		if err != nil {
			return nil, fmt.Sprintf("“%s” is not a valid UUID.", Last(values))
		}
		if !exists(id.String()) {
			return nil, "Select a valid choice. That choice is not one of the available choices."
		}
		return func(row *T) bool { return has(row, id.String()) }, ""
	}
}

// apply keeps the rows that pass every filter the query names.
func Filtered[T any](c *serve.Call, rows []*T, filters map[string]Filter[T]) ([]*T, error) {
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

// searched keeps the rows that have every word of the search in one of their texts.
func searched[T any](c *serve.Call, rows []*T, texts func(*T) []string) []*T {
	words := strings.FieldsFunc(strings.ToLower(c.Query.Get("search")), func(r rune) bool { return r == ' ' || r == ',' })
	if texts == nil || len(words) == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(row *T) bool {
		all := strings.ToLower(strings.Join(texts(row), "\x00"))
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(all, word) })
	})
}

// ordered sorts by the query's ordering, or by byDefault. Fields that are not
// among the orders are ignored.
func ordered[T any](c *serve.Call, rows []*T, orders map[string]func(a, b *T) int, byDefault string) {
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

// byText orders by a text, byte by byte: capital letters come first.
func ByText[T any](field func(*T) string) func(a, b *T) int {
	return func(a, b *T) int { return strings.Compare(field(a), field(b)) }
}

// byNumber orders by a number.
func ByNumber[T any](field func(*T) int) func(a, b *T) int {
	return func(a, b *T) int { return cmp.Compare(field(a), field(b)) }
}
