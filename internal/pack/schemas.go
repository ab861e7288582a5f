package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// packSchemas returns the files of package schemas. That of link files has a directory of its own, as it is no result.
func packSchemas(root string) (packed, error) {
	results, err := filepath.Glob(filepath.Join(root, "docs/schemas/*.json"))
	if err != nil {
		return nil, fmt.Errorf("listing the schemas: %w", err)
	}
	files := packed{}
	add := func(path, dir string) error {
		plain, err := os.ReadFile(path) // #nosec G304 -- a file of the module
		if err != nil {
			return fmt.Errorf("reading a schema: %w", err)
		}
		return files.add(dir+filepath.Base(path), plain)
	}
	for _, path := range results {
		if err := add(path, ""); err != nil {
			return nil, err
		}
	}
	return files, add(filepath.Join(root, "internal/linkfile/link.schema.json"), "linkfile/")
}
