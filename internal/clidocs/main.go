// Command clidocs writes the pages of the command line to docs/cli, the JSON Schemas of its output to docs/schemas, and
// the pages of checks and environment variables, or with -man DIR manual pages to a directory. SOURCE_DATE_EPOCH is the
// date of manual pages.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"authpocket/internal/command"
)

func main() {
	man := flag.String("man", "", "`directory` to write manual pages to, in the place of docs/cli")
	flag.Parse()
	write, dir := markdown, "docs/cli"
	if *man != "" {
		write, dir = manual, *man
	}
	err := fill(dir, write)
	if err == nil && *man == "" {
		err = cmp.Or(writeSchemas("docs/schemas", outputPage), writePages("docs"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "clidocs:", err)
		os.Exit(1)
	}
}

// fill writes the pages of all commands to a directory. Pages of commands that
// no longer exist are removed.
func fill(dir string, write func(*cobra.Command, string) error) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // pages for everybody
		return fmt.Errorf("creating the directory: %w", err)
	}
	earlier, err := filepath.Glob(filepath.Join(dir, "authpocket*"))
	if err != nil {
		return err
	}
	for _, page := range earlier {
		if err := os.Remove(page); err != nil {
			return fmt.Errorf("removing an earlier page: %w", err)
		}
	}
	root := command.Tree()
	root.DisableAutoGenTag = true // it has a date
	return write(root, dir)
}

// writePages writes the pages that are made of catalogues.
func writePages(dir string) error {
	for name, text := range map[string]string{"checks.md": checksPage(), "environment.md": environmentPage()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // pages for everybody
			return fmt.Errorf("writing the page: %w", err)
		}
	}
	return nil
}

func markdown(root *cobra.Command, dir string) error { return doc.GenMarkdownTree(root, dir) }

func manual(root *cobra.Command, dir string) error {
	header := doc.GenManHeader{Source: "authpocket", Manual: "authpocket manual"}
	return doc.GenManTree(root, &header, dir)
}
