package changes

import (
	"cmp"

	"authpocket/internal/say"
)

// about says what the receipt did, or was meant to do where it did not complete.
func (r Receipt) about() say.Text {
	if r.Kind == "undo" {
		if r.Outcome == completed {
			return say.Of("Undid receipt %s for the application “%s” and the collection “%s”.", r.Of, r.Slug,
				r.Collection)
		}
		return say.Of("Was to undo receipt %s for the application “%s” and the collection “%s”.", r.Of, r.Slug,
			r.Collection)
	}
	if r.Restores {
		return say.Of("Restored the client secret from before receipt %s for the application “%s” and the collection “%s”.",
			r.Of, r.Slug, r.Collection)
	}
	text := r.meant()
	if r.Outcome == completed {
		text = r.did()
	}
	if r.Of != "" {
		return say.Join(text, say.Of("It continues receipt %s.", r.Of))
	}
	return text
}

func (r Receipt) did() say.Text {
	switch r.Kind {
	case "rotate":
		return say.Of("Set a new client secret for the application “%s” and the collection “%s”.", r.Slug, r.Collection)
	case "remove":
		return say.Of("Removed the link between the application “%s” and the collection “%s”.", r.Slug, r.Collection)
	case signOutKind:
		return say.Of("Signed out people who can no longer sign in through the application “%s”, of the collection "+
			"“%s”.", r.Slug, r.Collection)
	case proofKind:
		return say.Of("Proved that a new person can sign in through the application “%s” and the collection “%s”.",
			r.Slug, r.Collection)
	}
	if r.changed() {
		return say.Of("Changed the link between the application “%s” and the collection “%s”.", r.Slug, r.Collection)
	}
	return say.Of("Linked the application “%s” with the collection “%s”.", r.Slug, r.Collection)
}

func (r Receipt) meant() say.Text {
	switch r.Kind {
	case "rotate":
		return say.Of("Was to set a new client secret for the application “%s” and the collection “%s”.", r.Slug,
			r.Collection)
	case "remove":
		return say.Of("Was to remove the link between the application “%s” and the collection “%s”.", r.Slug,
			r.Collection)
	case signOutKind:
		return say.Of("Was to sign out people who can no longer sign in through the application “%s”, of the "+
			"collection “%s”.", r.Slug, r.Collection)
	case proofKind:
		return say.Of("Was to prove that a new person can sign in through the application “%s” and the collection "+
			"“%s”.",
			r.Slug, r.Collection)
	}
	return say.Of("Was to link the application “%s” with the collection “%s”.", r.Slug, r.Collection)
}

// what says in a few words what the receipt did, or what it was for where it did not complete.
func (r Receipt) what() say.Text {
	if r.Outcome == completed {
		return r.Did
	}
	words := map[string]say.Text{"undo": say.Of("Undo"), "rotate": say.Of("New client secret"),
		"remove": say.Of("Removal"), proofKind: say.Of("Proof"), signOutKind: say.Of("Sign-out")}
	return cmp.Or(words[r.Kind], say.Of("Link created or changed"))
}

// changed reports whether it is of an apply that changed an existing link.
func (r Receipt) changed() bool { return r.Kind == "apply" && r.Outcome == completed && !r.Created }
