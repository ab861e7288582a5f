package view

import (
	"fmt"
	"strings"
	"time"
)

// StepCaption is the caption of a numbered page.
func StepCaption(n int) string { return fmt.Sprintf("Step %d of 6", n) }

// Plural counts things in words, such as "1 change" or "3 changes".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// UpperFirst makes a sentence's beginning of an ASCII letter.
func UpperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// GoodUntil says how long a token is good, and whether it can be renewed.
func GoodUntil(t time.Time, renews bool) string {
	end := "; it cannot be renewed"
	if renews {
		end = "; it can be renewed before"
	}
	return "good until " + t.UTC().Format("2 January 2006 15:04 UTC") + end
}
