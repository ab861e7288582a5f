package output

import (
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Validated prints the problems that were found in link files, or that there are none.
func (v *View) Validated(files []linkfile.File, found []report.Message) {
	if v.AsJSON {
		v.json(validateResult{len(files), found})
	}
	for _, m := range found {
		v.Tell(text(m))
	}
	if v.AsJSON || len(found) > 0 {
		return
	}
	for _, file := range files {
		v.line("", say.Of("%s: no problems.", nameOf(&file)), "")
	}
}

// nameOf returns the path of a link's file, with the name of the link in a file of several.
func nameOf(f *linkfile.File) string {
	if f.Name == "" {
		return f.Path
	}
	return f.Path + ", " + f.Name
}
