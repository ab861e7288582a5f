package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"golang.org/x/mod/semver"

	"authpocket/internal/pattern"
)

// operand is one side of a comparison.
type operand struct {
	value value
	aff   affinity
	// list is the place of the joined list that the value comes from, plus one; 0 for none.
	list int
	// all are the elements that must all fulfil a comparison without "?", nil for an operand with a single value.
	all []value
	// word is NULL, TRUE, FALSE, 0 or 1 where the SQL has that word, which matters for = and !=.
	word string
	// bound reports whether the SQL has a parameter, and param is that of LIKE; it is not ok if it is not known.
	bound   bool
	param   string
	paramOK bool
	lowered bool
	// exact reports whether NULL and empty differ, as in JSON fields.
	exact bool
}

// at returns the operand in the row.
func (o *operand) at(row []value) *operand {
	if o.list == 0 {
		return o
	}
	there := *o
	there.value = row[o.list-1]
	return &there
}

// empty reports whether the operand is plainly NULL or an empty parameter.
func (o *operand) empty() bool { return o.word == "NULL" || o.bound && o.paramOK && o.param == "" }

// filled reports whether the operand is plainly not empty.
func (o *operand) filled() bool { return o.word != "" && o.word != "NULL" || o.bound && !o.empty() }

func nullOperand() *operand { return &operand{value: value{kind: null}, word: "NULL"} }

func wordOperand(word string) *operand {
	return &operand{word: word, value: boolean(word == "TRUE" || word == "1")}
}

func boundText(s string) *operand {
	return &operand{value: textual(s), bound: true, param: s, paramOK: true}
}

func boundNumber(n float64) *operand {
	return &operand{value: float(n), bound: true, param: strconv.FormatFloat(n, 'f', -1, 64), paramOK: true}
}

func (s *scope) operand(t fexpr.Token) (*operand, error) {
	switch t.Type {
	case fexpr.TokenIdentifier:
		return s.identifier(t.Literal)
	case fexpr.TokenText:
		if strings.Contains(s.rule, `\`) && strings.ContainsAny(t.Literal, "\\'\"\n\r\t") {
			return &operand{}, nil // what a backslash means depends on the version
		}
		return boundText(t.Literal), nil
	case fexpr.TokenNumber:
		n, err := strconv.ParseFloat(t.Literal, 64)
		if err != nil {
			return &operand{}, nil
		}
		return boundNumber(n), nil
	case fexpr.TokenFunction:
		return &operand{}, nil
	}
	return &operand{}, fmt.Errorf("unsupported token %q", t.Type)
}

// macros returns the names of moments (tools/search/identifier_macros.go).
func macros() []string {
	return []string{"@now", "@yesterday", "@tomorrow", "@second", "@minute", "@hour", "@day", "@month", "@weekday",
		"@year", "@todayStart", "@todayEnd", "@monthStart", "@monthEnd", "@yearStart", "@yearEnd"}
}

func (s *scope) identifier(name string) (*operand, error) {
	if slices.Contains(macros(), name) {
		return &operand{}, nil
	}
	o, err := s.resolve(name)
	if err == nil {
		return o, nil
	}
	switch strings.ToLower(name) {
	case "null":
		return nullOperand(), nil
	case "true":
		return wordOperand("1"), nil
	case "false":
		return wordOperand("0"), nil
	}
	return &operand{}, err
}

// The names that PocketBase resolves (core/record_field_resolver.go).
var (
	ofRecord     = pattern.Of(`^\w+[\w.:]*$`)
	ofRequest    = pattern.Of(`^@request\.(context|method|(auth|body|query|headers)\.[\w.:]*\w)$`)
	ofCollection = pattern.Of(`^@collection\.\w+(:\w+)?\.[\w.:]*\w+$`)
)

func (s *scope) resolve(name string) (*operand, error) {
	switch {
	case ofRecord().MatchString(name):
		return s.field(name)
	case ofRequest().MatchString(name):
		return s.request(strings.Split(name, ".")[1:])
	case ofCollection().MatchString(name):
		return &operand{}, nil
	}
	return &operand{}, fmt.Errorf("failed to resolve %q", name)
}

// modified splits the modifier off the name. :lower came with PocketBase 0.24, :changed with 0.34.
func (s *scope) modified(name string) (plain, modifier string, err error) {
	list := strings.Split(name, ":")
	if len(list) != 2 {
		return name, "", nil
	}
	known := []string{"isset", "each", "length"}
	if !s.old {
		known = append(known, "lower")
	}
	if version := "v" + strings.TrimPrefix(s.req.Version, "v"); !semver.IsValid(version) ||
		semver.Compare(version, "v0.34.0") >= 0 {
		known = append(known, "changed")
	}
	if !slices.Contains(known, list[1]) {
		return "", "", fmt.Errorf("unknown modifier in %q", name)
	}
	return list[0], list[1], nil
}

// join returns an operand with the elements of the list, which is joined to the record under the name.
func (s *scope) join(name string, list []value, multiple bool) *operand {
	if len(list) == 0 {
		list = []value{{kind: null}}
	}
	at, there := s.joined[name]
	if !there {
		s.lists = append(s.lists, list)
		at = len(s.lists)
		s.joined[name] = at
	}
	o := &operand{list: at}
	if multiple {
		o.all = list
	}
	return o
}
