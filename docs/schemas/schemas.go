// Package schemas has the JSON Schemas of what commands print with --json, and that of link files.
package schemas

import (
	"compress/gzip"
	"embed"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// packed has each schema compressed: internal/pack writes it.
//
//go:embed packed
var packed embed.FS

// ext is that of a packed schema.
const ext = ".json.gz"

// Names returns the names of the schemas of results.
func Names() []string {
	list, _ := fs.Glob(packed, "packed/*"+ext) // the pattern is right
	for i, name := range list {
		list[i] = strings.TrimSuffix(path.Base(name), ext)
	}
	return slices.Sorted(slices.Values(list))
}

// Schema returns the schema of the result of that name.
func Schema(name string) ([]byte, error) { return read("packed/" + name + ext) }

// LinkFile returns the schema of link files.
func LinkFile() ([]byte, error) { return read("packed/linkfile/link.schema" + ext) }

func read(name string) ([]byte, error) {
	f, err := packed.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(plain)
}
