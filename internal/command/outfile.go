package command

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"authpocket/internal/link"
)

// occupied is the error for a file that exists and is not replaced.
func occupied(path, todo string) error {
	return &refusal{link.Quote(path) + " exists and is not replaced.", todo}
}

// isFree reports whether there is nothing at path.
func isFree(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
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

// replaceFile writes a file, whether there is one or not. A reader sees the one before or the new one, never a part.
func replaceFile(path string, data []byte, mode fs.FileMode) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".authpocket-*")
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
