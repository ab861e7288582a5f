package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"authpocket/sandbox"
)

// crowded returns a link with n people who have signed in, one in a hundred of whom is inactive or gone.
func crowded(b *testing.B, binary string, n int) *many {
	b.Helper()
	box, err := sandbox.Start(b.Context(), sandbox.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := box.Close(); err != nil {
			b.Error(err)
		}
	})
	a, p := measure(b, box.AuthentikURL), measure(b, box.PocketBaseURL)
	m := &many{a: a, p: []*meter{p}, env: append(os.Environ(), "AUTHENTIK_TOKEN="+box.AuthentikToken,
		"POCKETBASE_TOKEN="+box.PocketBaseToken)}
	m.text = "authentik: {url: '" + a.url + "', token: '${AUTHENTIK_TOKEN}'}\nemail: trust-all\n" +
		"provider: {subject_mode: user_username}\n" +
		"pocketbase: {url: '" + p.url + "', token: '${POCKETBASE_TOKEN}', collection: users}\n"
	m.run(b, binary, "apply", "--yes", "--state", b.TempDir())
	app := box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		b.Fatal(err)
	}
	err = app.RunInTransaction(func(tx core.App) error {
		for i := range n {
			name, id := fmt.Sprintf("person%06d", i), fmt.Sprintf("account%08d", i)
			if i%100 != 0 { // the others are gone
				pk := box.Authentik().AddPerson(name, name, name+"@example.com", "", nil)
				if i%100 == 1 {
					box.Authentik().Deactivate(pk)
				}
			}
			// Not as records: hashing a password for each takes minutes.
			_, err := tx.DB().Insert("users", dbx.Params{"id": id, "email": name + "@example.com", "password": "-",
				"tokenKey": fmt.Sprintf("%050d", i), "verified": true}).Execute()
			if err != nil {
				return err
			}
			_, err = tx.DB().Insert(core.CollectionNameExternalAuths, dbx.Params{"id": fmt.Sprintf("link%011d", i),
				"collectionRef": users.Id, "recordRef": id, "provider": "oidc", "providerId": name}).Execute()
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// People who left are found among many in pages.
func BenchmarkPeople(b *testing.B) {
	built := filepath.Join("..", "..", "bin", "authpocket")
	tool(b, "make", "-C", "../..", "bin/authpocket")
	idle := launch(b, built, "serve", "--listen", "127.0.0.1:0", "--state", b.TempDir())
	resting := idle.memory(b)
	idle.end(b)
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprintf("accounts=%d", n), func(b *testing.B) {
			m := crowded(b, built, n)
			m.exit = 3
			for b.Loop() {
				got := m.run(b, built, "check-people", "--json", "--state", b.TempDir())
				// The users twice, in authentik's pages of 100, the accounts in pages of 1000, those who left in
				// pages of 100, twice for links and records, and what any command reads of a link.
				target := 2*(n/100) + n/1000 + 4*(n/50/100+1) + 45
				b.Logf("%d accounts, %d of people who left: %d requests (target: <= %d), %d to authentik", n, n/50,
					got.calls, target, got.authentiks)
				b.Logf("  %.1f s with %v for each request (target: <= 20 s), %.1f MB above idle (target: <= 16 MB)",
					got.took.Seconds(), delay, got.peak-resting)
				b.ReportMetric(float64(got.calls)/float64(target), "of-target")
				b.ReportMetric(got.peak-resting, "MB-above-idle")
			}
		})
	}
}
