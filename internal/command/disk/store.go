// Package disk reads and writes the files that flags name, and opens the state directory.
package disk

import (
	"os"
	"runtime"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
)

// Store opens the directory for receipts when they are needed. It returns nil if there is none.
type Store func() (*engine.Store, error)

// Earlier opens existing receipts, to read them.
func Earlier(dir string) Store {
	return func() (*engine.Store, error) {
		dir, err := stateDir(dir)
		if err != nil {
			return nil, nil // no home, and so no receipts
		}
		if _, err := os.Stat(dir); err != nil {
			return nil, nil
		}
		return journal.OpenToRead(dir)
	}
}

// Kept is OpenStore, once receipts are needed.
func Kept(dir string) Store {
	return func() (*engine.Store, error) { return OpenStore(dir) }
}

// ReadStore opens the state directory to read its receipts.
func ReadStore(dir string) (*journal.Store, error) {
	dir, err := stateDir(dir)
	if err != nil {
		return nil, err
	}
	return journal.OpenToRead(dir)
}

// OpenStore opens the state directory, creating it if needed.
func OpenStore(dir string) (*journal.Store, error) {
	dir, err := stateDir(dir)
	if err != nil {
		return nil, err
	}
	return journal.Open(dir)
}

// stateDir returns dir, or the default directory if it is empty.
func stateDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	return journal.DefaultDir(runtime.GOOS, os.LookupEnv, os.UserHomeDir)
}
