package view

import (
	"cmp"
	"strconv"

	"authpocket/internal/say"

	"github.com/a-h/templ"
)

// Answer is a key and its value in a list.
type Answer struct{ Key, Value say.Text }

// Aria returns the attributes that link a control to its hint and error.
func Aria(describedBy string, wrong say.Text) templ.Attributes {
	attrs := templ.Attributes{}
	if describedBy != "" {
		attrs["aria-describedby"] = describedBy
	}
	if !wrong.Empty() {
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
	if c.Options[i].Hint.Empty() && c.Options[i].More.Empty() {
		return ""
	}
	return c.OptionID(i) + "-about"
}

// kindWord returns the meaning of a note's colour and icon as a word.
func kindWord(kind string) say.Text {
	return cmp.Or(map[string]say.Text{"warn": say.Of("Warning:"), "bad": say.Of("Problem:"),
		"good": say.Of("Good:")}[kind],
		say.Of("Note:"))
}
