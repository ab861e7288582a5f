// Command keydocs writes the tables of keys in docs/link-file.md and the JSON Schema of link files, from the attribute
// tables of package link and the other keys of package linkfile.
package main

import (
	"fmt"
	"os"
)

const (
	page   = "docs/link-file.md"
	schema = "internal/linkfile/link.schema.json"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "keydocs:", err)
		os.Exit(1)
	}
}

func run() error {
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	now, err := withKeys(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	document, err := schemaText()
	if err != nil {
		return err
	}
	for path, content := range map[string]string{page: now, schema: document} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil { //nolint:gosec // files for everybody
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	return nil
}
