package say

import (
	"compress/gzip"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// files are written by internal/pack. index.json has what is known of each language before it says anything, English
// first. English's file has the hashes of the formats, which the program has anyway where it says them; the file of
// another language has its texts in the same order. A text is the translation, one for each of the language's plural
// forms where it depends on a number (https://cldr.unicode.org/index/cldr-spec/plural-rules), or null.
//
//go:embed packed
var files embed.FS

// source is the language of the formats.
const source = "en"

// Languages are the languages that texts can be said in.
type Languages struct{ all []*Language } // English first

// Language says texts in one language.
type Language struct {
	Tag  string `json:"tag"`  // as in RFC 5646, such as "de"
	Name string `json:"name"` // in the language itself
	// Group is what stands between thousands.
	Group string `json:"group"`
	// Plural has the plural forms of the numbers from 0. The last is that of all further ones up to 199, and then every
	// hundred is like the one from 100 on.
	Plural []string `json:"plural"`

	texts func() map[uint32]Entry // by the hash of the format
}

// Load returns the languages of the program. The texts of a language are read the first time that it says something.
func Load() (*Languages, error) {
	index, err := files.ReadFile("packed/index.json")
	if err != nil {
		return nil, fmt.Errorf("listing the languages: %w", err)
	}
	var l Languages
	if err := json.Unmarshal(index, &l.all); err != nil {
		return nil, fmt.Errorf("listing the languages: %w", err)
	}
	if len(l.all) == 0 || l.all[0].Tag != source {
		return nil, errors.New("listing the languages: English must be the first")
	}
	for _, one := range l.all {
		one.texts = sync.OnceValue(func() map[uint32]Entry { return textsOf(one.Tag, nil) })
	}
	return &l, nil
}

// All returns the languages, English first.
func (l *Languages) All() []*Language { return l.all }

// English returns the language that texts are written in.
func (l *Languages) English() *Language { return l.all[0] }

// Say returns the text in the language, and in English what the language has no translation for. A nil Language says
// everything in English.
func (l *Language) Say(t Text) string {
	if t.format == "" {
		return ""
	}
	return l.say(t.format, t.list())
}

// say puts a format and its values, which it changes, into words.
func (l *Language) say(format string, values []any) string {
	for i, v := range values {
		if part, ok := v.(Text); ok {
			values[i] = l.Say(part)
		}
	}
	if l == nil || l.Tag == source {
		return sprintf(format, values)
	}
	switch entry, known := l.texts()[hashOf(format)]; {
	case !known:
		return sprintf(format, values)
	case entry.Forms == nil:
		return sprintf(entry.Format, values)
	default:
		return l.count(format, entry, values)
	}
}

// sprintf is fmt.Sprintf, which is not needed for a format without values.
func sprintf(format string, values []any) string {
	if len(values) == 0 && strings.IndexByte(format, '%') < 0 {
		return format
	}
	return fmt.Sprintf(format, values...)
}

// count says a text that depends on a number: the first %d of the format.
func (l *Language) count(format string, entry Entry, values []any) string {
	form := "other"
	if at := number(format); at < len(values) {
		if n, ok := values[at].(int); ok {
			form = l.form(n)
		}
	}
	said, known := entry.Forms[form]
	if !known {
		said = entry.Forms["other"]
	}
	for i, v := range values {
		if n, ok := v.(int); ok {
			values[i] = grouped{n, l.Group}
		}
	}
	return fmt.Sprintf(said, values...)
}

// form returns the name of a number's plural form.
func (l *Language) form(n int) string {
	if n < 0 {
		n = -n
	}
	if n >= 200 {
		n = 100 + n%100
	}
	return l.Plural[min(n, len(l.Plural)-1)]
}

// number returns the place of the first %d among the verbs of a format, 0 for none.
func number(format string) int {
	place := 0
	for rest := strings.ReplaceAll(format, "%%", ""); ; place++ {
		_, after, found := strings.Cut(rest, "%")
		switch {
		case !found:
			return 0
		case strings.HasPrefix(after, "d"):
			return place
		}
		rest = after
	}
}

// grouped is a number whose thousands are set apart.
type grouped struct {
	n   int
	gap string
}

// Format writes the number for every verb.
func (g grouped) Format(to fmt.State, _ rune) {
	digits := strconv.Itoa(g.n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + g.gap + digits[i:]
	}
	_, _ = io.WriteString(to, digits)
}

// Spaced returns the language with ordinary spaces where its translations have no-break ones. A terminal wraps anyway,
// and package visible shows no-break spaces there, as names could hide behind them.
func (l *Language) Spaced() *Language {
	spaces := strings.NewReplacer("\u00a0", " ", "\u202f", " ")
	spaced := *l
	spaced.Group = spaces.Replace(l.Group)
	spaced.texts = sync.OnceValue(func() map[uint32]Entry { return textsOf(l.Tag, spaces) })
	return &spaced
}

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

// textsOf returns the translations of a language, changed if change is not nil. The test of the catalogues holds the
// files, so what cannot be read is left in English.
func textsOf(tag string, change *strings.Replacer) map[uint32]Entry {
	var formats []uint32
	var said []Entry
	texts := map[uint32]Entry{}
	if tag == source || unpack(source, &formats) != nil || unpack(tag, &said) != nil || len(formats) != len(said) {
		return texts
	}
	for i, entry := range said {
		if entry.Format == "" && entry.Forms == nil {
			continue
		}
		if change != nil {
			entry = entry.changed(change)
		}
		texts[formats[i]] = entry
	}
	return texts
}

// hashOf returns FNV-1a of a format. internal/pack has it, too, and finds no two formats with the same.
func hashOf(format string) uint32 {
	h := uint32(2166136261)
	for i := range len(format) {
		h = (h ^ uint32(format[i])) * 16777619
	}
	return h
}

// unpack reads the file of a language.
func unpack(tag string, to any) error {
	f, err := files.Open("packed/" + tag + ".json.gz")
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	return json.NewDecoder(plain).Decode(to)
}
