package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/secret"
)

// node is a JSON Schema.
type node struct {
	Dialect     string           `json:"$schema,omitempty"`
	Ref         string           `json:"$ref,omitempty"`
	Title       string           `json:"title,omitempty"`
	Description string           `json:"description,omitempty"`
	Type        any              `json:"type,omitempty"` // a string or several
	Enum        []string         `json:"enum,omitempty"`
	Pattern     string           `json:"pattern,omitempty"`
	Items       *node            `json:"items,omitempty"`
	MinItems    int              `json:"minItems,omitempty"`
	Properties  map[string]*node `json:"properties,omitempty"`
	Required    []string         `json:"required,omitempty"`
	Closed      any              `json:"additionalProperties,omitempty"`
	If          *node            `json:"if,omitempty"`
	Then        *node            `json:"then,omitempty"`
	Else        *node            `json:"else,omitempty"`
	AllOf       []*node          `json:"allOf,omitempty"`
	AnyOf       []*node          `json:"anyOf,omitempty"`
	Not         *node            `json:"not,omitempty"`
	Defs        map[string]*node `json:"$defs,omitempty"`
}

const object = "object"

func ref(name string) *node { return &node{Ref: "#/$defs/" + name} }

func has(keys ...string) *node { return &node{Required: keys} }

// schemaText returns the JSON Schema of link files.
func schemaText() (string, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(schemaOf(reflect.TypeFor[linkfile.File]())); err != nil {
		return "", fmt.Errorf("writing the schema: %w", err)
	}
	return out.String(), nil
}

const variable = `(^|[^$])\$\{[A-Za-z_][A-Za-z0-9_]*\}`

func schemaOf(file reflect.Type) *node {
	w := writer{keys: map[string]key{}}
	for _, s := range sections() {
		for _, k := range s.keys {
			w.keys[k.Path] = k
		}
	}
	defs := map[string]*node{
		"variable": {Type: "string", Pattern: variable},
		"text":     {Type: []string{"string", "number", "boolean"}},
		"secret":   {Type: "string", Pattern: variable},
		"flag": {AnyOf: []*node{{Type: "boolean"}, ref("variable"), {Enum: []string{"y", "Y", "yes", "Yes", "YES", "on",
			"On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}}}},
		"redirect_uri": {AnyOf: []*node{ref("text"), w.mapping("", reflect.TypeFor[link.RedirectURI]())}},
	}
	one := mappingOf(nil)
	for name, t := range keysOf(file) {
		defs[name] = w.value(name, t)
		one.Properties[name] = ref(name)
	}
	entry, defaults := mappingOf(one.Properties), mappingOf(one.Properties)
	entry.Properties["name"], entry.Required = &node{Type: "string", Pattern: "^[A-Za-z0-9._-]+$"}, []string{"name"}
	one.Required = []string{"authentik", "pocketbase", "email"}
	one.Properties["authentik"] = &node{Type: object, AllOf: []*node{ref("authentik"), {Required: []string{"url"},
		AnyOf: []*node{has("token"), has("token_file")}}, {Not: has("token", "token_file")}}}
	one.Properties["pocketbase"] = &node{Type: object, AllOf: []*node{ref("pocketbase"), {Required: []string{"url"},
		AnyOf: []*node{has("token"), has("token_file"), has("email", "password"), has("email", "password_file")}},
		{Not: has("token", "token_file")}, {Not: has("password", "password_file")}}}
	defs["link"] = one
	several := mappingOf(map[string]*node{"defaults": defaults, "links": {Type: "array", MinItems: 1, Items: entry}})
	several.Required = []string{"links"}
	defs["links"] = several
	return &node{Dialect: "https://json-schema.org/draft/2020-12/schema", Title: "authpocket link file",
		Description: "One link between an authentik and a PocketBase, or several below links.", Type: object,
		If: &node{AnyOf: []*node{has("links"), has("defaults")}}, Then: ref("links"), Else: ref("link"), Defs: defs}
}

// writer writes the schemas of types.
type writer struct{ keys map[string]key }

// mappingOf returns the schema of a mapping with these keys only.
func mappingOf(properties map[string]*node) *node {
	n := &node{Type: object, Properties: map[string]*node{}, Closed: false}
	for name, property := range properties {
		n.Properties[name] = property
	}
	return n
}

func (w writer) mapping(path string, t reflect.Type) *node {
	n := mappingOf(nil)
	for name, field := range keysOf(t) {
		n.Properties[name] = w.value(strings.TrimPrefix(path+"."+name, "."), field)
	}
	return n
}

// value returns the schema of a key's value.
func (w writer) value(path string, t reflect.Type) *node {
	k := w.keys[path]
	n := w.plain(path, t)
	if values := k.Values; values != nil {
		n = &node{AnyOf: []*node{{Enum: values}, ref("variable")}}
	}
	n.Title = cmp.Or(k.label, k.Path)
	n.Description = strings.ReplaceAll(k.What, "`", "")
	if k.Default != "" {
		n.Description = strings.TrimSpace(n.Description + "\nDefault: " + strings.ReplaceAll(k.Default, "`", ""))
	}
	return n
}

func (w writer) plain(path string, t reflect.Type) *node {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[secret.Text]() && !linkfile.IsCredential(path):
		return ref("text")
	case t == reflect.TypeFor[secret.Text]():
		return ref("secret")
	case t == reflect.TypeFor[link.RedirectURI]():
		return ref("redirect_uri")
	case t == reflect.TypeFor[link.GroupsLimit]():
		return &node{AnyOf: []*node{{Enum: []string{link.BoundGroups}}, ref("variable"),
			{Type: "array", Items: ref("text")}}}
	case t == reflect.TypeFor[link.RedirectMode]():
		return &node{AnyOf: []*node{{Enum: []string{"", string(link.RedirectStrict), string(link.RedirectRegex)}},
			ref("variable")}}
	case t.Kind() == reflect.Slice:
		return &node{Type: "array", Items: w.plain(path, t.Elem())}
	case t.Kind() == reflect.Map:
		return &node{Type: object, Closed: w.plain(path, t.Elem())}
	case t.Kind() == reflect.Struct:
		n := w.mapping(path, t)
		n.Type = []string{object, "null"}
		return n
	case t.Kind() == reflect.Bool:
		return ref("flag")
	}
	return ref("text")
}

// keysOf returns the keys of a type that link files are decoded into.
func keysOf(t reflect.Type) map[string]reflect.Type {
	keys := map[string]reflect.Type{}
	for f := range t.Fields() {
		switch name, options, _ := strings.Cut(f.Tag.Get("yaml"), ","); {
		case options == "inline":
			for name, inner := range keysOf(f.Type) {
				keys[name] = inner
			}
		case name != "-":
			keys[name] = f.Type
		}
	}
	return keys
}
