package engine_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/wire"
)

// What PocketBase has is read while authentik is read back, and again if that took long.
func TestPocketBaseIsReadWhileAuthentikIsReadBack(t *testing.T) {
	for readBack, known := range map[time.Duration]bool{100 * time.Millisecond: true, 2 * time.Second: false} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			prepared, found := 0, false
			m.prepare = func(ctx context.Context, _ link.Change) {
				prepared++
				wire.Share(ctx, "collection", func() wire.Answer { return wire.Answer{Status: http.StatusOK} })
			}
			m.apply = func(ctx context.Context, c link.Change) error {
				if c.System == report.Authentik {
					wire.Written(ctx)
					time.Sleep(readBack)
				} else {
					_, found = wire.Known(ctx, "collection")
				}
				return nil
			}
			e := keeping(m, openStore(t, t.TempDir()))
			if err := e.ApplyUnseen(t.Context(), unseen(e), func(link.Plan) {}, func(apply.Event) {}); err != nil {
				t.Fatal(err)
			}
			if prepared != 1 || found != known {
				t.Errorf("read back in %v: read ahead %d times, used: %v", readBack, prepared, found)
			}
		})
	}
}
