// Package linkfile reads the YAML file that describes a link for the commands
// plan, apply and verify.
package linkfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// MaxSize is the maximum size of a link file, in bytes.
const MaxSize = 1 << 20

// File is a link file: how to reach both systems, and the wanted link.
type File struct {
	Authentik   Authentik          `yaml:"authentik"`
	PocketBase  PocketBase         `yaml:"pocketbase"`
	Application link.Application   `yaml:"application"`
	Provider    link.Provider      `yaml:"provider"`
	Access      *link.Access       `yaml:"access"`
	Email       link.EmailDecision `yaml:"email"`
	Existing    link.Existing      `yaml:"existing"`

	spec     link.Spec     `yaml:"-"`
	problems link.Problems `yaml:"-"`
}

// Authentik configures how to reach authentik.
type Authentik struct {
	URL       string      `yaml:"url"`
	Token     secret.Text `yaml:"token"`
	PublicURL string      `yaml:"public_url"` // in browsers, default url
	CAFile    string      `yaml:"ca_file"`
	Insecure  bool        `yaml:"insecure_http"` // allows the token over plain http

	// Base is URL as link.ParseAddress returns it, empty where it has a problem.
	Base string `yaml:"-"`
}

// PocketBase configures how to reach PocketBase, and the link's settings there.
type PocketBase struct {
	URL             string      `yaml:"url"`
	Token           secret.Text `yaml:"token"`
	Email           string      `yaml:"email"`
	Password        secret.Text `yaml:"password"`
	PublicURLs      []string    `yaml:"public_urls"` // in browsers, default url
	CAFile          string      `yaml:"ca_file"`
	Insecure        bool        `yaml:"insecure_http"` // allows token or password over plain http
	link.PocketBase `yaml:",inline"`

	// Base is URL as link.ParseAddress returns it, empty where it has a problem.
	Base string `yaml:"-"`
}

// Open reads the link file at path. Cancelling ctx ends the read of a pipe. Errors
// name the file and line, never a value.
func Open(ctx context.Context, path string, variables Variables) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, fmt.Errorf("opening the link file %s: %w", path, cause(err))
	}
	defer f.Close()
	stop := context.AfterFunc(ctx, func() { _ = f.Close() }) // ends the read of a pipe
	defer stop()
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return File{}, fmt.Errorf("reading the link file %s: %w", path, cause(err))
	}
	if len(data) > MaxSize {
		return File{}, fmt.Errorf("%s: larger than 1 MB, so not a link file", path)
	}
	return Parse(path, data, variables)
}

// cause returns err without its operation and path, which the caller adds.
func cause(err error) error {
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		return wrong.Err
	}
	return err
}

// Parse parses a link file. It reports all unknown keys, or all missing variables,
// at once.
func Parse(path string, data []byte, variables Variables) (File, error) {
	var (
		file File
		root yaml.Node
	)
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return file, fmt.Errorf("%s: the file is empty", path)
		}
		return file, explain(path, err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return file, fmt.Errorf("%s: more than one document: put each link in a file of its own", path)
	}
	for _, step := range []func(string, *yaml.Node) error{checkSize, checkKeys, checkRepeats, variables.expand} {
		if err := step(path, &root); err != nil {
			return file, err
		}
	}
	if err := root.Decode(&file); err != nil {
		return File{}, explain(path, err)
	}
	file.check()
	return file, nil
}
