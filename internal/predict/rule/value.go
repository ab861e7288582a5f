package rule

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"authpocket/internal/pattern"
)

type kind uint8

const (
	unknown kind = iota
	null
	number
	text
)

// value is a value in SQLite.
type value struct {
	kind kind
	num  float64
	// text is the text, or the number as SQLite writes it, empty if that is not known.
	text string
}

// exactNumbers is the bound below which a float64 holds every integer.
const exactNumbers = 1 << 53

func integer(n float64) value {
	if math.Abs(n) >= exactNumbers || n != math.Trunc(n) {
		return value{}
	}
	return value{kind: number, num: n, text: strconv.FormatFloat(n, 'f', -1, 64)}
}

func boolean(b bool) value {
	if b {
		return integer(1)
	}
	return integer(0)
}

// textual returns the text, unknown where SQLite and Go may differ about it.
func textual(s string) value {
	if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
		return value{}
	}
	return value{kind: text, text: s}
}

// float returns a floating-point number.
func float(n float64) value {
	if math.IsNaN(n) || math.Abs(n) >= exactNumbers {
		return value{}
	}
	v := value{kind: number, num: n}
	digits := strconv.FormatFloat(n, 'f', -1, 64)
	switch abs := math.Abs(n); {
	case n == math.Trunc(n) && abs < 1e15 && (n != 0 || !math.Signbit(n)):
		v.text = digits + ".0"
	case abs >= 1e-4 && len(strings.TrimLeft(digits, "-0.")) <= 15:
		v.text = digits
	}
	return v
}

// loose returns a number that may be stored as an integer or not.
func loose(n float64) value {
	v := float(n)
	v.text = ""
	return v
}

// stored returns the number as a column for numbers holds it.
func stored(n float64) value {
	if n == math.Trunc(n) {
		return integer(n + 0) // no negative zero
	}
	return float(n)
}

// affinity is the type of a column, which converts what it is compared with.
type affinity uint8

const (
	untyped affinity = iota
	textColumn
	numberColumn
)

var numeric = pattern.Of(`^[ \t\n\v\f\r]*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?[ \t\n\v\f\r]*$`)

// order compares two known values that are not null. It is not ok if the result is not known.
func order(l, r value, la, ra affinity) (result int, ok bool) {
	switch {
	case la == numberColumn || ra == numberColumn:
		l, r = l.asNumber(), r.asNumber()
	case la != ra && (l.kind == text || r.kind == text):
		l, r = l.asText(), r.asText()
	}
	switch {
	case l.kind == unknown || r.kind == unknown:
		return 0, false
	case l.kind != r.kind:
		return cmp.Compare(l.kind, r.kind), true // numbers come before texts
	case l.kind == number:
		return cmp.Compare(l.num, r.num), true
	}
	return strings.Compare(l.text, r.text), true
}

// asNumber returns the text as a number if it is written like one.
func (v value) asNumber() value {
	if v.kind != text || !numeric().MatchString(v.text) {
		return v
	}
	n, err := strconv.ParseFloat(strings.Trim(v.text, " \t\n\v\f\r"), 64)
	if err != nil {
		return value{}
	}
	return loose(n)
}

// asText returns the value as a text.
func (v value) asText() value {
	switch {
	case v.kind == number && v.text == "":
		return value{}
	case v.kind == number:
		return value{kind: text, text: v.text}
	}
	return v
}

var leadingNumber = pattern.Of(`^[ \t\n\v\f\r]*([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?)`)

// truth returns whether SQLite takes the value for true.
func (v value) truth() outcomes {
	switch v.kind {
	case null:
		return isNull
	case number:
		return outcome(v.num != 0)
	case text:
		found := leadingNumber().FindStringSubmatch(v.text)
		if found == nil {
			return isFalse
		}
		if n, err := strconv.ParseFloat(found[1], 64); err == nil {
			return outcome(n != 0)
		}
	case unknown:
	}
	return anyOutcome
}

// lower returns the result of SQLite's LOWER, which knows ASCII only.
func (v value) lower() value {
	v = v.asText()
	v.text = lowerASCII(v.text)
	return v
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
