package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// List returns all receipts, newest first, and all files set aside. Such a file
// is renamed, never changed or removed. A file of a newer version gets its name
// back once this program can read it.
func (s *Store) List() ([]Summary, []SetAside, error) { return s.list(s.summary) }

// Index is List, but a finished receipt is read once, as long as its file stays
// the same.
func (s *Store) Index() ([]Summary, []SetAside, error) { return s.list(s.indexed) }

// reader returns the summary of the receipt in a file, like read.
type reader func(name string) (*Summary, *SetAside, error)

func (s *Store) list(read reader) (list []Summary, aside []SetAside, err error) {
	names, err := s.names(receiptPrefix)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		one, away, err := read(s.readmit(name))
		if err == nil && one != nil && one.Outcome == "" {
			if one.Running, err = s.locks.Held(one.Key()); err != nil {
				err = cannotWrite(s.dir, err)
			}
		}
		switch {
		case err != nil:
			return nil, nil, err
		case away != nil:
			aside = append(aside, *away)
		case one != nil:
			list = append(list, *one)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].When.After(list[j].When) })
	markRestored(list)
	return list, aside, nil
}

// markRestored marks the rotations in a list, newest first, that others took back. One of a rotation that was not
// completed continues it, and one of a rotation that took another back is a rotation of its own.
func markRestored(list []Summary) {
	rotations := map[string]*Summary{}
	for i := range slices.Backward(list) {
		one := &list[i]
		if one.Kind != Rotate || one.Outcome != Completed {
			continue
		}
		rotations[one.ID] = one
		if of := rotations[one.Of]; of != nil && !of.Restores {
			one.Restores, of.Restored, one.Did = true, true, say.Of("Client secret restored")
		}
	}
}

func (s *Store) summary(name string) (*Summary, *SetAside, error) {
	r, aside, err := s.read(name)
	if r == nil {
		return nil, aside, err
	}
	return new(summarise(r)), nil, nil
}

func (s *Store) indexed(name string) (*Summary, *SetAside, error) {
	file, gone := os.Lstat(filepath.Join(s.dir, name))
	s.mu.Lock()
	known, found := s.finished[name]
	s.mu.Unlock()
	if found && gone == nil && unchanged(known.file, file) {
		return &known.Summary, nil, nil
	}
	one, aside, err := s.summary(name)
	if one == nil {
		return nil, aside, err
	}
	if one.Outcome != "" && gone == nil {
		s.mu.Lock()
		s.finished[name] = finished{file, *one}
		s.mu.Unlock()
	}
	return one, nil, nil
}

func unchanged(was, is os.FileInfo) bool {
	return os.SameFile(was, is) && was.ModTime().Equal(is.ModTime()) && was.Size() == is.Size()
}

// Interrupted returns the unfinished receipts whose link is not locked, newest
// first. A process that holds a link's lock finds the link's in List, by key and
// empty outcome.
func (s *Store) Interrupted() ([]Summary, []SetAside, error) {
	list, aside, err := s.List()
	list = slices.DeleteFunc(list, func(one Summary) bool { return one.Outcome != "" || one.Running })
	return list, aside, err
}

// Load returns the receipt with that ID. Only the holder of the link's lock may
// change it. Errors are ErrNotFound, ErrUnreadable or ErrNewer; the latter two
// name the current path of the file.
func (s *Store) Load(id string) (*Receipt, error) {
	missing := &Fault{Summary: say.Of("There is no receipt %.40q.", id), Todo: say.Of("Choose one from the list."),
		Err: ErrNotFound}
	names, err := s.names(receiptPrefix)
	switch {
	case err != nil:
		return nil, err
	case len(names) == 0:
		missing.Summary = say.Of("There is no receipt %.40q, nor any other in %s.", id, s.dir)
		missing.Todo = say.Of("Set the state directory that has it.")
		return nil, missing
	case !idSyntax().MatchString(id):
		return nil, missing
	}
	for _, name := range names {
		if !strings.Contains(name, "-"+id+receiptSuffix) {
			continue
		}
		r, aside, err := s.read(s.readmit(name))
		if aside != nil {
			return nil, &Fault{Summary: aside.Reason, Todo: say.Of("Its content is kept in %s.", aside.File),
				Err: aside.Err}
		}
		if r != nil || err != nil {
			return r, err
		}
	}
	return nil, missing
}

func summarise(r *Receipt) Summary {
	q := r.Spec.Query()
	one := Summary{ID: r.ID, When: r.When, Meta: r.Meta, Slug: q.Slug, Collection: q.Collection}
	var written []link.Change
	for i, c := range r.Changes {
		if slices.ContainsFunc(r.Changes[:i], func(x Change) bool { return x.ID() == c.ID() }) { // a compensating write
			one.Restored = one.Restored || r.Kind == Rotate && c.System == report.Authentik && c.State() == Done
			continue
		}
		one.Changes++
		switch c.State() {
		case Done:
			one.Done++
		case AboutTo:
			one.Open++
		default:
			continue
		}
		written = append(written, c.Change)
	}
	one.Created, one.Did = link.Creates(written), words.Did(r.Kind.Purpose(), r.Of, written)
	if r.End != nil {
		one.Outcome = r.End.Outcome
	}
	one.Restored = one.Restored && one.Outcome == Stopped // else the secrets may differ
	return one
}

// names returns the names of the files that begin with prefix, sorted.
func (s *Store) names(prefix string) ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if s.readOnly && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cannotRead(s.dir, err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// read reads a receipt or sets it aside, unless it already was. If the file is gone, because another
// process set it aside, or no receipt, all results are nil. Errors are those of the disk, which
// may be temporary, so they set nothing aside.
func (s *Store) read(name string) (*Receipt, *SetAside, error) {
	if before := asideBefore(s.dir, name); before != nil || !strings.HasSuffix(name, receiptSuffix) {
		return nil, before, nil
	}
	path := filepath.Join(s.dir, name)
	data, err := readFile(path)
	if err == nil {
		var r *Receipt
		if r, err = decode(data); err == nil && r.fileName() == name {
			r.store = s
			return r, nil, nil
		}
		if err == nil {
			err = fmt.Errorf("%w: its name is not that of the receipt in it", ErrUnreadable)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, nil
	case errors.Is(err, ErrUnreadable), errors.Is(err, ErrNewer), errors.Is(err, fs.ErrPermission):
		aside, err := s.setAside(path, err)
		return nil, aside, err
	default:
		return nil, nil, cannotRead(path, err)
	}
}
