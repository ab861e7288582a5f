package words

import (
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/say"
)

// The objects of changes, as people read them.

func Application(a *link.ApplicationState) say.Text {
	return say.Of("application “%s”", a.Name)
}

func Provider(p *link.ProviderState) say.Text { return say.Of("provider “%s”", p.Name) }

func Mapping(m link.Mapping) say.Text { return say.Of("scope mapping “%s”", m.Name) }

func OAuth2(c *link.CollectionState) say.Text {
	return say.Of("OAuth2 of the collection “%s”", c.Name)
}

func Binding(b link.BindingState) say.Text {
	return map[string]say.Text{
		"group":  say.Of("binding of the group “%s”", b.Target.Name),
		"user":   say.Of("binding of the user “%s”", b.Target.Name),
		"policy": say.Of("binding of the policy “%s”", b.Target.Name),
	}[b.Kind]
}

func Key(k link.KeyState) say.Text { return say.Of("signing key “%s”", k.Name) }

func Pair(p *link.PairState) say.Text {
	return say.Of("application and provider “%s”", p.Application.Name)
}

// ProviderOf names the change that gives an application its provider.
func ProviderOf(a *link.ApplicationState) say.Text {
	return say.Of("provider of the application “%s”", a.Name)
}

func Settings() say.Text { return say.Of("settings") }

func OldSlot(slot string, c *link.CollectionState) say.Text {
	return say.Of("slot %s of the collection “%s”", slot, c.Name)
}

func Rules(c *link.CollectionState) say.Text {
	return say.Of("rules of the collection “%s”", c.Name)
}

func Person(p link.PersonState) say.Text { return say.Of("user “%s”", p.Username) }

func Account(username, collection string) say.Text {
	return say.Of("account of “%s” in %s", username, collection)
}

// objects returns the names that the object of a change may have.
func objects(c *link.Change) []say.Text {
	texts := []say.Text{Settings()}
	for _, state := range []link.Object{c.Before, c.After} {
		switch s := state.(type) {
		case *link.ApplicationState:
			texts = append(texts, Application(s), ProviderOf(s))
		case *link.ProviderState:
			texts = append(texts, Provider(s))
		case *link.PairState:
			texts = append(texts, Pair(s), Application(&s.Application), Provider(&s.Provider))
		case *link.Mapping:
			texts = append(texts, Mapping(*s))
		case *link.KeyState:
			texts = append(texts, Key(*s))
		case *link.BindingState:
			texts = append(texts, Binding(*s))
		case *link.CollectionState:
			texts = append(texts, OAuth2(s), Rules(s), Methods(s))
			for _, slot := range link.Slots() {
				texts = append(texts, OldSlot(slot, s))
			}
		case *link.SessionState:
			texts = append(texts, SignOut(*s).Object)
		case *link.PersonState:
			texts = append(texts, Person(*s))
		case *link.AccountState:
			username, _, _ := strings.Cut(s.Email, "@") // unless the address was chosen
			texts = append(texts, Account(username, s.Collection.Name))
		}
	}
	return texts
}

func Methods(c *link.CollectionState) say.Text {
	return say.Of("sign-in methods of the collection “%s”", c.Name)
}

// OnlyWay says that authentik is the only way in.
func OnlyWay(c *link.CollectionState) say.Text {
	return say.Of("People can sign in to %s only with authentik.", c.Name)
}

// SignOut returns the change that signs an account out.
func SignOut(s link.SessionState) link.Change {
	return link.SignOut(s, people.Reason(s.Reason).Words(s.Person))
}
