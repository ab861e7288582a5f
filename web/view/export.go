package view

import "authpocket/internal/link"

// NewExport makes the page that offers the link as files.
func NewExport(h Head, back string, files []ExportFile, warnings []link.Warning) ExportPage {
	h.Title, h.Back = "Take the link along", back
	p := ExportPage{Head: h}
	for _, w := range warnings {
		if w.ID == link.WarnAccessUnseen { // bindings that nobody sees are in no file
			p.Notes = append(p.Notes, Note{w.Summary, "The files let in everyone, for they cannot name whom authpocket does not see. " + w.Detail})
		}
	}
	for _, f := range files {
		f.For, f.URL = exportFor(f.URL), "/export/"+f.URL
		p.Files = append(p.Files, f)
	}
	return p
}

// exportFor says what the format with that name is good for.
func exportFor(name string) string {
	switch name {
	case "blueprint":
		return "authentik's side, to import under Customization, Blueprints."
	case "terraform":
		return "authentik's side, for Terraform or OpenTofu."
	case "pocketbase-migration":
		return "PocketBase's side, to put into pb_migrations. It runs when PocketBase starts."
	case "curl":
		return "Both sides, as a script that makes the same requests as authpocket. It names flows and keys by authentik's own numbers for them, so it is for this authentik."
	case "markdown":
		return "Both sides to read: every field and why, for a ticket or a wiki."
	}
	return ""
}
