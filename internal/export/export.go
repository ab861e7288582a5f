// Package export writes a link's plan as text in other languages, for people
// who keep their set-up as files. An export never holds a secret: it says
// where to take it from. What a language cannot carry is refused with
// link.Problems that name the field, and never changed silently.
package export

import (
	"io"

	"authpocket/internal/link"
)

// Format is one language that a plan can be written in.
type Format struct {
	Name      string // of the command line and the URL, such as "terraform"
	Title     string // for people
	FileName  string // to save it under; see FileNameAt
	MediaType string
	// Write writes the plan. The error is link.Problems where the plan has
	// something that the language cannot carry; nothing is written then.
	Write func(io.Writer, link.Plan) error
}

// Formats are all formats, in the order in which they are offered.
func Formats() []Format {
	return []Format{
		{Name: "blueprint", Title: "authentik blueprint", FileName: "authentik-blueprint.yaml",
			MediaType: "application/yaml; charset=utf-8", Write: whole(blueprint)},
		{Name: "terraform", Title: "Terraform", FileName: "authentik.tf",
			MediaType: "text/plain; charset=utf-8", Write: whole(terraform)},
		{Name: migrationName, Title: "PocketBase migration", FileName: "authpocket_oauth2.js",
			MediaType: "text/javascript; charset=utf-8", Write: whole(migration)},
		{Name: "curl", Title: "Shell script with curl", FileName: "authpocket.sh",
			MediaType: "application/x-sh; charset=utf-8", Write: whole(shell)},
		{Name: "markdown", Title: "Markdown", FileName: "authpocket.md",
			MediaType: "text/markdown; charset=utf-8", Write: whole(markdown)},
	}
}

// Find returns the format of that name.
func Find(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// whole writes a text at once, so that a plan that is refused half-way leaves
// nothing behind.
func whole(text func(link.Plan) (string, error)) func(io.Writer, link.Plan) error {
	return func(w io.Writer, p link.Plan) error {
		s, err := text(p)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, s)
		return err
	}
}
