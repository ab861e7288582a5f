package plans

import (
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// Why a change is made.
const (
	whyMapping = "authentik marks every e-mail address as not verified, and PocketBase then drops it. This " +
		"mapping carries out your e-mail decision; authentik's own mapping stays."
	whyGroups = "Its claim has only the groups that you chose, and the exported hook reads it. authentik's own mapping " +
		"and its claim stay."
	whyKey  = "authentik has no RSA or EC key to sign tokens with."
	whyPair = "The application is what people see in authentik; the provider is what PocketBase talks to. Both " +
		"are created in one transaction."
	whyApplication       = "The provider has no application yet, and users need one to sign in."
	whyApplicationFields = "The application already exists. Only the fields below change."
	whyProviderLast      = "The application gets its provider once its bindings exist."
	whyBinding           = "Only people with a binding can use the application."
	whyProviderFields    = "The provider already exists. Only the fields below change."
	whyProvider          = "The application has no provider yet."
	whyControls          = "You asked for the dashboard's create and edit controls. The link does not need them."
	whyRules             = "You accepted this change so that new users can sign in."
	whyOAuth2            = "Adds authentik's URLs and the client ID to PocketBase. Other providers of the collection stay " +
		"as they are."
	whyPerson     = "A person to sign in with, made for this test only. The password is random and not kept."
	whyAccount    = "PocketBase creates it when the person signs in."
	whyNoAccount  = "The test is over. It is deleted even if the sign-in fails after it was created."
	whyNoPerson   = "The test is over. If authpocket is killed before, its next run that writes does this."
	whyRemoved    = "Removes the link."
	whyNewSecret  = "authentik accepts the new client secret and rejects the previous one."
	whySameSecret = "PocketBase gets the same client secret, so that authentik accepts it again. Other " +
		"providers of the collection stay as they are."
	whyAlsoSecret = "The collection signs in with the same application, so it gets the same client secret."
	whyUndone     = "Undoes an earlier change."
	whyMethods    = "You chose how people sign in to %s."
	whyOneWay     = "People sign in with authentik from then on. It is written only after a sign-in through the link " +
		"has worked. Superusers keep their password."
	whyOldSlot = "The link has moved. %s is removed only after a sign-in through %s has worked, so that people never " +
		"lose the only way in."
	whyAnotherWay  = "People need another way in before the link goes."
	whySecretAgain = "The apply was interrupted, and PocketBase never shows its client secret."
)

// What undo cannot restore of a change.
const (
	lostKey      = "Undo keeps the key, because other providers may use it by then."
	lostSecret   = "PocketBase never shows its current client secret, so undo can't restore it."
	lostSignIns  = "Changing the auth rule signs out everyone in %s."
	lostRest     = "These settings are not part of a link: %s."
	lostProvider = "The client secret can't be restored. Undo recreates the provider with a new one."
)

// Reworded returns a change that was read from a receipt, whose words are English, with the same words as texts. A
// language can say those, but not what the file has. Words that no change of today has stay as they are.
func Reworded(c link.Change) link.Change {
	c.Object = like(c.Object, objects(&c)...)
	c.Why = like(c.Why, append(reasons(&c),
		say.Of(whyMapping), say.Of(whyGroups), say.Of(whyKey), say.Of(whyPair), say.Of(whyApplication),
		say.Of(whyApplicationFields), say.Of(whyProviderLast), say.Of(whyBinding), say.Of(whyProviderFields),
		say.Of(whyProvider), say.Of(whyControls), say.Of(whyRules), say.Of(whyOAuth2), say.Of(whyPerson),
		say.Of(whyAccount), say.Of(whyNoAccount), say.Of(whyNoPerson), say.Of(whyRemoved), say.Of(whyNewSecret),
		say.Of(whySameSecret), say.Of(whyAlsoSecret), say.Of(whyUndone), say.Of(whySecretAgain),
		say.Of(whyOneWay), say.Of(whyAnotherWay),
	)...)
	c.Lost = like(c.Lost, lost(&c)...)
	return c
}

// like returns the first of the texts that reads like the one that was kept, or else that one.
func like(kept say.Text, texts ...say.Text) say.Text {
	for _, one := range texts {
		if one.Equal(kept) {
			return one
		}
	}
	return kept
}

// reasons returns why a change may be made, as far as that depends on its object.
func reasons(c *link.Change) []say.Text {
	switch s := c.After.(type) {
	case *link.CollectionState:
		texts := []say.Text{say.Of(whyMethods, s.Name)}
		for _, old := range link.Slots() {
			for _, own := range link.Slots() {
				texts = append(texts, say.Of(whyOldSlot, old, own))
			}
		}
		return texts
	case *link.SessionState:
		return []say.Text{signOut(*s).Why}
	}
	return nil
}

func lost(c *link.Change) []say.Text {
	texts := []say.Text{say.Of(lostKey), say.Of(lostSecret), say.Of(lostProvider)}
	for _, state := range []link.Object{c.Before, c.After} {
		if was := link.As[link.CollectionState](state); was != nil {
			texts = append(texts, say.Of(lostSignIns, was.Name))
		}
	}
	return texts
}
