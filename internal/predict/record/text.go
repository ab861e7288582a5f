package record

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// defaultIDPattern is the pattern of IDs that needs no further checks (core/collection_model.go).
const defaultIDPattern = "^[a-z0-9]+$"

// textFault checks a text (core/field_text.go). Whether an ID exists is checked elsewhere.
func (f *field) textFault(text string, fresh bool) string {
	if f.PrimaryKey && fresh && !f.release.since("0.33.0") && strings.ContainsAny(text, `/\`) {
		return "validation_pk_forbidden"
	}
	return f.plainTextFault(text)
}

// plainTextFault checks a text against the field's options.
func (f *field) plainTextFault(text string) string {
	if text == "" {
		if f.Required || f.PrimaryKey {
			return codeRequired
		}
		return ""
	}
	length := utf8.RuneCountInString(text)
	longest := limit(f.Max)
	if longest == 0 {
		longest = 5000
	}
	switch {
	case length < limit(f.Min):
		return codeMin
	case longest > 0 && length > longest:
		return codeMax
	case !matches(f.Pattern, text):
		return codeFormat
	case f.PrimaryKey && f.Pattern != defaultIDPattern && f.release.since("0.33.0"):
		return forbiddenID(text)
	}
	return ""
}

// matches reports whether the text matches the pattern. A broken pattern matches nothing.
func matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	match, err := regexp.MatchString(pattern, text)
	return err == nil && match
}

// forbiddenID checks that an ID can be the name of a directory everywhere.
func forbiddenID(id string) string {
	if strings.ContainsAny(id, "./\\|\"'`<>:?*%$\000\t\n\r ") {
		return "validation_forbidden_pk_character"
	}
	port := func(device string) bool {
		return len(id) == 4 && strings.EqualFold(id[:3], device) && '1' <= id[3] && id[3] <= '9'
	}
	reserved := func(name string) bool { return strings.EqualFold(id, name) }
	if port("COM") || port("LPT") || slices.ContainsFunc([]string{"CON", "PRN", "AUX", "NUL"}, reserved) {
		return "validation_reserved_pk"
	}
	return ""
}

// editorFault checks a formatted text (core/field_editor.go).
func (f *field) editorFault(text string) string {
	largest := f.MaxSize
	if largest <= 0 {
		largest = 5 << 20
	}
	switch {
	case f.Required && text == "":
		return codeRequired
	case int64(len(text)) > largest:
		return "validation_content_size_limit"
	}
	return ""
}

// hashed is how many bytes of a password can be hashed. A longer one is refused.
const hashed = 72

// passwordFault checks a password that a claim sets (core/field_password.go).
func (f *field) passwordFault(plain string) string {
	if plain == "" {
		if f.Required {
			return codeRequired
		}
		return ""
	}
	length, longest := utf8.RuneCountInString(plain), limit(f.Max)
	if longest <= 0 {
		longest = hashed - 1
	}
	switch {
	case len(plain) > hashed:
		return codeInvalid
	case length < limit(f.Min):
		return codeMin
	case length > longest:
		return codeMax
	case !matches(f.Pattern, plain):
		return codeFormat
	}
	return ""
}
