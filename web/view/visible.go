package view

import (
	"bytes"
	"context"

	"github.com/a-h/templ"

	"authpocket/internal/visible"
)

// Visible renders a page or a part of one, in which no name or message of the two systems can hide or reorder anything.
// The buffer is for its bytes, which stay as they are until the buffer is used again.
func Visible(ctx context.Context, b *bytes.Buffer, page templ.Component) ([]byte, error) {
	b.Reset()
	if err := page.Render(ctx, b); err != nil {
		return nil, err
	}
	return mounted(ctx, visible.Page(b.Bytes())), nil
}
