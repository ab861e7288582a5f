package outbound_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authpocket/internal/outbound"
)

func TestOnlySoManyRequestsRunAtATime(t *testing.T) {
	const atOnce, requests = 3, 30
	came, leave := make(chan struct{}, 2*requests), make(chan struct{})
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		select {
		case <-leave:
		case <-r.Context().Done():
		}
		_, _ = w.Write([]byte("done"))
	})
	client := outbound.New(outbound.Config{AtOnce: atOnce})
	var running, waiting sync.WaitGroup
	ask := func() {
		if _, body, err := fetch(t, client, url); err != nil || string(body) != "done" {
			t.Errorf("answered %q, %v", body, err)
		}
	}
	for range atOnce {
		running.Go(ask)
	}
	for range atOnce {
		<-came
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for range requests {
		running.Go(ask)
		waiting.Go(func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if res, err := client.Do(req); !errors.Is(err, context.DeadlineExceeded) {
				_ = res.Body.Close()
				t.Errorf("one more was answered: %v", err)
			}
		})
	}
	waiting.Wait()
	if more := len(came); more > 0 {
		t.Errorf("%d requests ran at a time, want %d", atOnce+more, atOnce)
	}
	close(leave)
	running.Wait()
	if got := len(came); got != requests {
		t.Errorf("%d requests got their turn later, want %d", got, requests)
	}
}

func TestAnUnreadBodyKeepsItsTurnAndOtherHostsDoNotWait(t *testing.T) {
	url := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("body")) })
	other := answering(t, func(http.ResponseWriter, *http.Request) {})
	client := outbound.New(outbound.Config{AtOnce: 1})
	t.Cleanup(client.CloseIdleConnections)
	held, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := fetch(t, client, other); err != nil {
		t.Errorf("another host: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := client.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		_ = res.Body.Close()
		t.Errorf("the same host answered while the first body is open: %v", err)
	}
	if err := held.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := fetch(t, client, url); err != nil {
		t.Errorf("the same host, after the body was closed: %v", err)
	}
}

func TestTheWaitForATurnIsNoPartOfTheTimeLimit(t *testing.T) {
	release := make(chan struct{})
	var first atomic.Bool
	url := answering(t, func(_ http.ResponseWriter, r *http.Request) {
		if first.CompareAndSwap(false, true) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
	})
	client := outbound.New(outbound.Config{AtOnce: 1, Timeout: 200 * time.Millisecond})
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() { _, _, errs[i] = fetch(t, client, url) })
	}
	group.Wait()
	close(release)
	failed := 0
	for _, err := range errs {
		if err != nil {
			failed++
			if outbound.Reason(err).String() != "it did not answer in time" {
				t.Errorf("the reason is %s", outbound.Reason(err))
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d requests failed, want that which got no answer: %v", failed, errs)
	}
}
