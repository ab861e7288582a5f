package web

import (
	"strings"
	"testing"

	"authpocket/internal/export"
)

func TestTheLinkCanBeTakenAlongAfterItWasMade(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := keeping(t, box, prefilled(box)).browser()
	b.get("/export").want(303, "/authentik")
	b.linked()
	for _, path := range []string{"/done", "/review"} {
		if !strings.Contains(b.get(path).want(200).text, `href="/export"`) {
			t.Errorf("%s does not lead to the files", path)
		}
	}
	page := b.get("/export").want(200).says("Export", "No file contains secrets")
	secret, _ := secrets(t, box)
	for _, f := range export.Formats() {
		if !strings.Contains(page.text, `href="/export/`+f.Name+`"`) {
			t.Errorf("the page has no link to %s", f.Name)
		}
		file := b.get("/export/" + f.Name).want(200)
		if !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment; filename=") ||
			file.header.Get("Content-Type") != f.MediaType {
			t.Errorf("%s comes as %v", f.Name, file.header)
		}
		if !strings.Contains(file.text, "oidc") &&
			!strings.Contains(file.text, "default-provider-authorization-implicit-consent") {
			t.Errorf("%s is empty:\n%s", f.Name, file.text)
		}
		if strings.Contains(file.text, secret) || strings.Contains(file.text, box.AuthentikToken) {
			t.Errorf("%s holds a secret", f.Name)
		}
	}
	b.get("/export/fax").want(404)
	b.get("/review").says("No changes needed") // looking wrote nothing
}
