package docs_test

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"go.yaml.in/yaml/v3"

	"authpocket/sandbox"
	"authpocket/test/testkey"
)

// isLinkFile reports whether a YAML block is a link file, or one of several.
func isLinkFile(text string) bool {
	var keys map[string]yaml.Node
	if yaml.Unmarshal([]byte(text), &keys) != nil {
		return true // of link files it is said what is wrong
	}
	for _, key := range []string{"authentik", "pocketbase", "defaults", "links"} {
		if _, has := keys[key]; has {
			return true
		}
	}
	return false
}

// linkFile is the one of readers whose page does not show another.
const linkFile = `authentik: {url: https://authentik.company, token: '${AUTHENTIK_TOKEN}'}
pocketbase: {url: https://pocketbase.company, token: '${POCKETBASE_TOKEN}'}
email: trust-all
`

// linked are the pages whose reader has a link already.
func linked() []string {
	return []string{
		"docs/when-somebody-leaves.md", "docs/receipts.md", "docs/groups-into-a-field.md",
		"docs/how-to/rotate-undo-remove.md", "docs/how-to/nightly-proof.md", "docs/how-to/outgrow.md",
		"docs/explanation/proof.md",
	}
}

// reader is somebody who does what a page says, with systems of their own.
type reader struct {
	t    *testing.T
	page page
	dir  string
	env  []string
	box  *sandbox.Sandbox
	swap []string // what a page says and what it is here, in turn
	ran  int
}

func newReader(t *testing.T, p page) *reader {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, group := range []string{"Admins", "Everyone", "staff"} {
		box.Authentik().AddGroup(group)
	}
	r := &reader{t: t, page: p, dir: t.TempDir(), box: box}
	r.swap = []string{
		"https://authentik.company", box.AuthentikURL, "http://server:9000", box.AuthentikURL,
		"https://pocketbase.company", box.PocketBaseURL, "http://pocketbase:8090", box.PocketBaseURL,
		"https://shop.company", box.PocketBaseURL, "https://blog.company", box.PocketBaseURL,
		"/etc/authpocket/", r.dir + "/etc/", "/run/secrets/", r.dir + "/secrets/", "/var/lib/", r.dir + "/var/",
		"/usr/bin/", "",
		"--listen :8443", "--listen 127.0.0.1:0", "--listen 9000", "--listen 0",
	}
	r.env = []string{
		"HOME=" + r.dir, "PATH=" + os.Getenv("PATH"), "LC_ALL=C", "AUTHPOCKET_STATE=" + r.dir + "/state",
		"AUTHPOCKET_LISTEN=127.0.0.1:0", "AUTHPOCKET_SIGNIN_PASSWORD=" + box.Person.Password,
		"AUTHENTIK_TOKEN=" + box.AuthentikToken, "POCKETBASE_TOKEN=" + box.PocketBaseToken,
		"POCKETBASE_SHOP=" + box.PocketBaseToken, "POCKETBASE_BLOG=" + box.PocketBaseToken,
		"JOB_COMPLETION_INDEX=0",
	}
	r.files()
	if slices.Contains(linked(), p.path) {
		r.run(line{0, "authpocket apply", nil})
	}
	if p.path == "docs/when-somebody-leaves.md" {
		r.someoneLeaves()
	}
	return r
}

// files writes what the pages say that a reader has.
func (r *reader) files() {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	der, err := x509.MarshalPKCS8PrivateKey(testkey.RSA())
	if err != nil {
		r.t.Fatal(err)
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for name, text := range map[string]string{
		"etc/link.yaml":            linkFile,
		"ada.txt":                  r.box.Person.Password,
		"etc/ca.pem":               string(certificate),
		"cert.pem":                 string(certificate),
		"key.pem":                  string(key),
		"secrets/authentik_token":  r.box.AuthentikToken,
		"secrets/pocketbase_token": r.box.PocketBaseToken,
		"var/node_exporter/README": "",
	} {
		r.write(name, text)
	}
	if !strings.Contains(r.page.commands(), "authpocket init") {
		r.write("link.yaml", linkFile)
	}
}

// commands returns the console blocks of the page.
func (p page) commands() (all string) {
	for _, b := range p.blocks {
		if b.language == "console" {
			all += b.text
		}
	}
	return all
}

// write writes a file of the reader's, with the addresses of here.
func (r *reader) write(name, text string) {
	r.t.Helper()
	path := r.here(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.dir, path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(r.here(text)), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

var receipt = regexp.MustCompile(`\bk3v9x2m4q7\b`)

// here returns a text of the page as it is with the reader's systems, files and receipts.
func (r *reader) here(text string) string {
	text = strings.NewReplacer(r.swap...).Replace(text)
	return receipt.ReplaceAllStringFunc(text, func(string) string { return r.newestApply() })
}

// there returns what is printed here as a page shows it.
func (r *reader) there(text string) string {
	return strings.NewReplacer(r.box.AuthentikURL, "https://authentik.company",
		r.box.PocketBaseURL, "https://pocketbase.company", r.dir+"/etc/", "/etc/authpocket/").Replace(text)
}

// newestApply returns the ID of the newest receipt of an apply.
func (r *reader) newestApply() string {
	out, _ := r.shell("authpocket receipts --json")
	var list struct {
		Receipts []struct{ ID, Kind string }
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		r.t.Fatalf("reading the receipts: %v\n%s", err, out)
	}
	for _, one := range list.Receipts {
		if one.Kind == "apply" {
			return one.ID
		}
	}
	r.t.Fatalf("%s: there is no receipt of an apply", r.page.path)
	return ""
}

// someoneLeaves links two people with accounts, and deactivates one of them.
func (r *reader) someoneLeaves() {
	app := r.box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		r.t.Fatal(err)
	}
	for _, person := range r.box.Authentik().Snapshot().Users {
		if person.Username != r.box.Person.Username && person.Username != "akadmin" {
			continue
		}
		account := core.NewRecord(users)
		account.SetEmail(person.Email)
		account.SetRandomPassword()
		if err := app.Save(account); err != nil {
			r.t.Fatal(err)
		}
		linked := core.NewExternalAuth(app)
		linked.SetCollectionRef(users.Id)
		linked.SetRecordRef(account.Id)
		linked.SetProvider("oidc")
		linked.SetProviderId(person.UID)
		if err := app.Save(linked); err != nil {
			r.t.Fatal(err)
		}
		if person.Username == r.box.Person.Username {
			r.box.Authentik().Deactivate(person.PK)
		}
	}
}
