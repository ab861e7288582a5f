package apply

import (
	"context"
	"errors"

	"authpocket/internal/link"
)

// tried is the error of a write that was tried: the fault in it knows what
// came of it.
type tried struct{ error }

func (t tried) Unwrap() error { return t.error }

// carryOut sends the write until it is known what became of it, and reads back
// what was written.
func (c Writer) carryOut(ctx context.Context, w write) error {
	if err := c.sendWrite(ctx, w); err != nil {
		return tried{err}
	}
	return nil
}

// outcomeOf says of the error of a change what was written. One that came
// before any write wrote nothing.
func outcomeOf(err error) error {
	if t, ok := errors.AsType[tried](err); ok {
		return t.error
	}
	return written(err, link.WrittenNone)
}

// written returns the fault with what was written.
func written(err error, w link.Written) error {
	f, ok := errors.AsType[*link.Fault](err)
	if !ok {
		return err
	}
	told := *f
	told.Written = w
	return &told
}

// afterAnother is for the second write of a change whose first was made.
func afterAnother(err error) error {
	if err == nil {
		return nil
	}
	return tried{written(err, link.WrittenSome)}
}
