package link_test

import (
	"testing"

	"authpocket/internal/link"
)

func TestRedirectURL(t *testing.T) {
	for base, want := range map[string]string{
		"https://pocketbase.company":    "https://pocketbase.company/api/oauth2-redirect",
		"https://pocketbase.company/":   "https://pocketbase.company/api/oauth2-redirect",
		"https://company.example/pb":    "https://company.example/pb/api/oauth2-redirect",
		"http://[::1]:8090":             "http://[::1]:8090/api/oauth2-redirect",
		"https://pocketbase.company///": "https://pocketbase.company/api/oauth2-redirect",
	} {
		if got := link.RedirectURL(base); got != want {
			t.Errorf("%s: got %s, want %s", base, got, want)
		}
	}
}
