package linkfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

func TestEachLinkIsInOneShard(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.String().Draw(rt, "name")
		parts := rapid.Uint32Range(1, 100).Draw(rt, "parts")
		in := 0
		for part := range parts {
			if (linkfile.Shard{Part: part, Parts: parts}).Has(name) {
				in++
			}
		}
		if in != 1 {
			rt.Fatalf("%q is in %d of %d shards", name, in, parts)
		}
	})
}

// The shard of a name stays the same in later versions: machines of one run may have different ones.
func TestTheShardOfANameNeverChanges(t *testing.T) {
	got := map[string]uint32{}
	for _, name := range []string{"shop", "blog", "wiki", "mail"} {
		for part := range uint32(4) {
			if (linkfile.Shard{Part: part, Parts: 4}).Has(name) {
				got[name] = part
			}
		}
	}
	if diff := cmp.Diff(map[string]uint32{"shop": 1, "blog": 1, "wiki": 1, "mail": 2}, got); diff != "" {
		t.Errorf("the shards (want -, got +):\n%s", diff)
	}
}

func TestShardsSpreadLinks(t *testing.T) {
	const links, parts = 1000, 8
	for part := range uint32(parts) {
		count := 0
		for i := range links {
			if (linkfile.Shard{Part: part, Parts: parts}).Has(fmt.Sprintf("app-%d", i)) {
				count++
			}
		}
		if count < links/parts/2 || count > links/parts*2 {
			t.Errorf("shard %d has %d of %d links", part, count, links)
		}
	}
}

func TestOnlySelectedLinksAreRead(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.yaml", several)
	write(t, "b.yaml", strings.ReplaceAll(whole, "${AUTHENTIK_TOKEN}", "${AUTHENTIK_MISSING}"))
	reader := environment()
	if names, err := reader.Names(t.Context(), "."); err != nil || strings.Join(names, " ") != "shop blog b" {
		t.Errorf("the names are %v, %v", names, err)
	}
	if _, err := reader.All(t.Context(), "."); err == nil {
		t.Error("a link without its variable is read")
	}
	reader.Only = []string{"blog", "shop"}
	files, err := reader.All(t.Context(), ".")
	got := strings.Join(link.Each(files, linkfile.File.Label), " ")
	if err != nil || got != "shop blog" {
		t.Errorf("selected are %s, %v", got, err)
	}
	reader.Only = []string{"shop"}
	if file, err := reader.One(t.Context(), "."); err != nil || file.Name != "shop" {
		t.Errorf("the only one is %q, %v", file.Name, err)
	}
	reader.Only = []string{"nobody"}
	if _, err := reader.All(t.Context(), "."); err == nil || !strings.Contains(err.Error(), "use shop, blog or b") {
		t.Errorf("a name that is not there: %v", err)
	}
}

func TestTwoFilesHaveNoLinkOfOneName(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.yaml", several)
	write(t, "shop.yml", whole)
	_, err := environment().All(t.Context(), ".")
	if err == nil || !strings.HasPrefix(err.Error(), "shop.yml:1:1: there is another link shop, at a.yaml:") {
		t.Errorf("two links are named shop: %v", err)
	}
}
