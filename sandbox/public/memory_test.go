package public

import (
	"net/http"
	"testing"
	"time"
)

// TestAnEmptyDemoIsRenewedOnce has the demo keep too much memory, and nobody lose anything when it is renewed.
func TestAnEmptyDemoIsRenewedOnce(t *testing.T) {
	renewed := 0
	w := newWorld(t, func(c *Config) { c.Renew = func() { renewed++ } })
	w.demo.stop()
	w.demo.sweeping.Wait()
	w.demo.memory.atStart = -1 << 40
	now := time.Now()
	pass := func(d time.Duration) int {
		now = now.Add(d)
		w.demo.starts.forget(now)
		w.demo.giveBack(now)
		return renewed
	}
	if got := pass(time.Hour); got != 0 {
		t.Error("renewed before anybody came")
	}
	b := w.browser().started("")
	now = time.Now()
	for range 3 {
		if got := pass(connectionsClosed / 4); got != 0 {
			t.Error("renewed with a sandbox")
		}
	}
	now = time.Now()
	b.post(w.public.String()+"/end", nil)
	w.demo.ending.Wait()
	for _, d := range []time.Duration{0, connectionsClosed, time.Second, 0} {
		if got := pass(d); got != 0 {
			t.Errorf("renewed while connections are open or starts are counted, after %s", d)
		}
	}
	w.demo.memory.atStart = mapped() + 1<<40
	if got := pass(time.Hour); got != 0 {
		t.Error("renewed without need")
	}
	w.demo.memory.atStart = -1 << 40
	for range 2 {
		if got := pass(time.Second); got != 1 {
			t.Errorf("renewed %d times", got)
		}
	}
	start := w.public.String() + "/start?at=review"
	p := w.browser().post(start, nil)
	if to := p.Location(); p.Status != http.StatusTemporaryRedirect || to == nil || to.String() != start {
		t.Errorf("who starts a sandbox meanwhile is sent to %v, %d", to, p.Status)
	}
	if n := w.metric("sandboxes"); n != 0 {
		t.Errorf("%d sandboxes in a demo that is renewed", n)
	}
}
