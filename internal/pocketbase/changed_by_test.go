package pocketbase

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

func TestChangedByReadsTheRequestLog(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	client, _ := connect(t, server)
	users := observe(t, client)
	about := []link.Change{{System: report.PB, Kind: link.KindOAuth2, Before: users, After: users}}
	before := time.Now()
	send(t, http.MethodPatch, server.URL()+"/api/collections/users", server.Token(), map[string]any{"viewRule": nil},
		new(any))
	var said []say.Text
	for len(said) == 0 && time.Since(before) < wire.Patience { // PocketBase writes its log some seconds late
		if outbound.Sleep(t.Context(), time.Second) != nil {
			t.Fatal("the test was cut short")
		}
		said = client.ChangedBy(t.Context(), before, about)
	}
	if len(said) != 1 || !strings.HasPrefix(said[0].String(), "a superuser at 127.0.0.1 changed the collection "+
		"“users” at ") {
		t.Errorf("it says %q", said)
	}
	if later := client.ChangedBy(t.Context(), time.Now().Add(time.Minute), about); len(later) != 0 {
		t.Errorf("of what came before it says %q", later)
	}
	if other := client.ChangedBy(t.Context(), before, []link.Change{{Kind: link.KindSettings}}); len(other) != 0 {
		t.Errorf("of the settings it says %q", other)
	}
}
