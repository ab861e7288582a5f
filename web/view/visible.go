package view

import (
	"bytes"
	"context"

	"github.com/a-h/templ"

	"authpocket/internal/visible"
)

// Visible renders a page or a part of one, in which no name or message of the two systems can hide or reorder anything.
// The buffer is for its bytes, which stay as they are until the buffer is used again.
func Visible(ctx context.Context, buffer *bytes.Buffer, page templ.Component) ([]byte, error) {
	buffer.Reset()
	if err := page.Render(ctx, buffer); err != nil {
		return nil, err
	}
	return mounted(ctx, visible.Page(buffer.Bytes())), nil
}
