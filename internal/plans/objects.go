package plans

import (
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// The objects of changes, as people read them.

func applicationObject(a *link.ApplicationState) say.Text {
	return say.Of("application “%s”", a.Name)
}

func providerObject(p *link.ProviderState) say.Text { return say.Of("provider “%s”", p.Name) }

func mappingObject(m link.Mapping) say.Text { return say.Of("scope mapping “%s”", m.Name) }

func oauth2Object(c *link.CollectionState) say.Text {
	return say.Of("OAuth2 of the collection “%s”", c.Name)
}

// bindingEnds says when a binding ends.
func bindingEnds(b link.BindingState) say.Text {
	return map[string]say.Text{
		"group":  say.Of("The binding of the group “%s” expires on %s.", b.Target.Name, b.Expires),
		"user":   say.Of("The binding of the user “%s” expires on %s.", b.Target.Name, b.Expires),
		"policy": say.Of("The binding of the policy “%s” expires on %s.", b.Target.Name, b.Expires),
	}[b.Kind]
}

func bindingObject(b link.BindingState) say.Text {
	return map[string]say.Text{
		"group":  say.Of("binding of the group “%s”", b.Target.Name),
		"user":   say.Of("binding of the user “%s”", b.Target.Name),
		"policy": say.Of("binding of the policy “%s”", b.Target.Name),
	}[b.Kind]
}

func keyObject(k link.KeyState) say.Text { return say.Of("signing key “%s”", k.Name) }

func pairObject(p *link.PairState) say.Text {
	return say.Of("application and provider “%s”", p.Application.Name)
}

// providerOf names the change that gives an application its provider.
func providerOf(a *link.ApplicationState) say.Text {
	return say.Of("provider of the application “%s”", a.Name)
}

func settingsObject() say.Text { return say.Of("settings") }

func oldSlotObject(slot string, c *link.CollectionState) say.Text {
	return say.Of("slot %s of the collection “%s”", slot, c.Name)
}

func rulesObject(c *link.CollectionState) say.Text {
	return say.Of("rules of the collection “%s”", c.Name)
}

func personObject(p link.PersonState) say.Text { return say.Of("user “%s”", p.Username) }

func accountObject(username, collection string) say.Text {
	return say.Of("account of “%s” in %s", username, collection)
}

// objects returns the names that the object of a change may have.
func objects(c *link.Change) []say.Text {
	texts := []say.Text{settingsObject()}
	for _, state := range []link.Object{c.Before, c.After} {
		switch s := state.(type) {
		case *link.ApplicationState:
			texts = append(texts, applicationObject(s), providerOf(s))
		case *link.ProviderState:
			texts = append(texts, providerObject(s))
		case *link.PairState:
			texts = append(texts, pairObject(s), applicationObject(&s.Application), providerObject(&s.Provider))
		case *link.Mapping:
			texts = append(texts, mappingObject(*s))
		case *link.KeyState:
			texts = append(texts, keyObject(*s))
		case *link.BindingState:
			texts = append(texts, bindingObject(*s))
		case *link.CollectionState:
			texts = append(texts, oauth2Object(s), rulesObject(s), methodsObject(s))
			for _, slot := range link.Slots() {
				texts = append(texts, oldSlotObject(slot, s))
			}
		case *link.SessionState:
			texts = append(texts, signOut(*s).Object)
		case *link.PersonState:
			texts = append(texts, personObject(*s))
		case *link.AccountState:
			username, _, _ := strings.Cut(s.Email, "@") // unless the address was chosen
			texts = append(texts, accountObject(username, s.Collection.Name))
		}
	}
	return texts
}
