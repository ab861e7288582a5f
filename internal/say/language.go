package say

import (
	"compress/gzip"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// files has a file for each language, compressed by internal/say/pack. Its keys are the English formats. A value is the
// translation or, where it depends on a number, one for each of the language's plural forms:
// https://cldr.unicode.org/index/cldr-spec/plural-rules.
//
//go:embed packed/*.json.gz
var files embed.FS

// source is the language of the formats.
const source = "en"

// Languages are the languages that texts can be said in.
type Languages struct {
	all     []*Language // English first
	matcher language.Matcher
}

// Language says texts in one language.
type Language struct {
	Tag  string // as in RFC 5646, such as "de"
	Name string // in the language itself
	read func() words
}

// words are what is known of a language once it says something.
type words struct {
	texts   map[string]Entry
	printer *message.Printer // of the texts with plural forms
}

// Load returns the languages of the program.
func Load() (*Languages, error) {
	found, err := files.ReadDir("packed")
	if err != nil {
		return nil, fmt.Errorf("listing the languages: %w", err)
	}
	var l Languages
	for _, f := range found {
		one, err := load(strings.TrimSuffix(f.Name(), ".json.gz"))
		if err != nil {
			return nil, err
		}
		if one.Tag == source {
			l.all = slices.Insert(l.all, 0, one)
		} else {
			l.all = append(l.all, one)
		}
	}
	tags := make([]language.Tag, len(l.all))
	for i, one := range l.all {
		tags[i] = language.Make(one.Tag)
	}
	l.matcher = language.NewMatcher(tags)
	return &l, nil
}

// All returns the languages, English first.
func (l *Languages) All() []*Language { return l.all }

// English returns the language that texts are written in.
func (l *Languages) English() *Language { return l.all[0] }

// Match returns the best language for what people prefer, each a tag or the value of an Accept-Language header
// (RFC 9110), the most wanted first. English if none is known.
func (l *Languages) Match(preferred ...string) *Language {
	var wanted []language.Tag
	for _, one := range preferred {
		tags, _, err := language.ParseAcceptLanguage(one)
		for part := range strings.SplitSeq(one, ",") { // one unknown tag does not spoil the others
			if err != nil {
				known, _, _ := language.ParseAcceptLanguage(part)
				tags = append(tags, known...)
			}
		}
		wanted = append(wanted, tags...)
	}
	_, at, _ := l.matcher.Match(wanted...)
	return l.all[at]
}

// Say returns the text in the language, and in English what the language has no translation for. A nil Language says
// everything in English.
func (l *Language) Say(t Text) string {
	if l == nil {
		return t.String()
	}
	return t.in(l.sprintf)
}

func (l *Language) sprintf(format string, values ...any) string {
	in := l.read()
	entry, known := in.texts[format]
	switch {
	case !known:
		return fmt.Sprintf(format, values...)
	case entry.Forms == nil:
		return fmt.Sprintf(entry.Format, values...)
	}
	return in.printer.Sprintf(message.Key(format, format), values...)
}

// Entries returns the translations of a language by their English format.
func (l *Language) Entries() map[string]Entry { return l.read().texts }

// Entry is a translation: one format, or one for each plural form.
type Entry struct {
	Format string
	Forms  map[string]string
}

// UnmarshalJSON reads a format or an object of forms.
func (e *Entry) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		return json.Unmarshal(b, &e.Forms)
	}
	return json.Unmarshal(b, &e.Format)
}

// changed returns the translation with the replacements.
func (e Entry) changed(by *strings.Replacer) Entry {
	e.Format = by.Replace(e.Format)
	for form, said := range e.Forms {
		e.Forms[form] = by.Replace(said)
	}
	return e
}

// message returns the forms for a catalogue. The number that decides on the form is the first %d of the format.
func (e Entry) message(format string) catalog.Message {
	var cases []any
	for _, form := range []string{"zero", "one", "two", "few", "many", "other"} {
		if said, ok := e.Forms[form]; ok {
			cases = append(cases, form, said)
		}
	}
	return plural.Selectf(number(format), "%d", cases...)
}

// number returns the place of the first %d among the verbs of a format, from 1.
func number(format string) int {
	place := 0
	for rest := strings.ReplaceAll(format, "%%", ""); ; {
		_, after, found := strings.Cut(rest, "%")
		if !found {
			return 1
		}
		place++
		if strings.HasPrefix(after, "d") {
			return place
		}
		rest = after
	}
}

type file struct {
	Name  string           `json:"name"`
	Texts map[string]Entry `json:"texts"`
}

// open returns the file of a language and a reader of it.
func open(tag string) (io.Closer, *json.Decoder, error) {
	f, err := files.Open("packed/" + tag + ".json.gz")
	if err != nil {
		return nil, nil, fmt.Errorf("opening the language %s: %w", tag, err)
	}
	plain, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("reading the language %s: %w", tag, err), f.Close())
	}
	return f, json.NewDecoder(plain), nil
}

// load returns a language whose file is read the first time that it says something.
func load(tag string) (*Language, error) {
	name, err := nameOf(tag)
	if err != nil {
		return nil, err
	}
	return &Language{Tag: tag, Name: name, read: sync.OnceValue(func() words { return read(tag, nil) })}, nil
}

// Spaced returns the language with ordinary spaces where its translations have no-break ones. A terminal wraps anyway,
// and package visible shows no-break spaces there, as names could hide behind them.
func (l *Language) Spaced() *Language {
	spaces := strings.NewReplacer("\u00a0", " ", "\u202f", " ")
	return &Language{Tag: l.Tag, Name: l.Name, read: sync.OnceValue(func() words { return read(l.Tag, spaces) })}
}

// nameOf reads the start of a language's file, which has its name.
func nameOf(tag string) (string, error) {
	f, start, err := open(tag)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var last json.Token
	for range 3 { // {, "name", its value
		if last, err = start.Token(); err != nil {
			return "", fmt.Errorf("reading the language %s: %w", tag, err)
		}
	}
	name, ok := last.(string)
	if !ok {
		return "", fmt.Errorf("reading the language %s: its file must start with its name", tag)
	}
	return name, nil
}

// read returns the words of a language, changed if change is not nil. The test of the catalogues holds the files, so
// what cannot be read is left in English.
func read(tag string, change *strings.Replacer) words {
	var in file
	if f, all, err := open(tag); err == nil {
		_ = all.Decode(&in)
		_ = f.Close()
	}
	to, forms := language.Make(tag), catalog.NewBuilder(catalog.Fallback(language.Make(source)))
	for format, entry := range in.Texts {
		if change != nil {
			entry = entry.changed(change)
			in.Texts[format] = entry
		}
		if entry.Forms != nil {
			_ = forms.Set(to, format, entry.message(format))
		}
	}
	return words{in.Texts, message.NewPrinter(to, message.Catalog(forms))}
}
