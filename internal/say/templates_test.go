package say_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	parser "github.com/a-h/templ/parser/v2"
)

// TestTemplatesHaveNoTextOfTheirOwn finds what templates print without a catalogue, except for names of programs and
// what is code.
func TestTemplatesHaveNoTextOfTheirOwn(t *testing.T) {
	read := 0
	err := filepath.WalkDir("../../web", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".templ" {
			return err
		}
		read++
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseString(string(source))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for _, node := range file.Nodes {
			ownText(reflect.ValueOf(node), func(said string, at parser.Range) {
				t.Errorf("%s:%d: %q", path, at.From.Line+1, said)
			})
		}
		return nil
	})
	if err != nil || read == 0 {
		t.Fatalf("%d templates, %v", read, err)
	}
}

// ownText reports the text nodes and the attributes that people read below v.
func ownText(v reflect.Value, found func(said string, at parser.Range)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			ownText(v.Elem(), found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			ownText(v.Index(i), found)
		}
	case reflect.Struct:
		switch node := v.Interface().(type) {
		case parser.Element:
			if node.Name == "code" {
				return
			}
		case parser.Text:
			if hasWords(node.Value) {
				found(node.Value, node.Range)
			}
		case parser.ConstantAttribute:
			if slices.Contains([]string{"aria-label", "title", "placeholder", "alt", "label"},
				node.Key.String()) && hasWords(node.Value) && !strings.Contains(node.Value, "=") {
				found(node.Value, node.Range)
			}
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				ownText(v.Field(i), found)
			}
		}
	}
}

// hasWords reports whether a text has words other than names of programs.
func hasWords(text string) bool {
	return slices.ContainsFunc(strings.Fields(text), func(word string) bool {
		return strings.ContainsFunc(word, isLetter) &&
			!slices.Contains([]string{"auth", "pocket", "authpocket", "authentik", "PocketBase"}, word)
	})
}
