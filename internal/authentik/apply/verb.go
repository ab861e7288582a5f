package apply

import (
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// verb is what a write does.
type verb int

const (
	create verb = iota
	change
	remove
	password
)

// of returns the text about what the write does.
func (v verb) of(created, changed, deleted, passwordSet say.Text) say.Text {
	return [...]say.Text{created, changed, deleted, passwordSet}[v]
}

func bindingWords(b link.BindingState) say.Text {
	switch b.Kind {
	case "group":
		return say.Of("binding of the group “%s”", b.Target.Name)
	case "user":
		return say.Of("binding of the user “%s”", b.Target.Name)
	}
	return say.Of("binding of the policy “%s”", b.Target.Name)
}
