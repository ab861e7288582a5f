package linkfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
)

// Links that are not selected count, and what is wrong with them does not.
func TestLinksToOnePocketBaseKnowEachOther(t *testing.T) {
	const text = `
defaults:
  authentik: {url: https://a.company, token: '${AUTHENTIK_TOKEN}'}
  pocketbase: {url: https://p.company, token: '${POCKETBASE_TOKEN}'}
  email: leave
links:
  - {name: one, application: {slug: one}, provider: {name: One}}
  - {name: two, application: {slug: two}, pocketbase: {token: '${UNSET}'}}
  - {name: far, authentik: {url: https://b.company}, pocketbase: {slot: oidc3}}
  - {name: elsewhere, pocketbase: {url: https://q.company}}
  - {name: blog, application: {slug: blog}, pocketbase: {collection: blog}}
`
	r := Reader{Lookup: func(name string) (string, bool) { return "x", name != "UNSET" },
		Selection: Selection{Only: []string{"one"}}}
	files, err := r.Parse("links.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	setOthers(files)
	const a, name = "https://a.company", "Provider for PocketBase"
	far := link.Other{AuthentikURL: "https://b.company", Slot: "oidc3"}
	blog := link.Other{AuthentikURL: a, Slug: "blog", ProviderName: name}
	if diff := cmp.Diff([]link.Other{{AuthentikURL: a, Slug: "two", ProviderName: name}, far, blog},
		files[0].Others); diff != "" {
		t.Errorf("the others of the first (want -, got +):\n%s", diff)
	}
	one := link.Other{AuthentikURL: a, Slug: "one", ProviderName: "One", Slot: link.AnySlot}
	if diff := cmp.Diff([]link.Other{one, far, blog},
		files[1].Others); diff != "" {
		t.Errorf("the others of the second (want -, got +):\n%s", diff)
	}
	if len(files[3].Others) > 0 {
		t.Errorf("a link to another PocketBase has the others %v", files[3].Others)
	}
}
