package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/sandbox"
	"authpocket/test/testkey"
)

// newOlderBench is a bench with an authentik whose redirect URIs have no type. Its answers are not those of the OpenAPI
// document, which is of a newer one.
func newOlderBench(t *testing.T) *bench {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA(), AuthentikVersion: "2025.12.0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{t: t, box: box, authentikURL: box.AuthentikURL}
	b.seed()
	b.engine = b.connect()
	return b
}

// redirects returns the redirect URIs of the only provider, as authentik tells of them.
func (b *bench) redirects() (list []string) {
	b.t.Helper()
	for _, p := range b.authentik("GET", "/providers/oauth2/", nil)["results"].([]any) {
		for _, u := range p.(map[string]any)["redirect_uris"].([]any) {
			uri := u.(map[string]any)
			if _, typed := uri["redirect_uri_type"]; typed {
				b.t.Error("this authentik has a type of redirect URIs")
			}
			list = append(list, uri["matching_mode"].(string)+" "+uri["url"].(string))
		}
	}
	return list
}

// TestRedirectURIsOfAnOlderAuthentik are imported, kept and put back without a type, and none for the logout is added.
func TestRedirectURIsOfAnOlderAuthentik(t *testing.T) {
	t.Parallel()
	b := newOlderBench(t)
	store, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.engine = b.connectKeeping(store)
	b.link(b.minimal())
	own := "strict " + link.RedirectURL(b.box.PocketBaseURL)

	t.Log("a plain link is imported without redirect URIs")
	if got := b.imported(); got.Provider.RedirectURIs != nil {
		t.Errorf("imported: %+v", got.Provider.RedirectURIs)
	}

	t.Log("an address for after the logout is refused")
	logout := b.minimal()
	logout.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://app.company/bye", Type: link.RedirectLogout}}
	_, err = b.engine.Plan(t.Context(), logout)
	problems, _ := errors.AsType[report.Problems](err)
	if len(problems) != 1 || problems[0].Field != "provider.redirect_uris.0" ||
		!strings.Contains(problems[0].Summary.String(), "it would let sign-ins return to https://app.company/bye.") {
		t.Errorf("the plan says %v", err)
	}

	t.Log("more of them are imported, and put back by an undo")
	more := b.minimal()
	more.Provider.RedirectURIs = []link.RedirectURI{{URL: link.RedirectURL(b.box.PocketBaseURL)},
		{URL: `https://[a-z]+\.company/x`, Mode: link.RedirectRegex}}
	b.link(more)
	both := []string{own, `regex https://[a-z]+\.company/x`}
	if diff := cmp.Diff(both, b.redirects()); diff != "" {
		t.Errorf("after the apply (-want +got):\n%s", diff)
	}
	spec := b.imported()
	if len(spec.Provider.RedirectURIs) != 2 || slices.ContainsFunc(spec.Provider.RedirectURIs,
		link.RedirectURI.Logout) {
		t.Errorf("imported: %+v", spec.Provider.RedirectURIs)
	}
	list, _, err := store.List()
	if err != nil {
		t.Fatal(err)
	}
	undo, err := b.engine.Undo(t.Context(), list[0].ID, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.engine.Apply(t.Context(), undo, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{own}, b.redirects()); diff != "" {
		t.Errorf("after the undo (-want +got):\n%s", diff)
	}

	t.Log("a removed link comes back")
	removal, err := b.engine.Removal(t.Context(), b.minimal())
	if err != nil {
		t.Fatal(err)
	}
	b.apply(removal)
	if list, _, err = store.List(); err != nil {
		t.Fatal(err)
	}
	if undo, err = b.engine.Undo(t.Context(), list[0].ID, false); err != nil {
		t.Fatalf("%v: %v", err, report.MessageOf(err))
	}
	b.apply(undo)
	if diff := cmp.Diff([]string{own}, b.redirects()); diff != "" {
		t.Errorf("after the restoration (-want +got):\n%s", diff)
	}
}
