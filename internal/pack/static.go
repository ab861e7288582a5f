package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// sources lists what each file is made of, in order. htmx is one file with its
// extension: it starts in the moment after its own script, and an extension
// that arrives later is not asked.
func sources() map[string][]string {
	return map[string][]string{
		"style.css":   {"css/tokens.css", "css/base.css", "css/components.css", "css/start.css"},
		"pages.css":   {"css/pages.css"},
		"app.js":      {"js/app.js"},
		"signin.js":   {"js/signin.js"},
		"htmx.min.js": {"js/htmx-config.js", "js/htmx.min.js", "js/hx-sse.min.js"},
		"icon.svg":    {"icon.svg"},
	}
}

// packStatic returns the files of package static, each in a directory named after its content.
func packStatic(root string) (packed, error) {
	files := packed{}
	for name, parts := range sources() {
		plain, err := join(filepath.Join(root, "static"), parts)
		if err != nil {
			return nil, fmt.Errorf("joining %s: %w", name, err)
		}
		if err := files.add(hashOf(plain)+"/"+name, plain); err != nil {
			return nil, err
		}
	}
	return files, nil
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

// hashOf returns the directory of a content. It tells releases apart, and nothing else.
func hashOf(plain []byte) string {
	sum := sha256.Sum256(plain)
	return hex.EncodeToString(sum[:4])
}
