package view

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"

	"authpocket/internal/visible"
)

// usualPage is longer than most pages, so that their buffer does not grow.
const usualPage = 16 << 10

// Visible returns a page, or a part of one, in which no name or message of
// the two systems can hide or reorder anything.
func Visible(page templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var b bytes.Buffer
		b.Grow(usualPage)
		if err := page.Render(ctx, &b); err != nil {
			return err
		}
		_, err := w.Write(mounted(ctx, visible.Page(b.Bytes())))
		return err
	})
}
