package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"authpocket/internal/say"
)

// setAside renames a file that cannot be read, if that is possible. why wraps ErrNewer if a newer authpocket wrote it.
func (s *Store) setAside(path string, why error) (*SetAside, error) {
	suffix := unreadableSuffix
	if errors.Is(why, ErrNewer) {
		suffix = newerSuffix
	} else if !errors.Is(why, ErrUnreadable) {
		why = fmt.Errorf("%w: %w", ErrUnreadable, why)
	}
	if s.readOnly {
		return &SetAside{File: path, Reason: reasonLeft(path, why), Err: why}, nil
	}
	to, err := freeName(path + suffix)
	if err == nil {
		err = s.disk.Rename(path, to)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil // another process was faster
	case err != nil:
		return nil, cannotWrite(s.dir, fmt.Errorf("setting a file aside: %w", err))
	}
	if err := s.disk.SyncDir(s.dir); err != nil {
		return nil, cannotWrite(s.dir, fmt.Errorf("setting a file aside: %w", err))
	}
	return &SetAside{File: to, Reason: reasonAside(to, why), Err: why}, nil
}

// freeName adds a number to path if that exists.
func freeName(path string) (string, error) {
	name := path
	for n := 2; ; n++ {
		_, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return name, nil
		}
		if err != nil {
			return "", fmt.Errorf("looking for a free name: %w", err)
		}
		name = path + "-" + strconv.Itoa(n)
	}
}

// asideBefore returns the file if its name says that it was already set aside,
// or nil.
func asideBefore(dir, name string) *SetAside {
	path := filepath.Join(dir, name)
	for suffix, why := range map[string]error{unreadableSuffix: ErrUnreadable, newerSuffix: ErrNewer} {
		if strings.Contains(name, receiptSuffix+suffix) {
			return &SetAside{File: path, Reason: reasonAside(path, why), Err: why}
		}
	}
	return nil
}

func reasonAside(path string, why error) say.Text {
	if errors.Is(why, ErrNewer) {
		return say.Of("A newer authpocket wrote a receipt that this one cannot read. It was set aside as %s.",
			filepath.Base(path))
	}
	return say.Of("A receipt cannot be read. It was set aside as %s.", filepath.Base(path))
}

// reasonLeft is reasonAside for a file that keeps its name.
func reasonLeft(path string, why error) say.Text {
	if errors.Is(why, ErrNewer) {
		return say.Of("A newer authpocket wrote a receipt that this one cannot read: %s.", filepath.Base(path))
	}
	return say.Of("A receipt cannot be read: %s.", filepath.Base(path))
}

// readmit restores the name of a file that was too new for an earlier version if
// this one can read it. It returns the current name.
func (s *Store) readmit(name string) string {
	was, found := strings.CutSuffix(name, newerSuffix)
	if !found {
		return name
	}
	data, err := readFile(filepath.Join(s.dir, name))
	if err != nil {
		return name
	}
	if r, err := decode(data); err != nil || r.fileName() != was {
		return name
	}
	to := filepath.Join(s.dir, was)
	if free, err := freeName(to); err != nil || free != to {
		return name
	}
	if err := s.disk.Rename(filepath.Join(s.dir, name), to); err != nil {
		return name
	}
	return was
}

// SetAside is a file that looks like a receipt but cannot be read.
type SetAside struct {
	File   string   // current absolute path
	Reason say.Text // for people, a full sentence
	Err    error    // ErrNewer or ErrUnreadable, with the cause if it was just set aside
}
