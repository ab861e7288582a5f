package rest

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"authpocket/sandbox/authentiksim/internal/store"
)

// Duration reads a text in authentik's duration format.
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

// Time reads a date and time, or null.
func Time[T any](key string, field func(*T) **time.Time) Rule[T] {
	return Rule[T]{Key: key, Set: func(row *T, v any) any {
		if v == nil {
			*field(row) = nil
			return nil
		}
		text, _ := v.(string)
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return Messages("Datetime has wrong format. Use one of these formats instead: " +
				"YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].")
		}
		*field(row) = &at
		return nil
	}}
}

// URL reads the URL of a site, or a blank.
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

// isWebAddress reports whether a text is a URL. It may contain %(username)s and the like, and blank://blank is the
// launch URL of hidden applications.
func isWebAddress(text string) bool {
	parsed, err := url.Parse(regexp.MustCompile(`%\(\w+\)s`).ReplaceAllString(text, "x"))
	schemes := []string{"http", "https", "ftp", "ftps", "blank"}
	return err == nil && slices.Contains(schemes, parsed.Scheme) && parsed.Host != ""
}

var slugPattern = regexp.MustCompile(`^[-a-zA-Z0-9_]+$`)

// Slug refuses a text that is not a slug.
func (r Rule[T]) Slug() Rule[T] {
	return r.Matching(slugPattern, "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.")
}
