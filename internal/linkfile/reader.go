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

// One returns the only selected link of a file or directory, or ErrEmptyShard.
func (r Reader) One(ctx context.Context, path string) (File, error) {
	files, err := r.All(ctx, path)
	switch {
	case err != nil:
		return File{}, err
	case len(files) == 0 && r.Parts > 0:
		return File{}, ErrEmptyShard
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

// from reads the links of a file, and the files that they name.
func (r Reader) from(ctx context.Context, path string, open func() (io.ReadCloser, error)) ([]File, error) {
	var (
		files []File
		err   error
	)
	if stopped := Wait(ctx, func() {
		var data []byte
		if data, err = readAll(path, open); err == nil {
			files, err = r.Parse(path, data)
		}
	}); stopped != nil {
		return nil, stopped
	}
	return files, err
}

// Wait returns when read has ended, or an error as soon as ctx is cancelled. A signal does not wake what waits for the
// other end of a pipe, or for a terminal: that is left waiting.
func Wait(ctx context.Context, read func()) error {
	ended := make(chan struct{})
	go func() {
		read()
		close(ended)
	}()
	select {
	case <-ctx.Done():
		return &report.Fault{Summary: say.Of("Interrupted, so nothing was changed.")}
	case <-ended:
		return nil
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

// Parse returns the links that a link file describes. It reports all that is wrong in what the file sets at once.
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
		return nil, broken(path, data, err)
	}
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return nil, broken(path, data, err)
	default:
		return nil, &Fault{Place: report.Place{File: path, Line: second.Line, Column: second.Column},
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
