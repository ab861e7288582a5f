package view

import (
	"strconv"

	"github.com/a-h/templ"
)

// Answer is one line of a list: what it is, and its value.
type Answer struct{ Key, Value string }

// Aria gives a control the attributes that tie it to hint and error.
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

// optionHint is the id of an option's hint, empty where it has none.
func optionHint(c Choice, i int) string {
	if c.Options[i].Hint == "" && c.Options[i].More == "" {
		return ""
	}
	return c.OptionID(i) + "-about"
}

// kindWord is what a note's colour and icon say.
func kindWord(kind string) string {
	switch kind {
	case "warn":
		return "Warning:"
	case "bad":
		return "Problem:"
	case "good":
		return "Good:"
	}
	return "Note:"
}
