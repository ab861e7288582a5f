package view

import (
	"bytes"
	"context"

	"github.com/a-h/templ"

	"authpocket/internal/visible"
)

// usualPage is longer than most pages, so that their buffer does not grow.
const usualPage = 16 << 10

// Visible renders a page or a part of one, in which no name or message of the two systems can hide or reorder anything.
func Visible(ctx context.Context, page templ.Component) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(usualPage)
	if err := page.Render(ctx, &b); err != nil {
		return nil, err
	}
	return mounted(ctx, visible.Page(b.Bytes())), nil
}
