// Command pack compresses the files of internal/say/languages into internal/say/packed, which the program has in it.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("internal/say"); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// run writes the packed files below dir again.
func run(dir string) error {
	to := filepath.Join(dir, "packed")
	if err := os.RemoveAll(to); err != nil {
		return fmt.Errorf("removing the old files: %w", err)
	}
	if err := os.MkdirAll(to, 0o755); err != nil { //nolint:gosec // for everybody
		return fmt.Errorf("making the directory: %w", err)
	}
	languages, err := filepath.Glob(filepath.Join(dir, "languages", "*.json"))
	if err != nil {
		return fmt.Errorf("listing the languages: %w", err)
	}
	for _, path := range languages {
		packed, err := pack(path)
		if err != nil {
			return fmt.Errorf("packing %s: %w", path, err)
		}
		//nolint:gosec // for everybody
		if err := os.WriteFile(filepath.Join(to, filepath.Base(path)+".gz"), packed, 0o644); err != nil {
			return fmt.Errorf("writing what is packed: %w", err)
		}
	}
	return nil
}

// pack returns a file without white space, compressed.
func pack(path string) ([]byte, error) {
	plain, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var short, packed bytes.Buffer
	if err := json.Compact(&short, plain); err != nil {
		return nil, err
	}
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(short.Bytes()); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
