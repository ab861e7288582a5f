package record

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// jsonText is JSON as PocketBase stores it, empty for NULL.
type jsonText string

// jsonOfText returns the JSON that PocketBase makes of a text: JSON stays what it is, any other text is quoted, as Go
// quotes it, which is not always JSON (core/field_json.go).
func jsonOfText(text string) jsonText {
	switch {
	case text == "null" || text == "true" || text == "false":
		return jsonText(text)
	case text != "" && strings.ContainsRune(`0123456789-"[{`, rune(text[0])) && json.Valid([]byte(text)):
		return jsonText(text)
	}
	return jsonText(strconv.Quote(text))
}

// jsonFault checks JSON (core/field_json.go).
func (f *field) jsonFault(text jsonText) string {
	largest := f.MaxSize
	if largest <= 0 {
		largest = 1 << 20
		if !f.release.since("0.28.0") {
			largest = 5 << 20
		}
	}
	switch {
	case int64(len(text)) > largest:
		return "validation_json_size_limit"
	case text != "" && !json.Valid([]byte(text)),
		text != "" && f.release.since("0.40.3") && (repeatsKey([]byte(text)) || loneSurrogate([]byte(text))):
		return "validation_invalid_json"
	case f.Required && slices.Contains([]string{"", "null", `""`, "[]", "{}"}, strings.TrimSpace(string(text))):
		return codeRequired
	}
	return ""
}
