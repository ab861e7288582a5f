package wire

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// playing answers with a body of that size.
func playing(size int64) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(io.LimitReader(zeros{}, size))}, nil
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestThePagesOfOneListShareABudget(t *testing.T) {
	const page = MaxList / 4
	ctx := OneList(t.Context())
	ask := func(size int64) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://system.test/list", nil)
		if err != nil {
			t.Fatal(err)
		}
		return Do(playing(size), r).Err
	}
	for range 4 {
		if err := ask(page); err != nil {
			t.Fatalf("within the budget: %v", err)
		}
	}
	if err := ask(1); !errors.Is(err, ErrListTooLarge) {
		t.Errorf("beyond the budget: %v", err)
	}
	ctx = OneList(t.Context())
	if err := ask(page); err != nil {
		t.Errorf("another list: %v", err)
	}
	ctx = t.Context()
	if err := ask(page); err != nil {
		t.Errorf("no list: %v", err)
	}
}

func TestTheClockIsReadInTheMiddleOfTheTryThatWasAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://system.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		a := Do(func(*http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			date := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
			time.Sleep(2 * time.Second)
			return &http.Response{StatusCode: 200, Header: http.Header{"Date": {date}},
				Body: io.NopCloser(strings.NewReader("x"))}, nil
		}, r)
		if ahead, err := a.Ahead(); err != nil || ahead < time.Minute || ahead > time.Minute+time.Second ||
			a.Took() != 4*time.Second {
			t.Errorf("%s ahead, %v, took %s", ahead, err, a.Took())
		}
	})
	if ahead, err := (Answer{}).Ahead(); err == nil {
		t.Errorf("without a date: %s ahead", ahead)
	}
}
