package wire

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
)

// MaxList is the maximum size of a list, all its pages together, in bytes.
const MaxList = 64 << 20

// ErrListTooLarge is returned by reads past MaxList.
var ErrListTooLarge = errors.New("the list is larger than 64 MB")

type listKey struct{}

// OneList returns a context for fetching the pages of one list. Calls with it
// read no more than MaxList in total.
func OneList(ctx context.Context) context.Context {
	left := new(atomic.Int64)
	left.Store(MaxList)
	return context.WithValue(ctx, listKey{}, left)
}

// metered returns body, counted against the list that ctx belongs to, if any.
func metered(ctx context.Context, body io.Reader) io.Reader {
	left, ok := ctx.Value(listKey{}).(*atomic.Int64)
	if !ok {
		return body
	}
	return meter{body, left}
}

type meter struct {
	io.Reader
	left *atomic.Int64
}

func (m meter) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if m.left.Add(-int64(n)) < 0 {
		return 0, ErrListTooLarge
	}
	return n, err
}
