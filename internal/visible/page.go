package visible

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Page returns an HTML page, or a part of one, with the text between its tags made
// visible. Right-to-left text is wrapped in <bdi>, so that it does not reorder its
// surroundings. Attributes and the text of form fields stay unchanged.
func Page(page []byte) []byte {
	var out bytes.Buffer
	copied := 0  // bytes of the page, up to the last change
	inside := "" // the current element without markup inside, if any
	change := func(from, to int, by string) {
		if copied == 0 {
			out.Grow(len(page) + len(by))
		}
		out.Write(page[copied:from])
		out.WriteString(by)
		copied = to
	}
	for at, end := 0, 0; at < len(page); at = end {
		if page[at] != '<' {
			if end = bytes.IndexByte(page[at:], '<') + at; end < at {
				end = len(page)
			}
			if text := page[at:end]; !plain(text) {
				if shown := between(string(text), inside); shown != string(text) {
					change(at, end, shown)
				}
			}
			continue
		}
		end = at + tagEnd(page[at:])
		tag := page[at:end]
		name := tagName(tag)
		if one := withoutMarkup(name); one != "" {
			inside = one
		} else if inside != "" && bytes.HasPrefix(name, []byte("/")) && withoutMarkup(name[1:]) == inside {
			inside = ""
		}
		if bytes.IndexByte(tag, '\r') >= 0 {
			change(at, end, strings.ReplaceAll(string(tag), "\r", "&#13;"))
		}
	}
	if copied == 0 {
		return page
	}
	out.Write(page[copied:])
	return out.Bytes()
}

// plain reports whether nothing in a text has to change, as in most of a page: it is ASCII without control characters.
func plain(text []byte) bool {
	for _, c := range text {
		if (c < ' ' && c != '\n' && c != '\t') || c >= 0x7f {
			return false
		}
	}
	return true
}

// between returns the text between two tags. It escapes \r, which would end a
// line of an event stream.
func between(s, inside string) string {
	switch inside {
	case "textarea":
		return strings.ReplaceAll(s, "\r", "&#13;")
	case "title", "option":
		return prose(s)
	}
	return isolate(prose(s))
}

// prose escapes a page's text, but not the no-break spaces that French has beside its signs and in its numbers, where
// none can pass for a space of a name.
func prose(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	copied := 0
	for at, r := range s {
		if after := at + utf8.RuneLen(r); (r == '\u00a0' || r == '\u202f') && typographic(s[:at], s[after:]) {
			b.WriteString(escape(s[copied:at], "\n\t", text) + s[at:after])
			copied = after
		}
	}
	return b.String() + escape(s[copied:], "\n\t", text)
}

// typographic reports whether French has a no-break space between two texts.
func typographic(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	return last == '«' || strings.ContainsRune(":;?!»", next) || digit(last) && digit(next)
}

// tagEnd returns the end of a tag. A > in quotes does not end it.
func tagEnd(page []byte) int {
	quote := byte(0)
	for i, c := range page {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return len(page)
}

// tagName returns the name of a tag, with a leading / for an end tag.
func tagName(tag []byte) []byte {
	for i, c := range tag {
		if c == '>' || c == ' ' || c == '\t' || c == '\n' {
			return tag[1:i]
		}
	}
	return tag[1:]
}

// withoutMarkup returns the element of that name if its text has no markup, and otherwise nothing.
func withoutMarkup(name []byte) string {
	for _, one := range [...]string{"textarea", "title", "option"} {
		if len(name) == len(one) && strings.EqualFold(string(name), one) {
			return one
		}
	}
	return ""
}

// isolate wraps each run of right-to-left text in <bdi>.
func isolate(s string) string {
	var b strings.Builder
	from, to := -1, -1 // of the run
	copied := 0
	end := func() {
		if from >= 0 {
			b.WriteString(s[copied:from] + "<bdi>" + s[from:to] + "</bdi>")
			from, copied = -1, to
		}
	}
	for at, r := range s {
		switch {
		case rightToLeft(r):
			if from < 0 {
				from = at
			}
			to = at + utf8.RuneLen(r)
		case leftToRight(r) || r == '&':
			end()
		}
	}
	end()
	return b.String() + s[copied:]
}

// rightToLeft reports whether a character belongs to a right-to-left block.
func rightToLeft(r rune) bool {
	return r >= 0x0590 && r <= 0x08ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff ||
		r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}

// leftToRight reports whether a character ends a right-to-left run.
func leftToRight(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x00c0
}
