package link

import "slices"

// AsRotation makes a plan that gives both sides a new client secret out of one
// that was made for the link with that secret. What is only about the secret
// says so. A plan of nothing else leaves out the warnings on who gets in and
// how: none of that changes.
func AsRotation(p Plan) Plan {
	p.Purpose = PurposeRotate
	p.Changes = slices.Clone(p.Changes)
	others := false
	for i := range p.Changes {
		if !aboutSecret(p.Changes[i]) {
			others = true
			continue
		}
		p.Changes[i].Step = ""
		p.Changes[i].Why = "authentik takes the new client secret, and from then on refuses the one before."
		if p.Changes[i].System == PB {
			p.Changes[i].Why = "PocketBase gets the same client secret, so that authentik lets it in again. Other providers of the collection stay as they are."
		}
	}
	if !others {
		p.Warnings = slices.DeleteFunc(slices.Clone(p.Warnings), func(w Warning) bool { return slices.Contains(ofTheLink(), w.ID) })
	}
	return p
}

// aboutSecret tells whether a change writes a client secret and nothing else.
func aboutSecret(c Change) bool {
	return c.Action == Update && !slices.ContainsFunc(c.Fields, func(f Field) bool { return !f.Sensitive })
}

// ofTheLink are the ids of warnings about what the link lets people do, which
// stays the same with another client secret.
func ofTheLink() []string {
	return []string{"access-unseen", "open-to-nobody", warnOpen, "other-bindings", "email-trust-all", "email-trust-attribute", "email-leave",
		"regex-redirect", "no-redirect", "subject-mode"}
}
