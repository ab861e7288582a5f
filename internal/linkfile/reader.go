package linkfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Default is the link file that is read if none is named.
const Default = "link.yaml"

const standardInput = "standard input"

// Reader reads link files.
type Reader struct {
	Lookup func(name string) (string, bool) // os.LookupEnv outside tests
	Stdin  io.Reader                        // what the path - names
	// Env lists further variables that a file may take from the environment, and Files further files that it may
	// take secrets from.
	Env, Files []string
	// Needs lists the keys that the command needs, nil for all. Others cannot stop it: they are left out if
	// anything is wrong with the file.
	Needs []string
	// Note gets what this environment lacks for the file, variables and files with secrets, and makes it no error:
	// the values that it would give are not checked. nil where the values are needed.
	Note func(Fault)
	// Selection says which links are read. Nothing that is wrong with another link's settings is an error.
	Selection
}

// One returns the only selected link of a file or directory.
func (r Reader) One(ctx context.Context, path string) (File, error) {
	files, err := r.All(ctx, path)
	switch {
	case err != nil:
		return File{}, err
	case len(files) != 1:
		return File{}, ofPath(shownPath(path), notOne(labels(files)))
	}
	return files[0], nil
}

// All reads the selected links of the file at path, of all *.yaml and *.yml files of a directory but hidden ones, or of
// standard input for -. An empty path is Default. Cancelling ctx ends the wait for a pipe.
func (r Reader) All(ctx context.Context, path string) ([]File, error) {
	files, err := r.read(ctx, path)
	if err := errors.Join(err, repeated(files)); err != nil {
		return files, err
	}
	setOthers(files)
	return r.pick(shownPath(path), files)
}

// Names returns the names of all links, whatever is wrong with their settings.
func (r Reader) Names(ctx context.Context, path string) ([]string, error) {
	r.Selection = Selection{none: true}
	files, err := r.read(ctx, path)
	return labels(files), err
}

// read reads all links. Those that are not selected are sketches.
func (r Reader) read(ctx context.Context, path string) ([]File, error) {
	if path == "-" {
		return r.from(ctx, standardInput, func() (io.ReadCloser, error) { return io.NopCloser(r.Stdin), nil })
	}
	if path == "" {
		path = Default
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, &report.Fault{Summary: say.Of("there is no %s in this directory: name a link file with -f, or "+
				"write one with authpocket init", Default), Err: err}
		}
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return r.directory(ctx, path)
	}
	return r.from(ctx, path, func() (io.ReadCloser, error) { return os.Open(path) })
}

// directory reads the link files of a directory. Hidden files are those of editors, and of the volumes of Kubernetes.
func (r Reader) directory(ctx context.Context, dir string) ([]File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, failed(say.Of("reading the directory %s", dir), err)
	}
	var (
		files []File
		errs  []error
	)
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") || !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name)) {
			continue
		}
		path := filepath.Join(dir, name)
		switch info, err := os.Stat(path); {
		case err != nil:
			errs = append(errs, failed(say.Of("opening the link file %s", path), err))
			continue
		case info.IsDir():
			continue
		case !info.Mode().IsRegular():
			errs = append(errs, ofPath(path, say.Of("this is a pipe or device, which is read only where -f names it")))
			continue
		}
		more, err := r.read(ctx, path)
		files, errs = append(files, more...), append(errs, err)
	}
	if len(files) == 0 && errors.Join(errs...) == nil {
		return nil, ofPath(dir, say.Of("there is no link file, *.yaml or *.yml, in this directory"))
	}
	return files, errors.Join(errs...)
}

