package rest

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

const (
	maxComplaints    = 20
	maxComplaintText = 300 // bytes
	maxNesting       = 12
)

// complaint is one validation error and the keys that lead to it. List elements are counted from 1.
type complaint struct {
	Path []string
	Text string
}

// Complaints returns the validation errors in an error response. Depending on field and version, authentik
// returns strings, lists, lists of objects or objects keyed by index, so any JSON is walked.
func Complaints(body []byte) []complaint {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return nil
	}
	w := walker{}
	w.walk(nil, value)
	return w.found
}

type walker struct{ found []complaint }

func (w *walker) walk(path []string, value any) {
	if len(path) > maxNesting || len(w.found) >= maxComplaints {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			w.walk(step(path, key), value[key])
		}
	case []any:
		for i, element := range value {
			if _, plain := element.(string); plain {
				w.walk(path, element)
			} else {
				w.walk(step(path, strconv.Itoa(i)), element)
			}
		}
	case string:
		w.add(path, value)
	case float64:
		w.add(path, strconv.FormatFloat(value, 'f', -1, 64))
	}
}

func (w *walker) add(path []string, text string) {
	if text = Plain(text); text != "" {
		w.found = append(w.found, complaint{Path: slices.Clone(path), Text: text})
	}
}

// step adds a key to the path. Keys for the whole object add nothing; an index becomes a position.
func step(path []string, key string) []string {
	switch key {
	case "non_field_errors", "detail", "null", "__all__", "":
		return path
	}
	if i, err := strconv.Atoi(key); err == nil && i >= 0 {
		key = strconv.Itoa(i + 1)
	}
	return append(slices.Clip(path), Plain(key))
}

// Plain returns text as one line of bounded length, without control characters.
func Plain(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(text) <= maxComplaintText {
		return text
	}
	cut := maxComplaintText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strings.TrimSpace(text[:cut]) + "…"
}

// OrNone returns s, or “none” if it is empty.
func OrNone(s string) string { return cmp.Or(s, "none") }

// FaultWords returns the text of a fault, for a check's evidence.
func FaultWords(err error) say.Text { return report.MessageOf(err).Text(report.OnPage) }

// WithoutQuery returns an address up to its query, for display.
func WithoutQuery(address string) string {
	before, _, _ := strings.Cut(address, "?")
	return Plain(before)
}
