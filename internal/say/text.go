// Package say keeps what people read apart from its language: the program makes each text once, in English, and a
// Language says it.
package say

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// Text is something that people read: an English format, as in fmt.Sprintf, and its values. It is comparable, and its
// zero value is no text.
type Text struct {
	format string
	values string // encoded by encode, empty for none
}

// Of returns a text. A value is a string, which is shown as it is in every language, an integer, or a Text. A format
// is a whole sentence or a name: languages differ in the order of words, so texts are not put together from pieces.
func Of(format string, values ...any) Text {
	return Text{format: format, values: encode(values)}
}

// Name is a label in a table, which has a translation of its own, and another one for use within a sentence.
type Name string

// Text returns the label.
func (n Name) Text() Text { return Text{format: strings.ReplaceAll(string(n), "%", "%%")} }

// Within returns the label for use within a sentence: its first letter is small, unless it begins an abbreviation.
func (n Name) Within() Text {
	if len(n) < 2 || unicode.IsUpper(rune(n[1])) {
		return n.Text()
	}
	return (Name(strings.ToLower(string(n[:1]))) + n[1:]).Text()
}

// Count returns a text about n things, which is the first value: one is the format for a single thing, and many for
// any other number.
func Count(n int, one, many string, values ...any) Text {
	if n == 1 {
		many = one
	}
	return Of(many, append([]any{n}, values...)...)
}

// Raw returns a text that is the same in every language: a name, or what another program said.
func Raw(s string) Text {
	if s == "" {
		return Text{}
	}
	return Of("%s", s)
}

// Join returns the texts that are not empty, separated by spaces.
func Join(texts ...Text) Text { return fold("%s %s", texts) }

// List returns the texts separated by commas.
func List(texts ...Text) Text { return fold("%s, %s", texts) }

// Series returns the texts separated by semicolons, for such as have commas.
func Series(texts ...Text) Text { return fold("%s; %s", texts) }

// And returns the texts as a list in a sentence, such as "a, b and c".
func And(texts ...Text) Text { return enumerate("%s and %s", texts) }

// Or returns the texts as a choice in a sentence, such as "a, b or c".
func Or(texts ...Text) Text { return enumerate("%s or %s", texts) }

func enumerate(last string, texts []Text) Text {
	texts = slices.DeleteFunc(slices.Clone(texts), Text.Empty)
	if len(texts) < 2 {
		return fold(last, texts)
	}
	end := len(texts) - 1
	return Of(last, fold("%s, %s", texts[:end]), texts[end])
}

func fold(format string, texts []Text) Text {
	var all Text
	for _, t := range texts {
		switch {
		case t.Empty():
		case all.Empty():
			all = t
		default:
			all = Of(format, all, t)
		}
	}
	return all
}

// Empty reports whether there is no text.
func (t Text) Empty() bool { return t.format == "" }

// Equal reports whether both texts read the same in English.
func (t Text) Equal(other Text) bool { return t == other || t.String() == other.String() }

// Values returns the text with every string among its values changed, but not the words around them.
func (t Text) Values(change func(string) string) Text {
	values := t.list()
	for i, v := range values {
		switch v := v.(type) {
		case string:
			values[i] = change(v)
		case Text:
			values[i] = v.Values(change)
		}
	}
	return Of(t.format, values...)
}

// String returns the text in English.
func (t Text) String() string { return (*Language)(nil).Say(t) }

// MarshalJSON writes the text in English.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Text) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = Raw(s)
	return nil
}