// from reads the links of a file. A signal does not wake what waits for the other end of a pipe, or for a terminal:
// that is left waiting.
func (r Reader) from(ctx context.Context, path string, open func() (io.ReadCloser, error)) ([]File, error) {
	type content struct {
		data []byte
		err  error
	}
	read := make(chan content, 1)
	go func() {
		data, err := readAll(path, open)
		read <- content{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, &report.Fault{Summary: say.Of("Interrupted, so nothing was changed."), Err: ctx.Err()}
	case one := <-read:
		if one.err != nil {
			return nil, one.err
		}
		return r.Parse(path, one.data)
	}
}

// readAll returns the text of a link file, cut where it is too large for one.
func readAll(path string, open func() (io.ReadCloser, error)) ([]byte, error) {
	f, err := open()
	if err != nil {
		return nil, failed(say.Of("opening the link file %s", path), err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, failed(say.Of("reading the link file %s", path), err)
	}
	return data, nil
}

// cause returns err without its operation and path, which the caller adds.
func cause(err error) error {
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		return wrong.Err
	}
	return err
}

// Parse returns the links that a link file describes. It reports all unknown keys, or all missing variables, at once.
// The error consists of Faults.
func (r Reader) Parse(path string, data []byte) ([]File, error) {
	root, err := document(path, data)
	if err != nil {
		return nil, err
	}
	return r.links(path, root)
}

// document returns the only document of a file, as a mapping without aliases and merges.
func document(path string, data []byte) (*yaml.Node, error) {
	if len(data) > MaxSize {
		return nil, wholeFile(path, say.Of("larger than 1 MB, so not a link file"))
	}
	var root yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&root); errors.Is(err, io.EOF) {
		return nil, wholeFile(path, say.Of("the file is empty"))
	} else if err != nil {
		return nil, notYAML(path, err)
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, &Fault{Place: report.Place{File: path, Line: max(second.Line, 1), Column: second.Column},
			Words: say.Of("a second document begins here: put each link in a file of its own, or all below links")}
	}
	f := &faults{path: path}
	for _, check := range []func(*faults, *yaml.Node){checkSize, checkRepeats} {
		if check(f, &root); len(f.list) > 0 {
			return nil, f.err()
		}
	}
	top := resolve(f, root.Content[0])
	if top.Kind != yaml.MappingNode {
		f.add(top, "", say.Of("a link file is a mapping with the keys authentik and pocketbase"))
	}
	return top, f.err()
}

// link returns the link that a resolved mapping describes, and what is wrong with it. It changes a copy.
func (r Reader) link(path string, root *yaml.Node) (File, *faults) {
	file, f := r.decode(path, resolve(nil, root))
	if r.Needs == nil || len(f.list) == 0 && len(file.problems) == 0 {
		return file, f
	}
	file, f = r.decode(path, pruned("", resolve(nil, root), r.Needs))
	file.problems = slices.DeleteFunc(file.problems, func(p report.Problem) bool { return !needed(p.Field, r.Needs) })
	return file, f
}

func (r Reader) decode(path string, root *yaml.Node) (File, *faults) {
	file, f := File{Path: path, start: placeOf(path, root), at: map[string]report.Place{}}, &faults{path: path}
	for _, step := range []func(*faults, *yaml.Node){checkKeys, r.expand, checkTypes} {
		if step(f, root); len(f.list) > 0 {
			return file, f
		}
	}
	if err := root.Decode(&file); err != nil {
		f.take(notYAML(path, err))
		return file, f
	}
	for at, n := range places(root) {
		file.at[at] = placeOf(path, n)
	}
	r.readSecrets(&file)
	file.check()
	file.problems = slices.DeleteFunc(file.problems,
		func(p report.Problem) bool { return f.unset[file.Place(p.Field)] })
	return file, f
}

// pruned returns the resolved mapping with the needed keys only.
func pruned(at string, n *yaml.Node, needs []string) *yaml.Node {
	kept := *n
	kept.Content = nil
	for key, value := range pairs(n) {
		switch path := at + key.Value; {
		case slices.Contains(needs, path):
			kept.Content = append(kept.Content, key, value)
		case value.Kind == yaml.MappingNode && slices.ContainsFunc(needs, func(need string) bool {
			return strings.HasPrefix(need, path+".")
		}):
			kept.Content = append(kept.Content, key, pruned(path+".", value, needs))
		}
	}
	return &kept
}

// needed reports whether a field or what it belongs to is among the keys.
func needed(field string, keys []string) bool {
	for ; field != ""; field = parent(field) {
		if slices.Contains(keys, field) {
			return true
		}
	}
	return false
}

func parent(field string) string { return field[:max(strings.LastIndexByte(field, '.'), 0)] }

// Identity returns the keys that say how to reach both systems and which link is meant.
func Identity() []string {
	keys := []string{"preset", "existing", "application.slug", "application.name", "provider.name",
		"provider.client_id",
		"pocketbase.collection", "pocketbase.slot"}
	for _, system := range []string{"authentik", "pocketbase"} {
		for f := range keysOf(reflect.TypeFor[File]())[system].Fields() {
			if name, _ := keyOf(f); name != "" {
				keys = append(keys, system+"."+name)
			}
		}
	}
	return keys
}
