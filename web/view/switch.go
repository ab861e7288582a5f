package view

import (
	"context"
	"strings"

	"authpocket/internal/say"
)

// Switch is the choice of the language in the footer.
type Switch struct {
	Languages []*say.Language
	Page      string // the address to return to: a path of ours, and its query
}

type switchKey struct{}

// WithSwitch returns a context in which pages have a switch.
func WithSwitch(ctx context.Context, s Switch) context.Context {
	return context.WithValue(ctx, switchKey{}, s)
}

func switchOf(ctx context.Context) Switch {
	s, _ := ctx.Value(switchKey{}).(Switch)
	return s
}

// URL returns the page's address in a language.
func (s Switch) URL(l *say.Language) string {
	if strings.Contains(s.Page, "?") {
		return s.Page + "&lang=" + l.Tag
	}
	return s.Page + "?lang=" + l.Tag
}
