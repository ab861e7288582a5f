package apply

import (
	"context"
	"errors"
	"maps"

	"authpocket/internal/report"
)

// tried is the error of a write that was sent. Its fault holds what was written.
type tried struct{ error }

func (t tried) Unwrap() error { return t.error }

// carryOut sends the write, determines its outcome and reads the object back.
func (c *Writer) carryOut(ctx context.Context, w write) error {
	found, err := c.sendWrite(ctx, w)
	if err != nil {
		return tried{err}
	}
	if w.verb == create {
		maps.Copy(c.keysMade, found.keys)
	}
	return nil
}

// outcomeOf returns the error of a change with what was written: nothing, if it failed before any write.
func outcomeOf(err error) error {
	if t, ok := errors.AsType[tried](err); ok {
		return t.error
	}
	return report.WithWritten(err, report.WrittenNone)
}

// afterAnother returns the error of a change's second write, after the first one succeeded.
func afterAnother(err error) error {
	if err == nil {
		return nil
	}
	return tried{report.WithWritten(err, report.WrittenSome)}
}
