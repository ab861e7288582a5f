// Package words has what a change and its fields are called, why it is made, and what changes did.
package words

import (
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// Why a change is made.
const (
	WhyMapping = "authentik marks every e-mail address as not verified, and PocketBase then drops it. This " +
		"mapping carries out your e-mail decision; authentik's own mapping stays."
	WhyGroups = "Its claim has only the groups that you chose, and the exported hook reads it. authentik's own mapping " +
		"and its claim stay."
	WhyKey  = "authentik has no RSA or EC key to sign tokens with."
	WhyPair = "The application is what people see in authentik; the provider is what PocketBase talks to. Both " +
		"are created in one transaction."
	WhyApplication       = "The provider has no application yet, and users need one to sign in."
	WhyApplicationFields = "The application already exists. Only the fields below change."
	WhyProviderLast      = "The application gets its provider once its bindings exist."
	WhyBinding           = "Only people with a binding can use the application."
	WhyProviderFields    = "The provider already exists. Only the fields below change."
	WhyProvider          = "The application has no provider yet."
	WhyControls          = "You asked for the dashboard's create and edit controls. The link does not need them."
	WhyRules             = "You chose who can sign in, and for whom PocketBase makes an account."
	WhyOAuth2            = "Adds authentik's URLs and the client ID to PocketBase. Other providers of the collection stay " +
		"as they are."
	WhyPerson     = "A person to sign in with, made for this test only. The password is random and not kept."
	WhyAccount    = "PocketBase creates it when the person signs in."
	WhyNoAccount  = "The test is over. It is deleted even if the sign-in fails after it was created."
	WhyNoPerson   = "The test is over. If authpocket is killed before, its next run that writes does this."
	WhyRemoved    = "Removes the link."
	WhyNewSecret  = "authentik accepts the new client secret and rejects the previous one."
	WhySameSecret = "PocketBase gets the same client secret, so that authentik accepts it again. Other " +
		"providers of the collection stay as they are."
	WhyAlsoSecret = "The collection signs in with the same application, so it gets the same client secret."
	WhyUndone     = "Undoes an earlier change."
	WhyMethods    = "You chose how people sign in to %s."
	WhyOneWay     = "People sign in with authentik from then on. It is written only after a sign-in through the link " +
		"has worked. Superusers keep their password."
	WhyOldSlot = "The link has moved. %s is removed only after a sign-in through %s has worked, so that people never " +
		"lose the only way in."
	WhyAnotherWay  = "People need another way in before the link goes."
	WhySecretAgain = "The apply was interrupted, and PocketBase never shows its client secret."
)

// What undo cannot restore of a change.
const (
	LostKey      = "Undo keeps the key, because other providers may use it by then."
	LostSecret   = "PocketBase never shows its current client secret, so undo can't restore it."
	LostSignIns  = "Changing the auth rule signs out everyone in %s."
	LostRest     = "These settings are not part of a link: %s."
	LostProvider = "The client secret can't be restored. Undo recreates the provider with a new one."
)

// Reworded returns a change that was read from a receipt, whose words are English, with the same words as texts. A
// language can say those, but not what the file has. Words that no change of today has stay as they are.
func Reworded(c link.Change) link.Change {
	c.Object = like(c.Object, objects(&c)...)
	c.Why = like(c.Why, append(reasons(&c),
		say.Of(WhyMapping), say.Of(WhyGroups), say.Of(WhyKey), say.Of(WhyPair), say.Of(WhyApplication),
		say.Of(WhyApplicationFields), say.Of(WhyProviderLast), say.Of(WhyBinding), say.Of(WhyProviderFields),
		say.Of(WhyProvider), say.Of(WhyControls), say.Of(WhyRules), say.Of(WhyOAuth2), say.Of(WhyPerson),
		say.Of(WhyAccount), say.Of(WhyNoAccount), say.Of(WhyNoPerson), say.Of(WhyRemoved), say.Of(WhyNewSecret),
		say.Of(WhySameSecret), say.Of(WhyAlsoSecret), say.Of(WhyUndone), say.Of(WhySecretAgain),
		say.Of(WhyOneWay), say.Of(WhyAnotherWay),
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
		texts := []say.Text{say.Of(WhyMethods, s.Name)}
		for _, old := range link.Slots() {
			for _, own := range link.Slots() {
				texts = append(texts, say.Of(WhyOldSlot, old, own))
			}
		}
		return texts
	case *link.SessionState:
		return []say.Text{SignOut(*s).Why}
	}
	return nil
}

func lost(c *link.Change) []say.Text {
	texts := []say.Text{say.Of(LostKey), say.Of(LostSecret), say.Of(LostProvider)}
	for _, state := range []link.Object{c.Before, c.After} {
		if was := link.As[link.CollectionState](state); was != nil {
			texts = append(texts, say.Of(LostSignIns, was.Name))
		}
	}
	return texts
}
