package command

import (
	"testing"

	"authpocket/sandbox"
	"authpocket/test/testkey"
)

// newSandbox starts a sandbox that ends with the test. Its signing key is kept ready, since making one takes a while.
func newSandbox(t *testing.T, cfg sandbox.Config) *sandbox.Sandbox {
	t.Helper()
	cfg.SigningKey = testkey.RSA()
	box, err := sandbox.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	return box
}
