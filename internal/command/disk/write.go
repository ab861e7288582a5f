package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"authpocket/internal/command/output"
	"authpocket/internal/say"
)

// Occupied is the error for a file that exists and is not replaced.
func Occupied(path string, todo say.Text) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return OfFile(path, syscall.EISDIR)
	}
	return output.Refused(say.Of("“%s” exists and is not replaced.", path), todo)
}

// OfFile returns the error for a file that could not be read or written.
func OfFile(path string, err error) error {
	dir := filepath.Dir(path)
	_, noDir := os.Stat(dir)
	switch {
	case errors.Is(err, syscall.EISDIR):
		return output.Refused(say.Of("“%s” is a directory.", path), say.Of("Name a file in it."))
	case errors.Is(err, syscall.ENOTDIR):
		return output.Refused(say.Of("A part of “%s” is a file, not a directory.", path), say.Text{})
	case errors.Is(err, fs.ErrNotExist) && noDir != nil:
		return output.Refused(say.Of("There is no directory “%s”.", dir), say.Text{})
	case errors.Is(err, fs.ErrNotExist):
		return output.Refused(say.Of("There is no file “%s”.", path), say.Text{})
	}
	if known, ok := errors.AsType[*fs.PathError](err); ok {
		err = known.Err // without the path
	}
	return output.Failing(say.Raw(path), err)
}

// IsFree reports whether there is nothing at path.
func IsFree(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) // below a file
}

// WriteNew writes a file that does not exist, for nobody else to read. The error is fs.ErrExist if it does. After any
// error there is none, since a part of it would be taken for the whole.
func WriteNew(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// Replace writes a file, whether there is one or not. A reader sees the one before or the new one, never a part. A
// link stays one, and a pipe or device is written to.
func Replace(path string, data []byte, mode fs.FileMode) error {
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
