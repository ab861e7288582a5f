package view

import (
	"context"

	"authpocket/internal/say"
)

// Beside is what a demo says beside a page that knows nothing of it. Without a title it is nothing.
type Beside struct {
	Title  say.Text
	Lines  []say.Text
	Urgent bool
}

type besideKey struct{}

// WithBeside has pages rendered with something beside them.
func WithBeside(ctx context.Context, b Beside) context.Context {
	return context.WithValue(ctx, besideKey{}, b)
}

func besideOf(ctx context.Context) Beside {
	b, _ := ctx.Value(besideKey{}).(Beside)
	return b
}
