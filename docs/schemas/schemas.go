// Package schemas has the JSON Schemas of what commands print with --json.
package schemas

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed *.json
var files embed.FS

// Names returns the names of the schemas.
func Names() []string {
	list, _ := fs.Glob(files, "*.json") // the pattern is right
	for i, name := range list {
		list[i] = strings.TrimSuffix(path.Base(name), ".json")
	}
	return slices.Sorted(slices.Values(list))
}

// Schema returns the schema of that name.
func Schema(name string) ([]byte, error) { return files.ReadFile(name + ".json") }
