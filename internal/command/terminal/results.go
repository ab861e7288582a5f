package terminal

import (
	"errors"
	"io"
	"io/fs"
	"sync"
)

// Results is standard output. It keeps its first error and writes nothing after it, so that what was written is the
// beginning of the result, and whoever prints need not look for errors.
type Results struct {
	to io.Writer

	mu  sync.Mutex
	err error
}

// NewResults returns the results that are written to a stream.
func NewResults(to io.Writer) *Results { return &Results{to: to} }

// Write implements io.Writer.
func (results *Results) Write(p []byte) (int, error) {
	results.mu.Lock()
	defer results.mu.Unlock()
	if results.err != nil {
		return 0, results.err
	}
	n, err := results.to.Write(p)
	if named, ok := errors.AsType[*fs.PathError](err); ok {
		err = named.Err // the name says no more than that it is standard output
	}
	results.err = err
	return n, err
}

// Lost returns why a part of the results was not written, or nil.
func (s Streams) Lost() error {
	results, ok := s.Out.(*Results)
	if !ok {
		return nil
	}
	results.mu.Lock()
	defer results.mu.Unlock()
	return results.err
}

// Closed reports whether the error is that of a pipe whose reader has ended, such as head.
func Closed(err error) bool { return errors.Is(err, errClosed) || errors.Is(err, errClosing) }
