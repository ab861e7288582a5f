package changes

import (
	"cmp"

	"authpocket/internal/say"
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
	if r.changed() {
		text = tense("Changed", "change") + " the link between " + app + " and " + collection
	}
	if r.Of != "" {
		text += ", continuing receipt " + r.Of
	}
	return text + "."
}

// what says in a few words what the receipt did, or what it was for where it did not complete.
func (r Receipt) what() say.Text {
	if r.Outcome == "completed" {
		return say.Raw(r.Did)
	}
	words := map[string]string{"undo": "Undo", "rotate": "New client secret", "remove": "Removal", proofKind: "Proof"}
	return say.Raw(cmp.Or(words[r.Kind], "Link created or changed"))
}

// changed reports whether it is of an apply that changed an existing link.
func (r Receipt) changed() bool { return r.Kind == "apply" && r.Outcome == "completed" && !r.Created }
