package say_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/say"
)

var update = flag.Bool("update", false, "add what the catalogues lack, without a translation, and remove what "+
	"nobody says")

// TestEveryTextIsInEveryCatalogue compares the texts of the program with the file of each language.
func TestEveryTextIsInEveryCatalogue(t *testing.T) {
	said := textsOf(t)
	for _, l := range languages(t).All()[1:] {
		if *update {
			rewrite(t, l, said)
			continue
		}
		entries := catalogue(t, l.Tag)
		for _, format := range slices.Sorted(maps.Keys(said)) {
			entry, known := entries[format]
			if !known {
				t.Errorf("%s lacks %q, from %s", l.Tag, format, said[format].place)
				continue
			}
			if wrong := compare(format, said[format], entry); wrong != "" {
				t.Errorf("%s: %q %s", l.Tag, format, wrong)
			}
		}
		for _, format := range slices.Sorted(maps.Keys(entries)) {
			if _, known := said[format]; !known {
				t.Errorf("%s has %q, which nothing says", l.Tag, format)
			}
		}
	}
}

// catalogue returns the translations of a language by their English format.
func catalogue(t *testing.T, tag string) map[string]say.Entry {
	t.Helper()
	plain, err := os.ReadFile("languages/" + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Texts map[string]say.Entry `json:"texts"`
	}
	if err := json.Unmarshal(plain, &file); err != nil {
		t.Fatal(err)
	}
	return file.Texts
}

// compare returns what is wrong with a translation, empty for nothing.
func compare(format string, of text, entry say.Entry) string {
	if of.counts != (entry.Forms != nil) {
		return fmt.Sprintf("needs one form for each number: %v", of.counts)
	}
	forms := entry.Forms
	if forms == nil {
		forms = map[string]string{"": entry.Format}
	} else if forms["one"] == "" || forms["other"] == "" {
		return `lacks the form "one" or "other"`
	}
	for _, said := range forms {
		switch {
		case strings.TrimSpace(said) == "":
			return "has no translation"
		case !slices.Equal(verbs(said), verbs(format)):
			return fmt.Sprintf("has other values than %q", said)
		case !slices.Equal(tags(said), tags(format)):
			return fmt.Sprintf("has other markup than %q", said)
		}
	}
	return ""
}

var (
	verb = regexp.MustCompile(`%(?:\[(\d+)\])?([a-z])`)
	tag  = regexp.MustCompile(`</?[a-z][^>]*>`)
)

// verbs returns the verbs of a format, each with the place of its value.
func verbs(format string) []string {
	var all []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(strings.ReplaceAll(format, "%%", ""), -1) {
		place := m[1]
		if place == "" {
			place = fmt.Sprint(next)
			next++
		}
		all = append(all, place+m[2])
	}
	slices.Sort(all)
	return all
}

func tags(format string) []string { return slices.Sorted(slices.Values(tag.FindAllString(format, -1))) }

// rewrite writes a language's file with all texts of the program and no others.
func rewrite(t *testing.T, l *say.Language, said map[string]text) {
	t.Helper()
	entries := catalogue(t, l.Tag)
	texts := map[string]any{}
	for format, of := range said {
		switch entry := entries[format]; {
		case of.counts && entry.Forms == nil:
			texts[format] = map[string]string{"one": "", "other": entry.Format}
		case of.counts:
			texts[format] = entry.Forms
		default:
			texts[format] = entry.Format
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	file := struct {
		Name  string         `json:"name"`
		Texts map[string]any `json:"texts"`
	}{l.Name, texts}
	if err := encoder.Encode(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("languages/"+l.Tag+".json", out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
