package view

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

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

// AsTyped returns the attributes of a form whose texts a browser leaves as they are typed.
func AsTyped() templ.Attributes {
	return templ.Attributes{"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
}

// scriptWords returns the attributes with the words that static/js/app.js says.
func scriptWords(ctx context.Context) templ.OrderedAttributes {
	return templ.OrderedAttributes{{Key: "data-hide", Value: say.It(ctx, "Hide")},
		{Key: "data-copied", Value: say.It(ctx, "Copied")}, {Key: "data-cancel", Value: say.It(ctx, "Cancel")},
		{Key: "data-cancelled", Value: say.It(ctx, "Cancelled.")}}
}

// typed returns the attributes of a control for text that differ from its form's and from the defaults.
func typed(f Field) templ.Attributes {
	given := templ.Attributes{"autocomplete": f.Auto, "inputmode": f.Mode}
	if f.Type != "textarea" {
		given["type"], given["value"] = f.Type, f.Value
	}
	switch {
	case f.Code && f.Short:
		given["class"] = "code short"
	case f.Code:
		given["class"] = "code"
	case f.Short:
		given["class"] = "short"
	}
	if !f.Code {
		given["spellcheck"] = "true"
	}
	maps.DeleteFunc(given, func(_ string, value any) bool { return value == "" })
	return given
}

// FieldClass returns the class of a field, which shows whether something is wrong with it. more is added to it.
func FieldClass(wrong say.Text, more ...string) templ.OrderedAttributes {
	return Classes(append([]string{"field", When(!wrong.Empty(), "wrong")}, more...)...)
}

// Classes returns the attribute class with the names that are not empty. That takes half the code of an expression for
// the attribute.
func Classes(names ...string) templ.OrderedAttributes {
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	return templ.OrderedAttributes{{Key: "class", Value: strings.Join(names, " ")}}
}

// When returns a name that holds on a condition only.
func When(on bool, name string) string {
	if on {
		return name
	}
	return ""
}

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
