package apply

import (
	"bytes"
	"encoding/json"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/pocketbase/rest"
)

// FuzzElements reads a list of collections from arbitrary bytes.
func FuzzElements(f *testing.F) {
	f.Add([]byte(
		`{"items":[{"id":"a","name":"users","oauth2":{"enabled":true,"providers":[{"name":"oidc","pkce":null,"extra":{"issuers":["x"]}}]}}]}`))
	f.Add([]byte(`{"items":[{"oauth2":{"providers":[null,7,{"name":[]},{"extra":[]}]},"fields":[{}]}]}`))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, body []byte) {
		users, err := reading(string(body)).ReadCollection(t.Context(), "u1", "")
		if err == nil && users != nil {
			sentAsRead(t, *users)
		}
	})
}

// sentAsRead checks that the elements a change does not name are sent exactly as they were read.
func sentAsRead(t *testing.T, users link.CollectionState) {
	t.Helper()
	ours := pbtest.Ours()
	in, fault := intentOf(new(pbtest.Adding(&users, &ours)), users.OAuth2, pbtest.With(&users, &ours).OAuth2)
	if fault != nil {
		return
	}
	list, _ := in.build(users.OAuth2.Providers, rest.ParseRelease("0.39.11"))
	for i, one := range list {
		if !json.Valid(one.raw) {
			t.Fatalf("element %d is not JSON: %s", i, one.raw)
		}
		if !one.written && !bytes.Equal(one.raw, users.OAuth2.Providers[i].Raw) {
			t.Fatalf("element %d was %s and is sent as %s", i, users.OAuth2.Providers[i].Raw, one.raw)
		}
	}
}
