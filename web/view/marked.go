package view

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"authpocket/internal/say"
)

// Marked renders a text whose format has markup. Its values are escaped.
func Marked(format string, values ...any) templ.Component {
	return MarkedText(say.Of(format, values...))
}

// MarkedText renders a text whose formats have markup. Its values are escaped.
func MarkedText(t say.Text) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := io.WriteString(w, say.HTML(ctx, t))
		return err
	})
}
