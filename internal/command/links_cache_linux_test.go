package command

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/command/output"
	"authpocket/sandbox"
)

// offering returns the collections whose sign-in with a provider PocketBase offers to guests.
func offering(t *testing.T, box *sandbox.Sandbox) []string {
	t.Helper()
	collections, err := box.PocketBase().App().FindAllCollections(core.CollectionTypeAuth)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range collections {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
			box.PocketBaseURL+"/api/collections/"+c.Name+"/auth-methods", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var methods struct{ OAuth2 struct{ Providers []any } }
		err = json.NewDecoder(answer.Body).Decode(&methods)
		_ = answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if len(methods.OAuth2.Providers) > 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// When two programs save at once, PocketBase may cache the collections as they were before.
func TestLinksAreOfferedThoughPocketBaseCachesOldCollections(t *testing.T) {
	for name, test := range map[string]struct {
		stale   int // saves after which the cache is old
		args    []string
		exit    output.Exit
		says    string
		offered []string
	}{
		"after each link": {2, nil, output.ExitOK, "", []string{"people0", "people1"}},
		"always": {1000, []string{"--json"}, output.ExitError,
			"PocketBase saved the link, but offers guests another sign-in.", nil},
	} {
		t.Run(name, func(t *testing.T) {
			box, command := several(t, 2)
			app, saves := box.PocketBase().App(), 0
			app.OnCollectionUpdate().BindFunc(func(e *core.CollectionEvent) error {
				before := app.Store().Get(core.StoreKeyCachedCollections)
				err := e.Next()
				if saves++; saves <= test.stale {
					app.Store().Set(core.StoreKeyCachedCollections, before)
				}
				return err
			})
			cmd := command(append([]string{"apply", "--yes", "--parallel", "1"}, test.args...)...)
			out, err := cmd.Output()
			if cmd.ProcessState.ExitCode() != int(test.exit) || !strings.Contains(string(out), test.says) ||
				json.Valid(out) != (test.args != nil) {
				t.Errorf("it ends with %v:\n%s", err, out)
			}
			if got := offering(t, box); !slices.Equal(got, test.offered) {
				t.Errorf("PocketBase offers the sign-in of %v:\n%s", got, out)
			}
		})
	}
}

// Guests are not shown what PocketBase sends to authentik, such as the token URL and the client secret.
func TestWhatGuestsAreNotShownIsNotLeftInAnOldCache(t *testing.T) {
	box, command := several(t, 2)
	if out, err := command("apply", "--yes").CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	app, saves := box.PocketBase().App(), 0
	app.OnCollectionUpdate().BindFunc(func(e *core.CollectionEvent) error {
		before := app.Store().Get(core.StoreKeyCachedCollections)
		err := e.Next()
		if saves++; saves <= 2 {
			app.Store().Set(core.StoreKeyCachedCollections, before)
		}
		return err
	})
	again := command("apply", "--yes", "--parallel", "1")
	file := again.Args[len(again.Args)-1]
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tokenURL := strings.Replace(box.AuthentikURL, "127.0.0.1", "localhost", 1) + "/application/o/token/"
	text = bytes.Replace(text, []byte("  pocketbase: {"), []byte("  pocketbase: {token_url: '"+tokenURL+"', "), 1)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := again.CombinedOutput(); err != nil || strings.Count(string(out), "  applied  1") != 2 {
		t.Errorf("it ends with %v:\n%s", err, out)
	}
	for _, name := range []string{"people0", "people1"} {
		cached, err := app.FindCachedCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := cached.OAuth2.Providers[0].TokenURL; got != tokenURL {
			t.Errorf("PocketBase uses the token URL %s for %s after %d saves", got, name, saves)
		}
	}
}
