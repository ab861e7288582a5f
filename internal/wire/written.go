package wire

import "context"

type writtenKey struct{}

// WhenWritten returns a context in which a write calls f when it was answered, before it is read back.
func WhenWritten(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, writtenKey{}, f)
}

// Written calls the function of WhenWritten, if there is one.
func Written(ctx context.Context) {
	if f, ok := ctx.Value(writtenKey{}).(func()); ok {
		f()
	}
}
