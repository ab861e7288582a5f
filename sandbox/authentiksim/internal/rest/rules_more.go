package rest

import (
	"authpocket/sandbox/authentiksim/internal/store"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// emptyOnNull runs empty instead of the rule when the value is null.
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

// into reads a value and puts it under a name.
func (r Rule[T]) Into(row *obj, name string, v any) any {
	var value T
	if problem := r.Set(&value, v); problem != nil {
		return problem
	}
	(*row)[name] = value
	return nil
}

// duration is a text in authentik's duration format.
func Duration[T any](key string, field func(*T) *string) Rule[T] {
	r := Text(key, field)
	set := r.Set
	r.Set = func(row *T, v any) any {
		if s, isText := v.(string); isText && s != "" {
			if _, valid := store.ParseDuration(s); !valid {
				return Messages(s + " is not in the correct format of 'hours=3;minutes=1'.")
			}
		}
		return set(row, v)
	}
	return r
}

// webAddress is a URL of a site, or blank.
func URL[T any](key string, field func(*T) *string) Rule[T] {
	r := BlankText(key, field)
	set := r.Set
	r.Set = func(row *T, v any) any {
		if s, isText := v.(string); isText && strings.TrimSpace(s) != "" && !isWebAddress(strings.TrimSpace(s)) {
			return Messages("Enter a valid URL.")
		}
		return set(row, v)
	}
	return r
}

// isWebAddress tells whether a text is a URL; %(username)s and the like may
// stand in it, and blank://blank is the launch URL of hidden applications.
func isWebAddress(text string) bool {
	parsed, err := url.Parse(regexp.MustCompile(`%\(\w+\)s`).ReplaceAllString(text, "x"))
	return err == nil && slices.Contains([]string{"http", "https", "ftp", "ftps", "blank"}, parsed.Scheme) && parsed.Host != ""
}

// prefixed keeps rows whose text begins with the value.
func HasPrefix[T any](field func(*T) string) Filter[T] {
	return func(values []string) (func(*T) bool, string) {
		prefix := Last(values)
		return func(row *T) bool { return strings.HasPrefix(field(row), prefix) }, ""
	}
}

var SlugPattern = regexp.MustCompile(`^[-a-zA-Z0-9_]+$`)
