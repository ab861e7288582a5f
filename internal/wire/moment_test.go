package wire

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadsOfOneMomentAreSharedOnceTheySucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		ask := func(ctx context.Context, key string) Answer {
			return Share(ctx, key, func() Answer {
				time.Sleep(time.Second)
				if sent.Add(1) == 1 {
					return Answer{Status: http.StatusBadGateway}
				}
				return Answer{Status: http.StatusOK, Path: key}
			})
		}
		ctx := OneMoment(t.Context())
		failed := 0
		var group sync.WaitGroup
		var mu sync.Mutex
		for range 5 {
			group.Go(func() {
				a := ask(OneMoment(ctx), "list")
				mu.Lock()
				defer mu.Unlock()
				if !a.OK() {
					failed++
				}
			})
		}
		group.Wait()
		if sent.Load() != 2 || failed != 1 {
			t.Errorf("sent %d times, %d failed", sent.Load(), failed)
		}
		if a, known := Known(ctx, "list"); !known || a.Path != "list" {
			t.Errorf("the list is known: %v, %s", known, a.Path)
		}
		if _, known := Known(ctx, "other"); known {
			t.Error("a read is known that nobody has sent")
		}
		if a := ask(ctx, "other"); a.Path != "other" || sent.Load() != 3 {
			t.Errorf("another read: %s, sent %d times", a.Path, sent.Load())
		}
		refuse := func() Answer { return Answer{Status: http.StatusNotFound, Path: "refused"} }
		Share(ctx, "none", refuse)
		if a, known := Known(ctx, "none"); !known || a.Path != "refused" {
			t.Errorf("that there is none is known: %v, %s", known, a.Path)
		}
		ask(t.Context(), "list")
		ask(OneMoment(t.Context()), "list")
		if sent.Load() != 5 {
			t.Errorf("outside of the moment and in another: sent %d times", sent.Load())
		}
	})
}

func TestWhoIsCancelledDoesNotWaitForAnothersRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := OneMoment(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			Share(ctx, "list", func() Answer {
				time.Sleep(time.Minute)
				return Answer{}
			})
		})
		defer group.Wait()
		synctest.Wait()
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		began := time.Now()
		if a := Share(short, "list",
			func() Answer { return Answer{} }); a.Err == nil || time.Since(began) > time.Second {
			t.Errorf("%v after %s", a.Err, time.Since(began))
		}
	})
}
