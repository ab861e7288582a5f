package rule

import (
	"fmt"
	"slices"
	"strconv"
)

// request returns the operand for a part of the request, such as body.name.
func (s *scope) request(path []string) (*operand, error) {
	if path[0] == "auth" {
		return nullOperand(), nil // nobody is signed in
	}
	if path[0] != "body" {
		return s.given(path)
	}
	name, modifier, err := s.modified(path[1])
	if err != nil {
		return &operand{}, err
	}
	c, there := s.column(name)
	if !there {
		return s.given(path)
	}
	if c.Type == "relation" && len(path) > 2 {
		return s.behindBody(name), nil
	}
	if len(path) == 2 {
		switch modifier {
		case "each":
			return s.bodyEach(c)
		case "length":
			return s.bodyLength(c)
		case "lower":
			return s.bodyLower(c), nil
		case "changed":
			return s.bodyChanged(name)
		}
	}
	return s.given(path)
}

// behindBody returns the operand for a field of the records that a relation in the body refers to.
func (s *scope) behindBody(name string) *operand {
	v, known := s.lookup([]string{"body", name})
	if !known {
		return &operand{}
	}
	t, single := v.(string)
	list, several := texts(v)
	if single && t == "" || several && len(list) == 0 {
		return nullOperand()
	}
	return &operand{}
}

func (s *scope) bodyEach(c column) (*operand, error) {
	if !c.list {
		return &operand{}, fmt.Errorf("field %q has one value", c.Name)
	}
	list := []value{{}}
	if v, known := s.lookup([]string{"body", c.Name}); known {
		list = nil
		for _, item := range items(v) {
			list = append(list, fromJSON(item))
		}
	}
	o := s.join("body "+c.Name, list, c.multiple)
	o.bound = true
	return o, nil
}

// fromJSON returns the value that SQLite's json_each yields.
func fromJSON(item any) value {
	switch item.(type) {
	case []any, map[string]any:
		return value{}
	}
	return extracted(item)
}

func (s *scope) bodyLength(c column) (*operand, error) {
	if !c.list {
		return &operand{}, fmt.Errorf("field %q has one value", c.Name)
	}
	v, known := s.lookup([]string{"body", c.Name})
	if !known {
		return &operand{}, nil
	}
	n := len(items(v))
	o := &operand{value: integer(float64(n))}
	if n < 2 {
		o.word = strconv.Itoa(n)
	}
	return o, nil
}

// items returns the elements of a list; another value is a list of one, nil an empty one.
func items(v any) []any {
	switch v := v.(type) {
	case nil, absent:
		return nil
	case []any:
		return v
	case []string:
		list := []any{}
		for _, item := range v {
			list = append(list, item)
		}
		return list
	}
	return []any{v}
}

func (s *scope) bodyLower(c column) *operand {
	v, known := s.lookup([]string{"body", c.Name})
	if !known {
		return &operand{bound: true}
	}
	o, ok := cast(v)
	if !ok {
		return &operand{bound: true}
	}
	return boundText(o).lower()
}

// bodyChanged returns whether the body would change the field, as the condition that PocketBase puts in its place.
func (s *scope) bodyChanged(name string) (*operand, error) {
	tree, err := s.parse("@request.body." + name + ":isset = true && @request.body." + name + " != " + name)
	if err != nil {
		return &operand{}, err
	}
	return &operand{value: tree.eval(nil).value(), exact: true}, nil
}

// given returns the operand for a value of the request.
func (s *scope) given(path []string) (*operand, error) {
	last, modifier, err := s.modified(path[len(path)-1])
	if err != nil {
		return &operand{}, err
	}
	path = append(slices.Clone(path[:len(path)-1]), last)
	v, known := s.lookup(path)
	_, missing := v.(absent)
	if modifier == "isset" {
		switch {
		case !known && (path[0] != "body" || len(path) > 2 || !s.req.UnknownBody[last]):
			return &operand{}, nil
		case missing:
			return wordOperand("FALSE"), nil
		}
		return wordOperand("TRUE"), nil
	}
	if modifier != "" && modifier != "lower" {
		return &operand{}, fmt.Errorf("modifier %q doesn't fit %q", modifier, last)
	}
	if !known {
		return &operand{}, nil
	}
	o := s.parameter(v, last)
	if modifier == "lower" && o.bound {
		o = o.lower()
	}
	return o, nil
}

