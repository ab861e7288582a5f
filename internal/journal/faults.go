package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"authpocket/internal/journal/lock"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

var (
	// ErrLocked is returned if the link is being changed elsewhere.
	ErrLocked = errors.New("the link is locked")
	// ErrNotFound is returned if there is no receipt with that ID.
	ErrNotFound = errors.New("there is no such receipt")
	// ErrUnreadable is returned for a receipt that cannot be read and was set
	// aside.
	ErrUnreadable = errors.New("the receipt cannot be read")
	// ErrNewer is returned for a receipt of a newer authpocket, which was set
	// aside.
	ErrNewer = errors.New("the receipt was written by a newer authpocket")
)

// Fault is an error of the state directory, for people. Err is for the log.
// Neither contains secrets.
type Fault struct {
	Summary say.Text       // what is wrong, a full sentence
	Todo    say.Text       // what to do, a full sentence
	Written report.Written // to authentik or PocketBase, as far as the journal knows
	Err     error
}

func (f *Fault) Error() string {
	if f.Err == nil {
		return f.Summary.String()
	}
	return say.Of("%s (%s)", f.Summary, f.Err.Error()).String()
}

func (f *Fault) Unwrap() error { return f.Err }

// Messages returns the fault as a message.
func (f *Fault) Messages() []report.Message {
	m := report.Message{Summary: f.Summary, Todo: f.Todo}
	if f.Written != report.WrittenUnknown {
		m.Effect = &report.Effect{Change: f.Written}
	}
	return []report.Message{m}
}

// openToOthers is the error for a file or directory whose permissions let other
// users in and cannot be changed.
type openToOthers struct {
	path    string
	mode    os.FileMode
	foreign bool // it belongs to another user
}

func (o *openToOthers) Error() string {
	return fmt.Sprintf("%s has the mode %04o", o.path, o.mode)
}

// cannotUse returns the fault for an error that came before any write to
// authentik or PocketBase.
func cannotUse(dir string, err error) error {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	f := reason(dir, err)
	f.Written = report.WrittenNone
	return f
}

// cannotWrite returns the fault for an error of writing a receipt.
func cannotWrite(dir string, err error) error {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return reason(dir, err)
}

// cannotRead returns the fault for an error of reading path.
func cannotRead(path string, err error) error {
	return &Fault{
		Summary: say.Of("authpocket cannot read %s: %s.", path, err.Error()),
		Todo:    say.Of("Correct that, or %s.", another()),
		Err:     err,
	}
}

// another returns what else helps against a directory that does not work.
func another() say.Text { return say.Of("set AUTHPOCKET_STATE to another directory") }

func reason(dir string, err error) *Fault {
	another := another()
	f := &Fault{Err: err}
	if o, ok := errors.AsType[*openToOthers](err); ok {
		f.Summary = say.Of("Other users of this machine may read %s, and its file system does not let authpocket "+
			"change that.", o.path)
		f.Todo = say.Of("Put the state directory on a file system with permissions, or %s.", another)
		if o.foreign {
			f.Summary = say.Of("Other users of this machine may read %s, and it belongs to another user.", o.path)
			f.Todo = say.Of("Change its owner to yourself and its mode to 0700, or %s.", another)
		}
		return f
	}
	switch {
	case errors.Is(err, errFull), errors.Is(err, errQuota):
		f.Summary, f.Todo = say.Of("There is no space left for receipts in %s.", dir), say.Of("Free some, or %s.",
			another)
	case errors.Is(err, errReadOnly):
		f.Summary, f.Todo = say.Of("The directory for receipts, %s, is read-only.", dir),
			say.Of("Make it writable, or %s.", another)
	case errors.Is(err, fs.ErrPermission):
		f.Summary, f.Todo = say.Of("authpocket may not write receipts in %s.", dir), say.Of("Give its user the "+
			"right to, or %s.", another)
	case errors.Is(err, syscall.ENOTDIR):
		f.Summary, f.Todo = say.Of("A part of %s is a file, so receipts cannot be kept there.", dir),
			say.Of("Move that file away, or %s.", another)
	case errors.Is(err, lock.ErrUnsupported):
		f.Summary, f.Todo = say.Of("The file system of %s has no file locks, so authpocket cannot keep two applies "+
			"apart.", dir), say.Of("Use a local file system: %s.", another)
	default:
		f.Summary, f.Todo = say.Of("authpocket cannot write receipts in %s: %s.", dir, err.Error()),
			say.Of("Correct that, or %s.", another)
	}
	return f
}
