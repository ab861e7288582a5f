package outbound

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/semaphore"
)

func TestTheTimeStandsStillWhileARequestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		outer, cancel := WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		between, cancelBetween := context.WithCancel(outer)
		defer cancelBetween()
		inner, cancelInner := WithTimeout(between, 4*time.Second)
		defer cancelInner()
		time.Sleep(time.Second)
		one, two := standStill(inner), standStill(inner)
		time.Sleep(time.Minute)
		one()
		time.Sleep(time.Minute)
		if at, _ := inner.Deadline(); inner.Err() != nil || time.Until(at) != 3*time.Second {
			t.Errorf("while it stands still: %v, ends in %s", inner.Err(), time.Until(at))
		}
		two()
		<-inner.Done()
		if took := time.Since(began); took != 2*time.Minute+4*time.Second || between.Err() != nil {
			t.Errorf("the inner time ends after %s, the outer: %v", took, between.Err())
		}
		<-between.Done()
		if took := time.Since(began); took != 2*time.Minute+10*time.Second {
			t.Errorf("the outer time ends after %s", took)
		}
		for _, err := range []error{inner.Err(), outer.Err(), between.Err(), context.Cause(between)} {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("it ends with %v", err)
			}
		}
	})
}

func TestATimeoutEndsWithItsParent(t *testing.T) {
	parent, cancelParent := context.WithCancel(t.Context())
	ctx, cancel := WithTimeout(parent, time.Hour)
	defer cancel()
	soon, cancelSoon := context.WithTimeout(ctx, time.Minute)
	defer cancelSoon()
	if at, _ := soon.Deadline(); time.Until(at) > time.Minute {
		t.Errorf("it ends in %s", time.Until(at))
	}
	defer standStill(soon)()
	cancelParent()
	<-soon.Done()
	if !errors.Is(ctx.Err(), context.Canceled) || !errors.Is(soon.Err(), context.Canceled) {
		t.Errorf("it ends with %v and %v", ctx.Err(), soon.Err())
	}
	late, cancelLate := WithTimeout(parent, time.Hour)
	defer cancelLate()
	if !errors.Is(late.Err(), context.Canceled) {
		t.Errorf("of an ended parent: %v", late.Err())
	}
}

// slow answers after some time.
type slow time.Duration

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := Sleep(r.Context(), time.Duration(s)); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// As many links as can be worked on at a time connect to a slow server, within the limits of one.
func TestManyWaitForASlowServerWithinTheirLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{Transport: &turns{slow(2 * time.Second), 10 * time.Second,
			&queues{n: 4, hosts: map[string]*semaphore.Weighted{}}}}
		ask := func(ctx context.Context) error {
			ctx, cancel := WithTimeout(ctx, 4500*time.Millisecond)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://slow.company", nil)
			if err != nil {
				return err
			}
			res, err := client.Do(req)
			if err != nil {
				return err
			}
			return res.Body.Close()
		}
		var group sync.WaitGroup
		for range 64 {
			group.Go(func() {
				ctx, cancel := WithTimeout(t.Context(), 9*time.Second)
				defer cancel()
				for range 3 {
					if err := ask(ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
	})
}

func TestAnotherLimitIsOfTheSameTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quick := &http.Client{Transport: &turns{slow(20 * time.Second), 10 * time.Second,
			&queues{n: 1, hosts: map[string]*semaphore.Weighted{}}}}
		began := time.Now()
		var group sync.WaitGroup
		for _, client := range []*http.Client{WithLimit(quick, time.Minute), WithLimit(quick, time.Minute)} {
			group.Go(func() {
				res, err := client.Get("http://slow.company")
				if err != nil {
					t.Error(err)
					return
				}
				_ = res.Body.Close()
			})
		}
		group.Wait()
		if took := time.Since(began); took != 40*time.Second {
			t.Errorf("both took %s", took)
		}
		_, err := quick.Get("http://slow.company") //nolint:bodyclose // none
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the first client: %v", err)
		}
	})
	if c := WithLimit(New(Config{}), time.Hour); c.Timeout != time.Hour {
		t.Errorf("without turns the limit is %s", c.Timeout)
	}
}
