package view

import (
	"cmp"
	"strconv"

	"github.com/a-h/templ"
)

// Answer is a key and its value in a list.
type Answer struct{ Key, Value string }

// Aria returns the attributes that link a control to its hint and error.
func Aria(describedBy, wrong string) templ.Attributes {
	attrs := templ.Attributes{}
	if describedBy != "" {
		attrs["aria-describedby"] = describedBy
	}
	if wrong != "" {
		attrs["aria-invalid"] = "true"
	}
	return attrs
}

func mode(inputmode string) templ.Attributes {
	if inputmode == "" {
		return nil
	}
	return templ.Attributes{"inputmode": inputmode}
}

func spelling(code bool) string { return strconv.FormatBool(!code) }

func rows(f Field) string { return strconv.Itoa(max(f.Rows, 2)) }

// optionHint returns the id of an option's hint, empty where it has none.
func optionHint(c Choice, i int) string {
	if c.Options[i].Hint == "" && c.Options[i].More == "" {
		return ""
	}
	return c.OptionID(i) + "-about"
}

// kindWord returns the meaning of a note's colour and icon as a word.
func kindWord(kind string) string {
	return cmp.Or(map[string]string{"warn": "Warning:", "bad": "Problem:", "good": "Good:"}[kind], "Note:")
}
