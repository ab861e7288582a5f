package export

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// carrier describes which texts a format can represent, and which texts of a
// plan it contains in addition to the wanted state.
type carrier struct {
	name     string // with article, for people
	systems  []report.System
	states   bool // the changes' states before and after
	accounts bool // the descriptions of the changes
	any      bool // also plans that do not lead to a link
	// refuses returns why a text cannot be represented, or an empty string.
	refuses func(string) string
}

// check returns report.Problems for all texts that the format cannot represent.
func (c carrier) check(p *link.Plan) error {
	if !c.any && (p.Purpose == link.PurposeUndo || p.Purpose == link.PurposeRemove) {
		return report.Problems{{Summary: say.Of("This plan takes changes back, which %s cannot carry.", c.name),
			Todo: say.Of("Apply it with authpocket, which looks first whether they are still as it left them. Its " +
				"account can be exported as Markdown.")}}
	}
	var problems report.Problems
	for i, b := range p.Desired.Bindings {
		if b.Kind != "group" && b.Kind != "user" && b.Kind != "policy" {
			problems.Add(at("access", i), say.Of("A binding is for something other than a group, user or policy."),
				say.Of("Remove it in authentik, then export again."))
		}
	}
	for _, t := range c.texts(p) {
		reason := c.reason(t.value)
		if reason == "" || !slices.Contains(c.systems, t.system) {
			continue
		}
		one := report.Problem{Field: t.field, Summary: say.Of("The %s has %s, which %s cannot carry.", t.label, reason,
			c.name),
			Todo: say.Of("Change it where it was set, then export again.")}
		if !slices.ContainsFunc(problems, func(p report.Problem) bool {
			return p.Field == one.Field && p.Summary == one.Summary
		}) {
			problems = append(problems, one)
		}
	}
	return problems.Err()
}

func (c carrier) texts(p *link.Plan) []text {
	var t texter
	t.desired(p.Desired)
	for _, change := range p.Changes {
		if c.states {
			link.Visit(change.Before, &t)
			link.Visit(change.After, &t)
		}
		if c.accounts {
			t.account(&change)
		}
	}
	for _, w := range p.Warnings {
		if c.accounts {
			t.add(report.PB, "", "text of a warning", w.Summary.String())
			t.add(report.PB, "", "text of a warning", w.Detail.String())
		}
	}
	return t
}

// reason returns why a text cannot be represented, or an empty string.
func (c carrier) reason(s string) string {
	if reason := refusedEverywhere(s); reason != "" || c.refuses == nil {
		return reason
	}
	return c.refuses(s)
}

// refusedEverywhere returns why no format may contain a text: neither authentik
// nor PocketBase can store it.
func refusedEverywhere(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "bytes in it that are no UTF-8 text"
	case strings.ContainsRune(s, 0):
		return "a NUL character in it"
	}
	return ""
}

// refusedByTerraform returns why Terraform would change a text: it normalises
// all strings to Unicode's composed form (NFC).
func refusedByTerraform(s string) string {
	if !norm.NFC.IsNormalString(s) {
		return "characters that are not in Unicode's composed form (NFC)"
	}
	return ""
}
