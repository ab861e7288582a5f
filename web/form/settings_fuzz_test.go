package form

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
)

// FuzzSettings reads posted settings: whatever was sent gives a spec and
// problems in words, and what is taken survives a second reading.
func FuzzSettings(f *testing.F) {
	f.Add("email=trust-all&pocketbase.public_urls=https%3A%2F%2Fpb.example&application.slug=pocketbase")
	f.Add("email=leave&provider.redirect_uris=regex%3A%5Ehttps%3A%2F%2F.*%24%0Amyapp%3A%2F%2Fredirect&access.groups=staff%0Astaff")
	f.Add("pocketbase.public_urls=%5B%3A%3A1%5D%3A8090%0Ahttps%3A%2F%2Fxn--bcher-kva.example%2F_%2F&provider.client_secret=%00")
	f.Add("application.slug=%E2%80%AE&application.icon=javascript%3Aalert(1)&provider.access_token_validity=hours%3D-1")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "http://127.0.0.1:8480/settings", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if Parse(r) != nil {
			return
		}
		form := Settings{Values: r.PostForm}
		spec, problems := form.Spec(&link.Spec{})
		for _, p := range append(problems, Validate(&spec)...) {
			if p.Summary.Empty() || p.Todo.Empty() {
				t.Errorf("a problem of %q has no words: %+v", p.Field, p)
			}
		}
		if again, _ := form.Spec(&spec); !slices.Equal(again.PocketBaseURLs, spec.PocketBaseURLs) {
			t.Errorf("the addresses read %v and then %v", spec.PocketBaseURLs, again.PocketBaseURLs)
		}
	})
}
