// Package export writes a link's plan as code, for people who keep their
// configuration in files. An export never contains a secret, it only says where
// to take it from. Values that a format cannot represent give report.Problems that
// name the field; they are never changed silently.
package export

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

const migrationName = "pocketbase-migration"

// Format is a format that a plan can be written in.
type Format struct {
	Name      string // in commands and URLs, such as "terraform"
	Title     say.Text
	FileName  string // default file name; see FileNameAt
	MediaType string
	OneSystem bool // it writes to one of the two systems only
	// Write writes the plan. If the format cannot represent it, the error is
	// report.Problems and nothing is written.
	Write func(io.Writer, link.Plan) error
}

// Formats returns the formats that a plan can be written in, in display order.
func Formats() []Format {
	return []Format{
		{Name: "blueprint", Title: say.Of("authentik blueprint"), FileName: "authentik-blueprint.yaml",
			MediaType: "application/yaml; charset=utf-8", Write: whole(blueprint), OneSystem: true},
		{Name: "terraform", Title: say.Of("Terraform"), FileName: "authentik.tf",
			MediaType: "text/plain; charset=utf-8", Write: whole(terraform), OneSystem: true},
		{Name: migrationName, Title: say.Of("PocketBase migration"), FileName: "authpocket_oauth2.js",
			MediaType: "text/javascript; charset=utf-8", Write: whole(migration), OneSystem: true},
		{Name: "curl", Title: say.Of("Shell script with curl"), FileName: "authpocket.sh",
			MediaType: "application/x-sh; charset=utf-8", Write: whole(shell)},
		{Name: "markdown", Title: say.Of("Markdown"), FileName: "authpocket.md",
			MediaType: "text/markdown; charset=utf-8", Write: whole(markdown)},
	}
}

// Offered returns the formats for a plan: all that carry it, and the hook if the link has a use for one.
func Offered(p *link.Plan) []Format {
	if len(p.Desired.Groups.Fields) == 0 {
		return Formats()
	}
	return append(Formats(), Hook())
}

// All returns all formats and the hook.
func All() []Format { return append(Formats(), Hook()) }

// Find returns the format with that name.
func Find(name string) (Format, bool) {
	i := slices.IndexFunc(All(), func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return All()[i], true
}

// FileNameAt returns the file name for an export at that time. A migration gets
// a Unix time as prefix, like PocketBase's own: PocketBase runs each file name
// once, in order.
func (f Format) FileNameAt(t time.Time) string {
	if f.Name != migrationName {
		return f.FileName
	}
	return fmt.Sprintf("%d_%s", t.Unix(), f.FileName)
}

// Named reports whether FileNameAt returns that name at some time.
func (f Format) Named(name string) bool {
	at, found := strings.CutSuffix(name, f.FileName)
	if f.Name != migrationName {
		return found && at == ""
	}
	_, err := strconv.ParseUint(strings.TrimSuffix(at, "_"), 10, 64)
	return found && strings.HasSuffix(at, "_") && err == nil
}

// whole returns a Write function that writes everything at once, so that a
// rejected plan writes nothing.
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
