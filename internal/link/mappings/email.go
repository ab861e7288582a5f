package mappings

import (
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// authpocket's mappings for the e-mail decision. Names are unique across all property mappings of an authentik.
// Expressions are constants, never built from input.
const (
	trustAllName       = "authpocket: trust every e-mail address"
	trustAttributeName = "authpocket: trust e-mail addresses marked verified"

	// An account without an address gets no verified claim.
	trustAllExpression = `return {
    "email": request.user.email,
    "email_verified": bool(request.user.email),
}`
	// The attribute is passed on unchanged: PocketBase reads true, "true"
	// and 1 as verified, everything else as not (tools/auth/oidc.go).
	trustAttributeExpression = `return {
    "email": request.user.email,
    "email_verified": request.user.attributes.get("email_verified", False),
}`
)

// Email returns the scope mapping that carries out the decision, nil if authentik's own stays.
func Email(d link.EmailDecision) *link.Mapping {
	m := &link.Mapping{Scope: "email"}
	switch d {
	case link.EmailTrustAll:
		m.Name, m.Expression = trustAllName, trustAllExpression
		m.Description = "E-mail address, always verified"
	case link.EmailTrustAttribute:
		m.Name, m.Expression = trustAttributeName, trustAttributeExpression
		m.Description = "E-mail address, verified where the attribute email_verified says so"
	default:
		return nil
	}
	return m
}

// EmailDropped describes what PocketBase does with an address that is not verified.
func EmailDropped(c *link.CollectionState) say.Text {
	if c.EmailRequired {
		return say.Of("PocketBase drops the address and then refuses the sign-in with “email: Cannot be blank”, "+
			"because %s requires one. Users who have signed in before still can.", c.Name)
	}
	return say.Of("PocketBase drops the address. The account is created without one, and nobody is linked to an " +
		"existing account.")
}

// EmailOutcome describes what a first sign-in leads to under a decision, given the collection's rules.
func EmailOutcome(d link.EmailDecision, c *link.CollectionState) say.Text {
	taken := say.Of("A new account is created; an account with the same address is linked instead.")
	if c.CreateRule == nil {
		taken = say.Of("New users are refused, because only superusers may create records in %s; an account with the "+
			"same address is linked instead.", c.Name)
	}
	switch d {
	case link.EmailTrustAll:
		return say.Of("Every address from authentik counts as verified. %s", taken)
	case link.EmailTrustAttribute:
		return say.Of("For people whose authentik attribute email_verified is true: %s For everyone else: %s", taken,
			EmailDropped(c))
	default:
		return say.Of("authentik marks every address as not verified. %s", EmailDropped(c))
	}
}
