package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/sandbox"
)

// interrupt leaves the receipt of an apply that did not end.
func interrupt(t *testing.T, box *sandbox.Sandbox, state, slug, collection string) string {
	t.Helper()
	store, err := journal.Open(state)
	if err != nil {
		t.Fatal(err)
	}
	plan := link.Plan{Spec: link.Spec{Application: link.Application{Slug: &slug},
		PocketBase: link.PocketBase{Collection: &collection}}}
	r, err := store.Begin(&plan, journal.Meta{Kind: journal.Apply, AuthentikURL: box.AuthentikURL,
		PocketBaseURL: box.PocketBaseURL})
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// What was interrupted is told under its own link.
func TestANoteOfAReceiptStandsUnderItsLink(t *testing.T) {
	box, command := several(t, 3)
	state := t.TempDir()
	own := interrupt(t, box, state, "link2", "people2")
	gone := interrupt(t, box, state, "gone", "people2")
	broken := filepath.Join(state, "receipt-20260131T120000Z-abcdefghij.json")
	if err := os.WriteFile(broken, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"plan"}, {"verify", "--quick"}, {"check-people"}, {"apply", "--yes"}} {
		out, _ := command(append(args, "--state", state, "--parallel", "1")...).CombinedOutput()
		said := string(out)
		if strings.Count(said, own) != 1 || strings.Index(said, own) < strings.Index(said, "link2:\n") {
			t.Errorf("%q tells of the apply of link2 elsewhere:\n%s", args, said)
		}
		general, _, _ := strings.Cut(said, ":\n") // above the first link
		if strings.Count(said, gone) != 1 || !strings.Contains(general, "The apply of another link, gone → people2, ") {
			t.Errorf("%q does not tell of the apply of a link that it does not have:\n%s", args, said)
		}
		if strings.Count(said, "cannot be read") != 1 || !strings.Contains(general, broken) {
			t.Errorf("%q does not tell of what cannot be read:\n%s", args, said)
		}
	}
	out, _ := command("plan", "--state", state, "--only", "link0").CombinedOutput()
	if said := string(out); strings.Contains(said, own) || !strings.Contains(said, gone) ||
		!strings.Contains(said, broken) {
		t.Errorf("plan of link0 tells of the apply of link2, or not of what is of no link:\n%s", out)
	}
}

// A link whose slug its file leaves open has the receipts of its collection, but not those of the links beside it.
func TestUndoTakesNoReceiptOfTheLinkBeside(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
	dir := t.TempDir()
	for name, more := range map[string]string{"a-open": "", "b-named": "application: {slug: blog, name: Blog}\n"} {
		text := "authentik: {url: '" + box.AuthentikURL + "', token: '${AUTHENTIK_TOKEN}'}\npocketbase: {url: '" +
			box.PocketBaseURL + "', token: '${POCKETBASE_TOKEN}'}\nemail: trust-all\n" + more
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	state := t.TempDir()
	command := func(args ...string) string {
		cmd := authpocket(t, append(args, "-f", dir, "--state", state)...)
		cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN="+box.AuthentikToken, "POCKETBASE_TOKEN="+box.PocketBaseToken)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%q ends with %v:\n%s", args, err, out)
		}
		return string(out)
	}
	command("apply", "--yes", "--only", "a-open")
	command("apply", "--yes", "--only", "b-named")
	other := receiptOf(t, state, "blog")
	cmd := authpocket(t, "undo", "-f", dir, "--state", state, "--yes", "--only", "a-open", other)
	cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN="+box.AuthentikToken, "POCKETBASE_TOKEN="+box.PocketBaseToken)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out),
		"Receipt "+other+" is of the link blog → users. Name that link, or a receipt of this one.") {
		t.Errorf("with a receipt of the other it ends with %v:\n%s", err, out)
	}
	command("remove", "--yes", "--only", "b-named")
	said := command("undo", "--yes", "--only", "a-open")
	if left := box.Authentik().Snapshot().Applications; len(left) > 0 {
		t.Errorf("the undo of one link leaves the application %s:\n%s", left[0].Slug, said)
	}
}

// receiptOf returns the ID of the newest receipt of an application.
func receiptOf(t *testing.T, state, slug string) string {
	t.Helper()
	store, err := journal.OpenToRead(state)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := store.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if one.Slug == slug {
			return one.ID
		}
	}
	t.Fatalf("there is no receipt of %s", slug)
	return ""
}
