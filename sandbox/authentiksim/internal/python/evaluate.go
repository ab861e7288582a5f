// Package python stands in for the Python that authentik runs: it checks that the brackets and strings of an
// expression are closed, evaluates a small family of expressions, and names values as Python does.
package python

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// errCannotEvaluate is returned for an expression outside the supported family: a value made of True, False, None,
// strings, numbers, lists, dictionaries, and fields and attributes of request.user, combined with and, is True and
// bool().
var errCannotEvaluate = errors.New("this simulated authentik cannot evaluate this expression")

// groupsOfAnyRelease is how an expression finds the groups in releases before and since 2026.2.
const groupsOfAnyRelease = `fields = [field.name for field in request.user._meta.many_to_many]
groups = request.user.ak_groups if "ak_groups" in fields else request.user.groups
`

// Raised is an error that an expression raises, such as "KeyError: 'mail'".
type Raised string

func (r Raised) Error() string { return string(r) }

// User is the user an expression reads as request.user.
type User struct {
	Fields     obj // such as email
	Attributes obj
	Groups     []string // names
}

// Evaluate returns the result of an expression for a user.
func Evaluate(source string, user User) (any, error) {
	source, named := strings.CutPrefix(source, groupsOfAnyRelease)
	tokens, problem := scan(source)
	if problem != "" {
		return nil, errCannotEvaluate
	}
	p := &parser{tokens: tokens, user: user, groups: "request.user.groups"}
	if named {
		p.groups = "groups"
	}
	if !p.name("return") {
		return nil, errCannotEvaluate
	}
	result, err := p.both()
	if raised := Raised(""); errors.As(err, &raised) {
		return nil, raised
	}
	if err != nil || p.at < len(p.tokens) {
		return nil, errCannotEvaluate
	}
	return result, nil
}

// parser evaluates an expression while parsing it.
type parser struct {
	tokens []exprToken
	at     int
	user   User
	groups string // what the expression calls the user's groups
}

// word consumes the next token if it is of a kind.
func (p *parser) word(kind rune) (exprToken, bool) {
	if p.at >= len(p.tokens) || p.tokens[p.at].kind != kind {
		return exprToken{}, false
	}
	p.at++
	return p.tokens[p.at-1], true
}

// mark consumes the next token if it is that character.
func (p *parser) mark(kind rune) bool {
	_, found := p.word(kind)
	return found
}

// name consumes the next tokens if they are these names, separated by dots.
func (p *parser) name(parts ...string) bool {
	start := p.at
	for i, part := range parts {
		dotted := i == 0 || p.mark('.')
		if t, found := p.word('n'); !dotted || !found || t.text != part {
			p.at = start
			return false
		}
	}
	return true
}

func (p *parser) dictionary() (obj, error) {
	if !p.mark('{') {
		return nil, errCannotEvaluate
	}
	claims := obj{}
	for !p.mark('}') {
		key, quoted := p.word('s')
		if !quoted || !p.mark(':') {
			return nil, errCannotEvaluate
		}
		value, err := p.both()
		if err != nil {
			return nil, err
		}
		claims[key.text] = value
		if p.mark(',') {
			continue
		}
		if !p.mark('}') {
			return nil, errCannotEvaluate
		}
		break
	}
	return claims, nil
}

// both reads values joined by and. Like Python, it returns the first falsy value or the last one.
func (p *parser) both() (any, error) {
	value, err := p.identity()
	for err == nil && p.name("and") {
		var next any
		if next, err = p.identity(); truthy(value) {
			value = next
		}
	}
	return value, err
}

// identity reads a value, optionally followed by is True, is False or is None.
func (p *parser) identity() (any, error) {
	value, err := p.value()
	if err != nil || !p.name("is") {
		return value, err
	}
	wanted, isConstant := p.constant()
	if !isConstant {
		return nil, errCannotEvaluate
	}
	switch value.(type) {
	case bool, nil:
		return value == wanted, nil
	}
	return false, nil
}

func (p *parser) constant() (value any, found bool) {
	switch {
	case p.name("True"):
		return true, true
	case p.name("False"):
		return false, true
	}
	return nil, p.name("None")
}

