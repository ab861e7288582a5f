package view

import (
	"fmt"
	"strings"
	"time"

	"authpocket/internal/say"
)

// StepCaption returns the caption of a numbered page.
func StepCaption(n int) say.Text { return say.Of("Step %d of 6", n) }

// Plural returns a count with its noun, such as "1 change" or "3 changes".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// UpperFirst returns s with its first letter, which must be ASCII, in upper case.
func UpperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// GoodUntil says when a token expires, and whether it can be renewed.
func GoodUntil(t time.Time, renews bool) string {
	end := " and cannot be renewed"
	if renews {
		end = " and can be renewed before that"
	}
	return "expires on " + t.UTC().Format("2 January 2006 15:04 UTC") + end
}
