package view

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Problem is one line of the error summary.
type Problem struct {
	Target string // id of the field, empty where none is to blame
	Text   say.Text
}

// Problems are the problems of a page, in page order.
type Problems []Problem

// NewProblems returns problems in words for the page. One about an entry of a list
// belongs to the control of the whole list.
func NewProblems(found report.Problems) Problems {
	var list Problems
	for _, p := range found {
		list = append(list, Problem{Target: FieldID(control(p.Field)), Text: Sentence(p)})
	}
	return list
}

// control returns the name of the control for a spec's path.
func control(path string) string {
	if at := strings.LastIndexByte(path, '.'); at > 0 && strings.Trim(path[at+1:], "0123456789") == "" {
		path = path[:at]
	}
	return path
}

// At returns the text of the problems of one field, empty for none.
func (p Problems) At(name string) say.Text {
	var texts []say.Text
	for _, one := range p {
		if one.Target != "" && one.Target == FieldID(name) {
			texts = append(texts, one.Text)
		}
	}
	return say.Join(texts...)
}

// In reports whether a problem belongs to a field with one of these prefixes.
func (p Problems) In(prefixes ...string) bool {
	return slices.ContainsFunc(p, func(one Problem) bool {
		return one.Target != "" && slices.ContainsFunc(prefixes, func(prefix string) bool {
			return strings.HasPrefix(one.Target, FieldID(prefix))
		})
	})
}

// Sentence returns a problem as text for a page.
func Sentence(p report.Problem) say.Text { return p.Message().Text(report.OnPage) }

// Sentences returns problems as texts for a page.
func Sentences(list report.Problems) []say.Text {
	var texts []say.Text
	for _, p := range list {
		texts = append(texts, Sentence(p))
	}
	return texts
}

// FieldID returns the id of the control with that name: a spec's path without
// characters that a selector would have to escape.
func FieldID(name string) string { return strings.NewReplacer(".", "-", "_", "-").Replace(name) }

// Field is a control for text.
type Field struct {
	Name     string // form key, which is the spec's path
	Label    say.Text
	Hint     say.Text
	Value    string
	Error    say.Text
	Type     string // "text" when empty; "textarea" for several lines
	Auto     string // the autocomplete token, that of the form when empty
	Mode     string // inputmode
	Optional bool
	Code     bool // shown in the code face, no spell checking
	Short    bool // a narrow control
	Rows     int
	Key      string // the link file's key, where it cannot be told from the label
	Remember bool   // the browser keeps what was sent for the next visit
}

// ID returns the control's id.
func (f Field) ID() string { return FieldID(f.Name) }

// DescribedBy returns the ids of hint and error.
func (f Field) DescribedBy() string { return DescribedBy(f.ID(), !f.Hint.Empty(), !f.Error.Empty()) }

// DescribedBy returns the ids of hint and error that the control with that id
// has.
func DescribedBy(id string, hint, wrong bool) string {
	var ids []string
	if hint {
		ids = append(ids, id+"-hint")
	}
	if wrong {
		ids = append(ids, id+"-error")
	}
	return strings.Join(ids, " ")
}

// Secret is a control for a token or password. It has no value: what was
// typed is never sent back.
type Secret struct {
	Name  string
	Label say.Text
	Hint  say.Text
	Error say.Text
	Auto  string
	Held  say.Text // "A token is set. Leave empty to keep it", empty when none is

	Optional bool
}

// ID returns the control's id.
func (s Secret) ID() string { return FieldID(s.Name) }

// HintText returns what is held, or else the hint.
func (s Secret) HintText() say.Text { return cmp.Or(s.Held, s.Hint) }

// DescribedBy returns the ids of hint and error.
func (s Secret) DescribedBy() string {
	return DescribedBy(s.ID(), !s.HintText().Empty(), !s.Error.Empty())
}

// Choice is a group of radio buttons, or a select.
type Choice struct {
	Name    string
	Label   say.Text
	Hint    say.Text
	Error   say.Text
	Key     string // as Field's
	Options []Option
}

// ID returns the group's id, which is that of its first control.
func (c Choice) ID() string { return FieldID(c.Name) }

// DescribedBy returns the ids of hint and error.
func (c Choice) DescribedBy() string { return DescribedBy(c.ID(), !c.Hint.Empty(), !c.Error.Empty()) }

// OptionID returns the id of the option at that index. The first has the group's,
// so that the error summary leads to it.
func (c Choice) OptionID(i int) string {
	if i == 0 {
		return c.ID()
	}
	return c.ID() + "-" + c.Options[i].Value
}

// Option is one answer of a Choice.
type Option struct {
	Value   string
	Label   say.Text
	Hint    say.Text
	More    say.Text // the result of a first sign-in with this answer
	Checked bool
	Bad     bool // More describes a failure
}

// Check is a tick box.
type Check struct {
	Name    string
	Label   say.Text
	Hint    say.Text
	Error   say.Text
	Key     string // as Field's
	Checked bool
}

// ID returns the control's id.
func (c Check) ID() string { return FieldID(c.Name) }

// DescribedBy returns the ids of hint and error.
func (c Check) DescribedBy() string { return DescribedBy(c.ID(), !c.Hint.Empty(), !c.Error.Empty()) }