func (p *parser) value() (any, error) {
	if value, isConstant := p.constant(); isConstant {
		return value, nil
	}
	if text, quoted := p.word('s'); quoted {
		return text.text, nil
	}
	if number, isWord := p.word('n'); isWord {
		if n, err := strconv.ParseFloat(number.text, 64); err == nil {
			return n, nil
		}
		p.at--
	}
	switch {
	case p.mark('{'):
		p.at--
		return p.dictionary()
	case p.name("bool"):
		value, err := p.enclosed()
		return truthy(value), err
	case p.mark('('):
		p.at--
		return p.enclosed()
	case p.mark('['):
		return p.list()
	case p.name("request", "user", "attributes", "get"):
		return p.attribute()
	case p.name("request", "user", "attributes") && p.mark('['):
		return p.item()
	}
	return p.field()
}

// enclosed reads a value in parentheses.
func (p *parser) enclosed() (any, error) {
	if !p.mark('(') {
		return nil, errCannotEvaluate
	}
	value, err := p.both()
	if err == nil && !p.mark(')') {
		err = errCannotEvaluate
	}
	return value, err
}

// attribute reads ("name") or ("name", default).
func (p *parser) attribute() (any, error) {
	if !p.mark('(') {
		return nil, errCannotEvaluate
	}
	name, quoted := p.word('s')
	if !quoted {
		return nil, errCannotEvaluate
	}
	var instead any
	if p.mark(',') {
		var err error
		if instead, err = p.both(); err != nil {
			return nil, err
		}
	}
	if !p.mark(')') {
		return nil, errCannotEvaluate
	}
	if value, set := p.user.Attributes[name.text]; set {
		return value, nil
	}
	return instead, nil
}

// item reads "name"] after request.user.attributes. Python raises an error if there is no such attribute.
func (p *parser) item() (any, error) {
	name, quoted := p.word('s')
	if !quoted || !p.mark(']') {
		return nil, errCannotEvaluate
	}
	if value, set := p.user.Attributes[name.text]; set {
		return value, nil
	}
	return nil, Raised("KeyError: '" + name.text + "'")
}

// list reads the rest of a list, or of the comprehension in the managed profile mapping.
func (p *parser) list() (any, error) {
	if names, err := p.groupNames(); err == nil {
		return names, nil
	}
	list := []any{}
	for !p.mark(']') {
		value, err := p.both()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
		if !p.mark(',') && !p.mark(']') {
			return nil, errCannotEvaluate
		} else if p.tokens[p.at-1].kind == ']' {
			break
		}
	}
	return list, nil
}

// field reads a field of the user.
func (p *parser) field() (any, error) {
	for name, value := range p.user.Fields {
		if p.name("request", "user", name) {
			return value, nil
		}
	}
	return nil, errCannotEvaluate
}

// groupNames reads the rest of the comprehension in the managed profile mapping, or of one that limits it with
// "if group.name in [...]".
func (p *parser) groupNames() (any, error) {
	start := p.at
	if !p.these("group.name for group in " + p.groups + ".all()") {
		return nil, errCannotEvaluate
	}
	if p.mark(']') {
		return p.user.Groups, nil
	}
	if !p.these("if group.name in [") {
		p.at = start
		return nil, errCannotEvaluate
	}
	wanted, err := p.list()
	list, isList := wanted.([]any)
	if err != nil || !isList || !p.mark(']') {
		p.at = start
		return nil, errCannotEvaluate
	}
	names := []string{}
	for _, name := range p.user.Groups {
		if slices.Contains(list, any(name)) {
			names = append(names, name)
		}
	}
	return names, nil
}

// these consumes the next tokens if they are those of the source.
func (p *parser) these(source string) bool {
	rest := p.tokens[p.at:]
	wanted, _ := scan(source)
	same := func(a, b exprToken) bool { return a.kind == b.kind && a.text == b.text }
	if len(rest) < len(wanted) || !slices.EqualFunc(rest[:len(wanted)], wanted, same) {
		return false
	}
	p.at += len(wanted)
	return true
}
