package plans

import (
	"slices"

	"authpocket/internal/link"
)

// AsRotation makes a plan that gives both sides a new client secret, and
// nothing else, out of one that was made for the link with that secret. What
// else differs from the spec stays as it is. The plan is empty where the link
// is not there on both sides.
func AsRotation(p link.Plan) link.Plan {
	var changes []link.Change
	for _, c := range p.Changes {
		if c.Action != link.Update || makesSlot(p, c) || c.Kind != link.KindProvider && c.Kind != link.KindOAuth2 {
			continue
		}
		if c = cutTo(p, c, []string{"client_secret", ".clientSecret"}); len(c.Fields) == 0 {
			continue
		}
		c.Step = ""
		c.Why = "authentik takes the new client secret, and from then on refuses the one before."
		if c.System == link.PB {
			c.Why = "PocketBase gets the same client secret, so that authentik lets it in again. Other providers of " +
				"the collection stay as they are."
		}
		changes = append(changes, c)
	}
	p.Purpose, p.Changes = link.PurposeRotate, nil
	if slices.ContainsFunc(changes, func(c link.Change) bool { return c.System == link.PB }) {
		p.Changes = changes
	}
	p.Warnings = slices.DeleteFunc(slices.Clone(p.Warnings),
		func(w link.Warning) bool { return !w.ID.AboutTransport() })
	return p
}
