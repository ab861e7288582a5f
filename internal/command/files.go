package command

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"authpocket/internal/command/output"
	"authpocket/internal/journal"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

// occupied is the error for a file that exists and is not replaced.
func occupied(path string, todo say.Text) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return ofFile(path, syscall.EISDIR)
	}
	return refused(say.Of("“%s” exists and is not replaced.", path), todo)
}

// ofFile returns the error for a file that could not be read or written.
func ofFile(path string, err error) error {
	dir := filepath.Dir(path)
	_, noDir := os.Stat(dir)
	switch {
	case errors.Is(err, syscall.EISDIR):
		return refused(say.Of("“%s” is a directory.", path), say.Of("Name a file in it."))
	case errors.Is(err, syscall.ENOTDIR):
		return refused(say.Of("A part of “%s” is a file, not a directory.", path), say.Text{})
	case errors.Is(err, fs.ErrNotExist) && noDir != nil:
		return refused(say.Of("There is no directory “%s”.", dir), say.Text{})
	case errors.Is(err, fs.ErrNotExist):
		return refused(say.Of("There is no file “%s”.", path), say.Text{})
	}
	if known, ok := errors.AsType[*fs.PathError](err); ok {
		err = known.Err // without the path
	}
	return failed(say.Raw(path), err)
}

// isFree reports whether there is nothing at path.
func isFree(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) // below a file
}

// writeNew writes a file that does not exist, for nobody else to read. The error is fs.ErrExist if it does.
func writeNew(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// replaceFile writes a file, whether there is one or not. A reader sees the one before or the new one, never a part. A
// link stays one, and a pipe or device is written to.
func replaceFile(path string, data []byte, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, mode)
	}
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".authpocket-*")
	if named, ok := errors.AsType[*fs.PathError](err); ok {
		named.Path = path // the temporary one says nothing to anybody
	}
	if err != nil {
		return err
	}
	_, wrote := file.Write(data)
	if err = errors.Join(wrote, file.Chmod(mode), file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// maxPlan bounds a saved plan, in bytes.
const maxPlan = 64 << 20

// readFile returns the content of a file, cut one byte after max.
func readFile(ctx context.Context, path string, max int64) ([]byte, error) {
	var (
		data []byte
		err  error
	)
	if stopped := linkfile.Wait(ctx, func() {
		var f *os.File
		if f, err = os.Open(path); err == nil {
			defer f.Close()
			data, err = io.ReadAll(io.LimitReader(f, max+1))
		}
	}); stopped != nil {
		return nil, stopped
	}
	return data, err
}

// readPlan returns the content of a saved plan's file.
func readPlan(ctx context.Context, path string) ([]byte, error) {
	data, err := readFile(ctx, path, maxPlan)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refused(say.Of("There is no saved plan “%s”.", path),
			say.Of("Make one with authpocket plan --out."))
	}
	if err != nil {
		return nil, output.Interrupted(ctx, ofFile(path, err))
	}
	return data, nil
}

// writePlan writes a saved plan to a file that only its owner can read. It replaces nothing but another saved plan.
func writePlan(ctx context.Context, path string, planFile []byte) error {
	if info, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return ofFile(path, err)
		}
		if !info.Mode().IsRegular() || !isPlan(ctx, path) {
			return refused(say.Of("“%s” exists and is no saved plan, so it is not replaced.", path),
				say.Of("Name another file with --out."))
		}
	}
	if err := replaceFile(path, planFile, 0o600); err != nil {
		return ofFile(path, err)
	}
	return nil
}

func isPlan(ctx context.Context, path string) bool {
	data, err := readPlan(ctx, path)
	if err == nil {
		_, err = journal.DecodePlan(data)
	}
	return err == nil || errors.Is(err, journal.ErrNewer)
}
