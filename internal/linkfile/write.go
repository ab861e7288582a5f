package linkfile

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/pattern"
	"authpocket/internal/visible"
)

// modeline names the schema for editors. SchemaFile stands beside the link file.
const (
	SchemaFile = "link.schema.json"
	modeline   = "# yaml-language-server: $schema=" + SchemaFile + "\n" +
		"# For completion in editors: authpocket schema > " + SchemaFile + "\n"
)

// Reach returns a file that reaches both systems as flags and variables say, with the problems of their addresses and
// credentials.
func Reach(a Authentik, p PocketBase) File {
	f := File{Authentik: a, PocketBase: p}
	f.checkAuthentik()
	f.checkPocketBase()
	return f
}

// Write returns the text of a link file that reaches the systems as reach does and has the settings of spec. Variables
// stand in the place of secrets, and every character is seen. Keys that spec leaves open are left out.
func Write(reach *File, s *link.Spec) ([]byte, error) {
	f := File{Application: s.Application, Provider: s.Provider, Access: s.Access, Email: s.Email, Existing: s.Existing,
		Preset: s.Preset,
		Authentik: Authentik{URL: reach.Authentik.Base, CAFile: reach.Authentik.CAFile,
			Insecure: reach.Authentik.Insecure},
		PocketBase: PocketBase{URL: reach.PocketBase.Base, CAFile: reach.PocketBase.CAFile,
			Insecure: reach.PocketBase.Insecure, PocketBase: s.PocketBase}}
	f.Provider.ClientSecret = nil
	if s.AuthentikURL != f.Authentik.URL {
		f.Authentik.PublicURL = s.AuthentikURL
	}
	if !slices.Equal(s.PocketBaseURLs, []string{f.PocketBase.URL}) {
		f.PocketBase.PublicURLs = s.PocketBaseURLs
	}
	root := mappingOf(reflect.ValueOf(f))
	for n := range scalars(root) {
		n.Value = escape(n.Value)
	}
	for n := range nodes(root) {
		if text := []byte(n.Value); !bytes.Equal(visible.YAML(text), text) {
			n.Style = yaml.DoubleQuotedStyle
		}
	}
	set(valueOf(root, "authentik"), "token", "${AUTHENTIK_TOKEN}")
	set(valueOf(root, "pocketbase"), "token", "${POCKETBASE_TOKEN}")
	comment(root)
	var out bytes.Buffer
	out.WriteString(modeline)
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("writing the link file: %w", err)
	}
	return visible.YAML(out.Bytes()), nil
}

// comment adds what a reader of the file has to know.
func comment(root *yaml.Node) {
	for key := range pairs(root) {
		switch key.Value {
		case "authentik":
			key.HeadComment = "Where both systems are. The tokens come from the environment."
		case "email":
			key.HeadComment = "Which e-mail addresses PocketBase treats as verified. It links accounts by verified " +
				"address.\n" +
				"trust-all: every one, safe if users cannot change theirs in authentik\n" +
				"trust-attribute: those of users whose attribute email_verified is true\n" +
				"leave: none; a first sign-in is then refused or creates an account without an address"
		case "application":
			key.HeadComment = "Everything else has a default. docs/link-file.md lists all keys."
		}
	}
}

// set sets a key of a mapping after its first one, the address.
func set(n *yaml.Node, key, text string) {
	pair := []*yaml.Node{{Kind: yaml.ScalarNode, Value: key}, {Kind: yaml.ScalarNode, Value: text}}
	n.Content = append(n.Content[:2:2], append(pair, n.Content[2:]...)...)
}

// mappingOf returns the keys of a struct that are set, in the order of its fields.
func mappingOf(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for f := range v.Type().Fields() {
		name, inline := keyOf(f)
		switch value := v.FieldByIndex(f.Index); {
		case inline:
			n.Content = append(n.Content, mappingOf(value).Content...)
		case name == "" || value.IsZero():
		default:
			if one := nodeOf(value); len(one.Content) > 0 || one.Kind != yaml.MappingNode {
				n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, one)
			}
		}
	}
	return n
}

func nodeOf(v reflect.Value) *yaml.Node {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if redirect, ok := v.Interface().(link.RedirectURI); ok {
		if redirect.Type == link.RedirectAuthorization {
			redirect.Type = "" // the usual one
		}
		if v = reflect.ValueOf(redirect); redirect.Mode != link.RedirectRegex && redirect.Type == "" {
			v = reflect.ValueOf(redirect.URL)
		}
	}
	if limit, ok := v.Interface().(link.GroupsLimit); ok {
		if v = reflect.ValueOf(limit.Names); limit.Bound {
			v = reflect.ValueOf(link.BoundGroups)
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		return mappingOf(v)
	case reflect.Slice:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v.Seq2() {
			list.Content = append(list.Content, nodeOf(item))
		}
		return list
	case reflect.String:
		if lines := v.String(); strings.Contains(lines, "\n") {
			return linesOf(lines)
		}
	}
	var n yaml.Node
	_ = n.Encode(v.Interface()) // text and flags always encode
	return &n
}

// linesOf returns a text of several lines, in quotes where a block might lose spaces at the end of a line or before the
// first.
func linesOf(text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.LiteralStyle}
	if blockLoses().MatchString(text) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

var blockLoses = pattern.Of(`^\s|[^\S\n]\n|[^\S\n]$`)
