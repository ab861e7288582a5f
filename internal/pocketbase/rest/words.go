package rest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Complaint is one leaf of an error answer: PocketBase's message about one value. Path leads to the value; list indexes
// are digits.
type Complaint struct {
	Path    []string
	Code    string // "validation_required" and the like; empty for unknown shapes
	Message string
}

// String returns the complaint with its path, for paths that have no label.
func (c Complaint) String() string {
	if len(c.Path) == 0 {
		return c.Message
	}
	return strings.Join(c.Path, " › ") + ": " + c.Message
}

// Limits on what is read from one answer.
const (
	maxComplaints = 20
	maxNesting    = 12 // keys of a path
)

// ReadError returns PocketBase's message from an error answer, and the complaints in its data. In an answer of unknown
// shape it looks for complaints everywhere.
func ReadError(body []byte) (message string, list []Complaint) {
	var known struct {
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &known); err == nil && known.Message != "" {
		return Plain(known.Message), complaints(known.Data)
	}
	return "", complaints(body)
}

// complaints collects the leaves of JSON of any shape.
func complaints(raw json.RawMessage) []Complaint {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	var list []Complaint
	walk(v, nil, &list)
	return list
}

func walk(v any, path []string, list *[]Complaint) {
	if len(path) > maxNesting || len(*list) >= maxComplaints {
		return
	}
	add := func(code, message string) {
		if message != "" {
			*list = append(*list, Complaint{Path: slices.Clone(path), Code: Plain(code), Message: message})
		}
	}
	switch v := v.(type) {
	case string:
		add("", Plain(v))
	case bool:
		add("", strconv.FormatBool(v))
	case float64:
		add("", strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		for i, one := range v {
			walk(one, append(path, strconv.Itoa(i)), list)
		}
	case map[string]any:
		if message, ok := v["message"].(string); ok {
			code, _ := v["code"].(string)
			add(code, Plain(message))
			return
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(v[key], append(path, Plain(key)), list)
		}
	}
}

// maxPlain is the most characters quoted from a server's sentence.
const maxPlain = 200

// Plain makes a server's sentence safe to show: one short line without markup.
func Plain(s string) string {
	if i := strings.IndexAny(s, "<{"); i >= 0 {
		s = s[:i]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > maxPlain {
		s = strings.TrimSpace(string(runes[:maxPlain])) + "…"
	}
	return s
}

// Sentence returns s with a final period, unless it is empty or already ends as a sentence.
func Sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}
