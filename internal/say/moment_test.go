package say_test

import (
	"testing"
	"time"

	"authpocket/internal/say"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                  "0 s",
		6*time.Millisecond + 1:             "6 ms",
		time.Second:                        "1 s",
		1504 * time.Millisecond:            "1.5 s",
		30 * time.Second:                   "30 s",
		time.Minute:                        "1 min",
		150*time.Second + time.Millisecond: "2 min 30 s",
		time.Hour:                          "1 h",
		time.Hour + 5*time.Minute:          "1 h 5 min",
		25*time.Hour + 5*time.Second:       "25 h 5 s",
	} {
		if got := say.Span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
