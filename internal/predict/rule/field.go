package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pattern"
)

// column is a field of the collection.
type column struct {
	link.CollectionField
	// list reports whether the field's type can have several values, and multiple whether this one can.
	list, multiple bool
	hidden         bool
}

// column returns the field with the name.
func (s *scope) column(name string) (column, bool) {
	i := slices.IndexFunc(s.rec.Fields, func(f link.CollectionField) bool { return f.Name == name })
	if i < 0 {
		return column{}, false
	}
	c := column{CollectionField: s.rec.Fields[i]}
	c.list = slices.Contains([]string{"select", "relation", "file"}, c.Type)
	var options struct {
		MaxSelect int  `json:"maxSelect"`
		Hidden    bool `json:"hidden"`
	}
	if err := json.Unmarshal(c.Options, &options); err == nil {
		c.multiple, c.hidden = c.list && options.MaxSelect > 1, options.Hidden
	} else if c.list {
		_, c.multiple = texts(s.rec.Values[name])
	}
	return c, true
}

var backRelation = pattern.Of(`^\w+_via_\w+$`)

// field returns the operand for a field of the record, or for what lies behind it.
func (s *scope) field(name string) (*operand, error) {
	if len(s.rec.Fields) == 0 && !slices.Contains([]string{"null", "true", "false"}, strings.ToLower(name)) {
		return &operand{}, nil
	}
	path := strings.Split(name, ".")
	if len(path) == 1 {
		return s.lastField(name)
	}
	c, there := s.column(path[0])
	switch {
	case !there && backRelation().MatchString(path[0]):
		return &operand{}, nil
	case !there:
		return &operand{}, fmt.Errorf("unknown field %q", path[0])
	case c.Type == "json" || c.Type == "geoPoint":
		return s.inside(c, path[1:]), nil
	case c.Type != "relation":
		return &operand{}, fmt.Errorf("field %q is not a relation", path[0])
	case !c.multiple && len(path) == 2 && path[1] == "id":
		return s.plain(c), nil
	}
	return &operand{}, nil
}

func (s *scope) lastField(name string) (*operand, error) {
	name, modifier, err := s.modified(name)
	if err != nil {
		return &operand{}, err
	}
	c, there := s.column(name)
	if !there {
		return &operand{}, fmt.Errorf("unknown field %q", name)
	}
	switch {
	case c.list && modifier == "length":
		list, ok := s.elements(c)
		if !ok {
			return &operand{}, nil
		}
		if !c.multiple && list[0].text == "" {
			list = nil
		}
		return &operand{value: integer(float64(len(list)))}, nil
	case c.list && modifier == "each":
		list, ok := s.elements(c)
		if !ok {
			list = []value{{}}
		}
		return s.join("record "+name, list, c.multiple), nil
	}
	o := s.plain(c)
	if modifier == "lower" {
		o.value, o.aff = o.value.lower(), untyped
	}
	return o, nil
}

// plain returns the operand for the field's column.
func (s *scope) plain(c column) *operand {
	o := &operand{exact: c.Type == "json"}
	v, there := s.rec.Values[c.Name]
	known := there && !s.rec.Unknown[c.Name]
	if known {
		o.value = s.held(c, v)
	}
	if !s.typed || c.Type == "json" {
		return o
	}
	o.aff = textColumn
	if c.multiple || slices.Contains([]string{"number", "bool", "geoPoint"}, c.Type) {
		o.aff = numberColumn
	}
	return o
}

// held returns the value as SQLite holds it, unknown if it is not one of the field's type.
func (s *scope) held(c column, v any) value {
	switch {
	case c.Type == "json":
		return extracted(v)
	case c.Type == "geoPoint":
		return value{}
	case c.multiple:
		list, ok := texts(v)
		if !ok {
			return value{}
		}
		return encoded(list)
	case c.Type == "bool":
		b, ok := v.(bool)
		if !ok && v != nil {
			return value{}
		}
		return boolean(b)
	case c.Type == "number":
		n, ok := numberOf(v)
		switch {
		case !ok && v != nil:
			return value{}
		case s.typed:
			return stored(n)
		}
		return float(n)
	}
	t, ok := v.(string)
	if !ok && v != nil {
		return value{}
	}
	return textual(t)
}

// elements returns the values of a field that can have several; a field with one value is a list of one.
func (s *scope) elements(c column) ([]value, bool) {
	v, there := s.rec.Values[c.Name]
	if !there || s.rec.Unknown[c.Name] {
		return nil, false
	}
	if !c.multiple {
		t, ok := v.(string)
		ok = ok || v == nil
		return []value{textual(t)}, ok && !strings.HasPrefix(strings.TrimSpace(t), "[")
	}
	list, ok := texts(v)
	var values []value
	for _, t := range list {
		values = append(values, textual(t))
	}
	return values, ok
}

// inside returns the operand for a value inside a JSON field.
func (s *scope) inside(c column, path []string) *operand {
	o := &operand{exact: true}
	v, there := s.rec.Values[c.Name]
	if !there || s.rec.Unknown[c.Name] {
		return o
	}
	for _, key := range path {
		key = strings.ReplaceAll(key, ":", "")
		if key == "" {
			return o
		}
		v = child(v, key)
	}
	o.value = extracted(v)
	return o
}

// child returns the element of the object or list, nil for none.
func child(v any, key string) any {
	index, err := strconv.Atoi(key)
	switch v := v.(type) {
	case map[string]any:
		if err != nil {
			return v[key]
		}
	case []any:
		if err == nil && index < len(v) {
			return v[index]
		}
	}
	return nil
}
