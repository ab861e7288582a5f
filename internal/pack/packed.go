package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// packed are files by their paths in a directory.
type packed map[string][]byte

// add adds a file, compressed.
func (p packed) add(name string, plain []byte) error {
	body, err := compress(plain)
	if err != nil {
		return fmt.Errorf("compressing %s: %w", name, err)
	}
	p[name+".gz"] = body
	return nil
}

// write replaces the directory at dir, below root, with the files.
func (p packed) write(root, dir string) error {
	to := filepath.Join(root, dir)
	if err := os.RemoveAll(to); err != nil {
		return fmt.Errorf("removing the old files: %w", err)
	}
	for name, body := range p {
		path := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // for everybody
			return fmt.Errorf("making the directory of %s: %w", path, err)
		}
		if err := os.WriteFile(path, body, 0o644); err != nil { //nolint:gosec // for everybody
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	return nil
}