// lower returns the operand in SQL's LOWER.
func (o *operand) lower() *operand {
	lowered := *o
	lowered.value, lowered.lowered = o.value.lower(), true
	return &lowered
}

// parameter returns the operand for a decoded value. A text for a field with numbers becomes one.
func (s *scope) parameter(v any, name string) *operand {
	switch v := v.(type) {
	case nil, absent:
		return nullOperand()
	case string:
		if c, there := s.column(name); there && c.Type == "number" {
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				return boundNumber(n)
			}
		}
		return boundText(v)
	case bool:
		o := &operand{value: boolean(v), bound: true, param: strconv.FormatBool(v), paramOK: true}
		return o
	}
	if n, ok := numberOf(v); ok {
		o := boundNumber(n)
		if _, isFloat := v.(float64); !isFloat {
			o.value = integer(n)
		}
		return o
	}
	t := asJSON(v)
	return &operand{value: t, bound: true, param: t.text, paramOK: t.kind == text}
}

// cast returns the value as PocketBase makes a text of it; lists and objects become an empty one.
func cast(v any) (string, bool) {
	switch v := v.(type) {
	case nil, absent, []any, []string, map[string]any:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case rawJSON:
		t := asJSON(v)
		return t.text, t.kind == text
	}
	n, ok := numberOf(v)
	return strconv.FormatFloat(n, 'f', -1, 64), ok
}

// asJSON returns the JSON text of the value.
func asJSON(v any) value {
	if raw, ok := v.(rawJSON); ok {
		v = raw.decoded
	}
	return encoded(v)
}

// absent is the value of a key that is missing.
type absent struct{}

// rawJSON is the value of a JSON field, which PocketBase keeps encoded.
type rawJSON struct{ decoded any }

// lookup returns the value of the request at the path, absent{} for none. It reports whether that is known.
func (s *scope) lookup(path []string) (v any, known bool) {
	switch path[0] {
	case "context":
		return s.req.Context, true
	case "method":
		return s.req.Method, true
	case "query":
		if s.req.Query == nil {
			return nil, false
		}
		t, there := s.req.Query[path[1]]
		if !there || len(path) > 2 {
			return absent{}, true
		}
		return t, true
	case "body":
		v, known = s.body(path[1])
		if !known {
			return nil, false
		}
		return descend(v, path[2:]), true
	}
	return nil, false
}

// descend returns the value at the path inside the value.
func descend(v any, path []string) any {
	for _, key := range path {
		if raw, ok := v.(rawJSON); ok {
			v = raw.decoded
		}
		index, err := strconv.Atoi(key)
		next := any(absent{})
		switch v := v.(type) {
		case map[string]any:
			if item, there := v[key]; there {
				next = item
			}
		case []any:
			if err == nil && index >= 0 && index < len(v) {
				next = v[index]
			}
		case []string:
			if err == nil && index >= 0 && index < len(v) {
				next = v[index]
			}
		}
		v = next
	}
	return v
}

// body returns the value of the key in the body. PocketBase puts a new record's values in the place of the fields
// that were sent, and drops hidden fields (apis/record_crud.go).
func (s *scope) body(key string) (v any, known bool) {
	sent, there := s.req.Body[key]
	_, unknown := s.req.UnknownBody[key]
	c, isField := s.column(key)
	switch {
	case s.rec.New && c.hidden && c.Type != "password":
		return absent{}, true
	case unknown:
		return nil, false
	case !there:
		return absent{}, true
	case !isField || !s.rec.New:
		return sent, true
	}
	switch sent.(type) {
	case string:
		if slices.Contains([]string{"text", "email", "url", "editor", "password"}, c.Type) {
			return sent, true
		}
	case bool:
		if c.Type == "bool" {
			return sent, true
		}
	}
	v, there = s.rec.Values[key]
	if !there || s.rec.Unknown[key] || key == "verified" {
		return nil, false
	}
	return s.normal(c, v)
}

// normal returns a field's value with the type that PocketBase gives it.
func (s *scope) normal(c column, v any) (any, bool) {
	switch {
	case c.Type == "json":
		return rawJSON{decoded: v}, true
	case c.multiple:
		list, ok := texts(v)
		return list, ok
	case c.Type == "number":
		n, ok := numberOf(v)
		return n, ok
	case c.Type == "geoPoint", c.Type == "password":
		return nil, false
	}
	return v, true
}
