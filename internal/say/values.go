package say

import (
	"encoding/binary"
	"fmt"
)

// The kinds of values, each the first byte of an encoded one.
const (
	isString = 's' // its length and bytes
	isInt    = 'd' // as a varint
	isText   = 't' // the lengths and bytes of its format and its encoded values
)

// kept returns a value as a text keeps it: a string, an integer or a Text.
func kept(v any) any {
	switch v := v.(type) {
	case string, int, Text:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// encode returns values as a string, so that texts are comparable. Texts are made more often than they are said, so
// this is quick.
func encode(values []any) string {
	if len(values) == 0 {
		return ""
	}
	out := make([]byte, 0, 64)
	for _, v := range values {
		switch v := kept(v).(type) {
		case string:
			out = appendString(append(out, isString), v)
		case int:
			out = binary.AppendVarint(append(out, isInt), int64(v))
		case Text:
			out = appendString(appendString(append(out, isText), v.format), v.values)
		}
	}
	return string(out)
}

func appendString(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

// list returns the values: strings, integers and texts.
func (t Text) list() []any {
	var values []any
	for rest := encoded(t.values); rest != ""; {
		kind := rest[0]
		rest = rest[1:]
		switch kind {
		case isString:
			values = append(values, rest.string())
		case isInt:
			values = append(values, rest.int())
		case isText:
			values = append(values, Text{format: rest.string(), values: rest.string()})
		}
	}
	return values
}

// encoded is what is left to read of encoded values.
type encoded string

func (e *encoded) string() string {
	n := int(e.uvarint()) // #nosec G115 -- the length of a string
	s := (*e)[:n]
	*e = (*e)[n:]
	return string(s)
}

// int reads a number as binary.AppendVarint writes it.
func (e *encoded) int() int {
	u := e.uvarint()
	n := int(u >> 1) // #nosec G115 -- it was an int
	if u&1 != 0 {
		n = ^n
	}
	return n
}

func (e *encoded) uvarint() uint64 {
	var n uint64
	for shift := 0; ; shift += 7 {
		b := (*e)[0]
		*e = (*e)[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
}
