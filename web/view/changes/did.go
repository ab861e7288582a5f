package changes

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/link"
)

// about says what the receipt did, or was meant to do where it did not complete.
func (r Receipt) about() string {
	app, collection := "the application “"+r.Slug+"”", "the collection “"+r.Collection+"”"
	tense := func(past, wanted string) string {
		if r.Outcome == "completed" {
			return past
		}
		return "Was to " + wanted
	}
	switch both := app + " and " + collection + "."; r.Kind {
	case "undo":
		return tense("Undid", "undo") + " receipt " + r.Of + " for " + both
	case "rotate":
		return tense("Set", "set") + " a new client secret for " + both
	case "remove":
		return tense("Removed", "remove") + " the link between " + both
	case proofKind:
		return tense("Proved", "prove") + " that a new person can sign in through " + both
	}
	text := tense("Linked", "link") + " " + app + " with " + collection
	if _, changed := r.wrote(); changed != "" {
		text = tense("Changed", "change") + " the link between " + app + " and " + collection
	}
	if r.Of != "" {
		text += ", continuing receipt " + r.Of
	}
	return text + "."
}

func (r Receipt) what() string {
	if created, changed := r.wrote(); created {
		return "Link created"
	} else if changed != "" {
		return "Link changed"
	}
	words := map[string]string{"undo": "Undo", "rotate": "New client secret", "remove": "Link removed",
		proofKind: "Proof"}
	return cmp.Or(words[r.Kind], "Link created or changed")
}

// wrote reports whether a completed apply created the link, and else lists the fields that it changed.
func (r Receipt) wrote() (created bool, changed string) {
	if r.Kind != "apply" || r.Outcome != "completed" {
		return false, ""
	}
	var labels []string
	for _, c := range r.Written {
		created = created || c.Kind == link.KindPair && c.Action == link.Create
		for _, f := range c.Fields {
			if label := c.FieldCalled(f.Name); !slices.Contains(labels, label) {
				labels = append(labels, label)
			}
		}
	}
	if created {
		return true, ""
	}
	return false, strings.Join(labels, ", ")
}

// fields lists the fields that an apply changed, empty for one that created the link.
func (r Receipt) fields() string {
	_, changed := r.wrote()
	return changed
}
