package changes

import (
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// NewExport returns the page that offers the link as files.
func NewExport(h view.Head, back string, files []ExportFile, warnings []link.Warning) ExportPage {
	h.Title, h.Back = say.Of("Export"), back
	p := ExportPage{Head: h}
	for _, w := range warnings {
		if w.ID == report.WarnAccessUnseen { // the files lack bindings that the token cannot see
			p.Notes = append(p.Notes, Note{w.Summary, say.Join(say.Of("The files let in everyone, because they "+
				"cannot list bindings that authpocket cannot see."), w.Advice(report.OnPage))})
		}
	}
	for _, f := range files {
		if f.For.Empty() {
			f.For, f.URL = exportFor(f.URL), "/export/"+f.URL
		}
		p.Files = append(p.Files, f)
	}
	return p
}

// LinkFileURL is where the link file is.
const LinkFileURL = "/export/link.yaml"

// NewLinkFile returns the link file as one of the files. ca reports that a private CA is needed, which it cannot hold.
func NewLinkFile(name, text string, ca bool) ExportFile {
	f := ExportFile{Title: say.Of("Link file"), URL: LinkFileURL, FileName: name, Text: text,
		For: say.Of("Both sides, for the authpocket command: it plans, applies and checks this link. It takes the " +
			"tokens from the variables AUTHENTIK_TOKEN and POCKETBASE_TOKEN.")}
	if ca {
		f.For = say.Join(f.For, say.Of("Save the certificate of your CA as a file, and name it with ca_file."))
	}
	return f
}

// exportFor returns the description of an export format.
func exportFor(name string) say.Text {
	return map[string]say.Text{
		"blueprint":            say.Of("authentik's side. Import it under Customization, Blueprints."),
		"terraform":            say.Of("authentik's side, for Terraform or OpenTofu."),
		"pocketbase-migration": say.Of("PocketBase's side. Put it into pb_migrations; it runs when PocketBase starts."),
		"pocketbase-hook": say.Of("Sets fields of an account from the person's groups at each sign-in. Put it into " +
			"pb_hooks; PocketBase loads it when it starts."),
		"curl": say.Of("Both sides, as a script that sends the same requests as authpocket. Uses this server's flow " +
			"and key IDs, so it only works on this authentik."),
		"markdown": say.Of("Both sides as documentation: every field and the reason for it, for a ticket or a wiki."),
	}[name]
}
