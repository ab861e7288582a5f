package proof

import (
	"testing"

	"authpocket/web/view"
)

func TestOnlyHere(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1:8480/try/x": true, "http://[::1]:8480/try/x": true, "https://localhost/try/x": true,
		"https://wizard.localhost/try/x": true,
		"https://wizard.example/try/x":   false, "http://10.0.0.7:8480/try/x": false,
		"http://localhost.example/try/x": false, "%": false,
	} {
		if p := NewInvite(view.Head{}, address, SignInInput{}); p.Here != want {
			t.Errorf("%s: the page says %v", address, p.Here)
		}
	}
}
