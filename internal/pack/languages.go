package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// source is the language of the keys.
const source = "en"

// entry is what the program knows of a language before it says anything. It is package say's, as JSON.
type entry struct {
	Tag    string   `json:"tag"`
	Name   string   `json:"name"`
	Group  string   `json:"group"`
	Plural []string `json:"plural"`
}

// catalogue is a file of a language. A translation is a text or an object of plural forms.
type catalogue struct {
	Name  string                     `json:"name"`
	Texts map[string]json.RawMessage `json:"texts"`
}

// packLanguages returns an index of the languages and, for each, its texts in the order of the sorted English ones,
// whose hashes are English's file: they are in the program already.
func packLanguages(root string) (packed, error) {
	all, err := catalogues(root)
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for _, c := range all {
		for key := range c.Texts {
			keys[key] = true
		}
	}
	sorted, files := slices.Sorted(maps.Keys(keys)), packed{}
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(tag string) bool { return tag == source })
	var index []entry
	for _, tag := range append([]string{source}, others...) {
		one, err := entryOf(tag, all[tag].Name)
		if err != nil {
			return nil, err
		}
		index = append(index, one)
		var texts any = inOrder(sorted, all[tag].Texts)
		if tag == source {
			if texts, err = hashes(sorted); err != nil {
				return nil, err
			}
		}
		plain, err := encode(texts)
		if err != nil {
			return nil, fmt.Errorf("writing the texts of %s: %w", tag, err)
		}
		if err := files.add(tag+".json", plain); err != nil {
			return nil, err
		}
	}
	files["index.json"], err = encode(index)
	return files, err
}

// catalogues returns the files of the languages by their tags.
func catalogues(root string) (map[string]catalogue, error) {
	paths, err := filepath.Glob(filepath.Join(root, "internal/say/languages/*.json"))
	if err != nil {
		return nil, fmt.Errorf("listing the languages: %w", err)
	}
	all := map[string]catalogue{}
	for _, path := range paths {
		plain, err := os.ReadFile(path) // #nosec G304 -- a file of the module
		if err != nil {
			return nil, fmt.Errorf("reading a language: %w", err)
		}
		var c catalogue
		if err := json.Unmarshal(plain, &c); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".json")] = c
	}
	return all, nil
}

// inOrder returns the translations of the keys, null for those that are missing.
func inOrder(keys []string, texts map[string]json.RawMessage) []json.RawMessage {
	list := make([]json.RawMessage, len(keys))
	for i, key := range keys {
		list[i] = texts[key] // a nil message is null
	}
	return list
}

// hashes returns FNV-1a of each key, as package say makes it, and an error if two are the same.
func hashes(keys []string) ([]uint32, error) {
	list, of := make([]uint32, len(keys)), map[uint32]string{}
	for i, key := range keys {
		h := fnv.New32a()
		_, _ = h.Write([]byte(key)) // it takes everything
		list[i] = h.Sum32()
		if other, taken := of[list[i]]; taken {
			return nil, fmt.Errorf("%q and %q have the same hash: change a word of one", key, other)
		}
		of[list[i]] = key
	}
	return list, nil
}

// encode returns compact JSON with < and > as they are, which is shorter.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return out.Bytes(), err
}

// forms are the names of the plural forms: https://cldr.unicode.org/index/cldr-spec/plural-rules.
func forms() map[plural.Form]string {
	return map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few",
		plural.Many: "many", plural.Other: "other"}
}

// pluralEnd is where the numbers begin whose plural form is that of the number a hundred below.
const pluralEnd = 200

// entryOf asks the CLDR how a language counts, so that the program needs no tables of all languages.
func entryOf(tag, name string) (entry, error) {
	to, err := language.Parse(tag)
	if err != nil {
		return entry{}, fmt.Errorf("%s is no language: %w", tag, err)
	}
	of := func(n int) string { return forms()[plural.Cardinal.MatchPlural(to, n, 0, 0, 0, 0)] }
	one := entry{Tag: tag, Name: name}
	for n := range pluralEnd {
		one.Plural = append(one.Plural, of(n))
	}
	for n := pluralEnd; n < 100*pluralEnd; n++ {
		if of(n) != one.Plural[pluralEnd-100+n%100] {
			return entry{}, fmt.Errorf("%s has another plural form for %d than for %d", tag, n, n%100)
		}
	}
	// From the end, what goes on as it is needs no place.
	last := one.Plural[pluralEnd-1]
	for n := len(one.Plural); n > 1 && one.Plural[n-2] == last; n-- {
		one.Plural = one.Plural[:n-1]
	}
	grouped := message.NewPrinter(to).Sprintf("%d", 1111111)
	one.Group, _, _ = strings.Cut(grouped[1:], "1")
	if grouped != "1"+one.Group+"111"+one.Group+"111" {
		return entry{}, fmt.Errorf("%s writes numbers as %s, which package say cannot", tag, grouped)
	}
	return one, nil
}
