package plans

import (
	"slices"

	"authpocket/internal/link"
)

// AsRotation turns a plan for a spec with a new client secret into one that writes only that secret to both
// systems. Other differences from the spec stay. The plan is empty unless both systems have the link.
func AsRotation(p link.Plan) link.Plan {
	var changes []link.Change
	for _, c := range p.Changes {
		if c.Action != link.Update || addsSlot(p, c) || c.Kind != link.KindProvider && c.Kind != link.KindOAuth2 {
			continue
		}
		if c = narrowChange(p, c, []string{"client_secret", ".clientSecret"}); len(c.Fields) == 0 {
			continue
		}
		c.Step = ""
		c.Why = "authentik accepts the new client secret and rejects the previous one."
		if c.System == link.PB {
			c.Why = "PocketBase gets the same client secret, so that authentik accepts it again. Other providers of " +
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
