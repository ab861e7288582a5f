package main

import (
	"context"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/visible"
)

type validateFlags struct{ fileFlags }

// run checks link files without connecting.
func (f validateFlags) run(ctx context.Context, p program) int {
	view := p.view(f.JSON)
	files, err := p.reader(f.sourceFlags).All(ctx, f.File)
	found := []link.Message{}
	if err != nil {
		found = messages(err)
	}
	for _, file := range files {
		_, problems := file.Spec()
		found = append(found, link.Each(problems.Messages(), file.Locate)...)
	}
	if f.JSON {
		view.json(map[string]any{"links": len(files), "errors": found})
	}
	for _, m := range found {
		visible.Fprintln(p.err, text(m))
	}
	if len(found) > 0 {
		return exitError
	}
	if !f.JSON {
		for _, file := range files {
			visible.Fprintf(p.out, "%s: no problems.\n", nameOf(file))
		}
	}
	return exitOK
}

// nameOf returns the path of a link's file, with the name of the link in a file of several.
func nameOf(f linkfile.File) string {
	if f.Name == "" {
		return f.Path
	}
	return f.Path + ", " + f.Name
}
