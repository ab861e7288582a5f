// Package secret protects secrets: Text is a value that never prints, Hide and
// Mask remove secrets from other texts.
package secret

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// Text is a token, password or client secret. Every printed form is masked:
// fmt, log/slog, encoding/json, encoding.TextMarshaler and templ all show
// "set" or "not set". The zero Text is not set.
//
// The bytes sit behind two pointers, so that reflection over a struct that
// holds a Text in an unexported field prints an address and never the value:
// fmt follows one pointer when the verb does not fit. Copies share the bytes:
// wiping one wipes all.
type Text struct{ box **box }

type box struct {
	mu    sync.Mutex // Wipe may run during a read
	bytes []byte
}

// New returns a Text with the value s. It is not set if s is empty.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{box: new(&box{bytes: []byte(s)})}
}

// Reveal returns the value, to send it. The string is a copy that cannot be
// wiped, so callers must not keep it.
func (t Text) Reveal() string {
	if t.box == nil {
		return ""
	}
	(*t.box).mu.Lock()
	defer (*t.box).mu.Unlock()
	return string((*t.box).bytes)
}

// AsPasted returns t without what is often pasted along with a token: spaces and
// the word Bearer. If there is nothing to remove it returns t itself.
func (t Text) AsPasted() Text {
	raw := t.Reveal()
	s := strings.TrimSpace(raw)
	if len(s) > 7 && strings.EqualFold(s[:7], "Bearer ") {
		s = strings.TrimSpace(s[7:])
	}
	if s == raw {
		return t
	}
	return New(s)
}

// IsSet reports whether there is a value. It is false after Wipe.
func (t Text) IsSet() bool {
	if t.box == nil {
		return false
	}
	(*t.box).mu.Lock()
	defer (*t.box).mu.Unlock()
	return len((*t.box).bytes) > 0
}

// Equal reports whether both values are the same, in constant time for values of
// equal length.
func (t Text) Equal(other Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(other.Reveal())) == 1
}

// Wipe overwrites the value in place, in every copy of t.
func (t Text) Wipe() {
	if t.box == nil {
		return
	}
	(*t.box).mu.Lock()
	defer (*t.box).mu.Unlock()
	clear((*t.box).bytes)
	(*t.box).bytes = nil
}

// String returns "set" or "not set".
func (t Text) String() string {
	if t.IsSet() {
		return "set"
	}
	return "not set"
}

// GoString masks %#v.
func (t Text) GoString() string { return "secret.Text(" + t.String() + ")" }

// Format masks every verb, %x and %q included.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue masks the value in log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON writes the mask.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// MarshalText writes the mask.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText sets the value, from a link file or a flag.
func (t *Text) UnmarshalText(b []byte) error {
	*t = New(string(b))
	return nil
}
