package export

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"

	"authpocket/internal/link"
)

// carrier is what a language can take as text.
type carrier struct {
	name    string // with its article, for people
	systems []link.System
	// refuses returns what stands in the way of a text, empty for nothing.
	refuses func(string) string
}

// check names everything of the plan that the language cannot carry.
func (c carrier) check(p link.Plan) error {
	var problems link.Problems
	for i, b := range p.Desired.Bindings {
		if b.Kind != "group" && b.Kind != "user" && b.Kind != "policy" {
			problems.Add(at("access", i), "A binding is for something other than a group, user or policy.", "Remove it in authentik, then export again.")
		}
	}
	for _, t := range texts(p) {
		wanted := false
		for _, s := range c.systems {
			wanted = wanted || t.system == s
		}
		if wanted {
			c.add(&problems, t)
		}
	}
	return problems.Err()
}

func (c carrier) add(problems *link.Problems, t text) {
	reason := refusedEverywhere(t.value)
	if reason == "" && c.refuses != nil {
		reason = c.refuses(t.value)
	}
	if reason == "" {
		return
	}
	problems.Add(t.field, fmt.Sprintf("The %s has %s, which %s cannot carry.", t.label, reason, c.name),
		"Change it where it was set, then export again.")
}

// refusedEverywhere is for what neither authentik nor PocketBase can hold
// either, so that no export may pretend to.
func refusedEverywhere(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "bytes in it that are no UTF-8 text"
	case strings.ContainsRune(s, 0):
		return "a NUL character in it"
	}
	return ""
}

// refusedByTerraform is for text that Terraform would turn into another: it
// brings all its strings into Unicode's composed form.
func refusedByTerraform(s string) string {
	if cty.NormalizeString(s) != s {
		return "characters that are not in Unicode's composed form (NFC)"
	}
	return ""
}
