package plans

import (
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// The objects of changes, as people read them.

func applicationObject(a link.ApplicationState) say.Text {
	return say.Of("application “%s”", a.Name)
}

func providerObject(p link.ProviderState) say.Text { return say.Of("provider “%s”", p.Name) }

func mappingObject(m link.Mapping) say.Text { return say.Of("scope mapping “%s”", m.Name) }

func oauth2Object(c link.CollectionState) say.Text {
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
