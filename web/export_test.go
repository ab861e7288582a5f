package web

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/internal/export"
	"authpocket/test/programs"
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

// TestAReviewedPlanIsThereAsMarkdown: of each kind, as it was shown, and without its secret.
func TestAReviewedPlanIsThereAsMarkdown(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := keeping(t, box, prefilled(box)).browser()
	b.linked()
	secret, _ := secrets(t, box)
	for path, title := range map[string]string{"/remove": "# Removal: ", "/rotate": "# New client secret: "} {
		page := b.get(path).want(200)
		_, rest, found := strings.Cut(page.text, `href="/review/plan.md`)
		if !found {
			t.Fatalf("%s does not lead to its plan", path)
		}
		query, _, _ := strings.Cut(rest, `"`)
		file := b.get("/review/plan.md" + query).want(200)
		if !strings.HasPrefix(file.text, title) || strings.Contains(file.text, secret) {
			t.Errorf("%s is there as:\n%s", path, file.text)
		}
	}
	b.get("/review/plan.md?plan=guessed").want(404)
	b.get("/review/plan.md").want(404)
}

// TestTheLinkFileOfTheWizardIsThatOfTheCommand: the command finds nothing left to change with it.
func TestTheLinkFileOfTheWizardIsThatOfTheCommand(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := keeping(t, box, prefilled(box)).browser()
	b.get("/export/link.yaml").want(303, "/authentik")
	b.answered()
	if page := b.get("/review").want(200); !strings.Contains(page.text, `href="/export/link.yaml"`) {
		t.Error("the review does not lead to the link file")
	}
	before := b.get("/export/link.yaml").want(200).text // of the link that is not made yet
	b.apply(b.get("/review").want(200)).says("All changes were applied")
	b.post("/verify", nil).want(303)
	b.wait("/verify/events", "")
	if page := b.get("/done").want(200); !strings.Contains(page.text, `href="/export/link.yaml"`) {
		t.Error("the last page does not lead to the link file")
	}
	b.get("/export").want(200).says("Link file", "AUTHENTIK_TOKEN", "email: trust-all")
	file := b.get("/export/link.yaml").want(200)
	if got := file.header.Get("Content-Disposition"); got != `attachment; filename="link.yaml"` || file.text != before {
		t.Errorf("it comes as %s:\n%s", got, file.text)
	}
	secret, _ := secrets(t, box)
	for _, hidden := range []string{secret, box.AuthentikToken, box.PocketBaseToken} {
		if strings.Contains(file.text, hidden) {
			t.Error("it holds a secret")
		}
	}
	dir := t.TempDir()
	program, path := programs.Build(t, "authpocket"), filepath.Join(dir, "link.yaml")
	if err := os.WriteFile(path, []byte(file.text), 0o600); err != nil {
		t.Fatal(err)
	}
	plan := exec.CommandContext(t.Context(), program, "plan", "-f", path, "--state", dir)
	plan.Env = append(os.Environ(), "AUTHENTIK_TOKEN="+box.AuthentikToken, "POCKETBASE_TOKEN="+box.PocketBaseToken)
	if out, err := plan.CombinedOutput(); err != nil { // 2 if there are changes
		t.Errorf("the plan ends with %v:\n%s", err, out)
	}
}
