// Command pack joins and compresses the style sheets and scripts of package
// static into static/packed, so that the program only serves them. It does not
// import that package, which needs its output.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("static"); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// sources lists what each file is made of, in order. htmx is one file with its
// extension: it starts in the moment after its own script, and an extension
// that arrives later is not asked.
func sources() map[string][]string {
	return map[string][]string{
		"style.css":   {"css/tokens.css", "css/base.css", "css/components.css", "css/pages.css"},
		"app.js":      {"js/app.js"},
		"signin.js":   {"js/signin.js"},
		"htmx.min.js": {"js/htmx.min.js", "js/hx-sse.min.js"},
		"icon.svg":    {"icon.svg"},
	}
}

// run writes the packed files below dir again.
func run(dir string) error {
	to := filepath.Join(dir, "packed")
	if err := os.RemoveAll(to); err != nil {
		return fmt.Errorf("removing the old files: %w", err)
	}
	for name, parts := range sources() {
		plain, err := join(dir, parts)
		if err != nil {
			return fmt.Errorf("joining %s: %w", name, err)
		}
		if err := write(to, name, plain); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

// join returns the parts, each with a line end.
func join(dir string, parts []string) ([]byte, error) {
	var plain []byte
	for _, part := range parts {
		b, err := os.ReadFile(filepath.Join(dir, part))
		if err != nil {
			return nil, err
		}
		plain = append(append(plain, b...), '\n')
	}
	return plain, nil
}

// write writes a file compressed, into a directory named after its content.
func write(to, name string, plain []byte) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(plain); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	dir := filepath.Join(to, hashOf(plain))
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for everybody
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".gz"), b.Bytes(), 0o644) //nolint:gosec // for everybody
}

// hashOf returns the directory of a content.
func hashOf(plain []byte) string {
	sum := sha256.Sum256(plain)
	return hex.EncodeToString(sum[:8])
}
