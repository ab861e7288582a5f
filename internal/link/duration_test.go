package link_test

import (
	"testing"
	"time"

	"authpocket/internal/link"
)

func TestDurationsAreReadAsAuthentikReadsThem(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"minutes=1":                time.Minute,
		"hours=1;minutes=5":        65 * time.Minute,
		"Hours=0.5":                30 * time.Minute,
		"weeks=1;days=1":           8 * 24 * time.Hour,
		"seconds= 9 ":              9 * time.Second,
		"milliseconds=5":           5 * time.Millisecond,
		"microseconds=5":           5 * time.Microsecond,
		"seconds=0":                0,
		"hours=0;minutes=0":        0,
		"seconds=-5":               -5 * time.Second,
		"minutes=1;seconds=-60":    0,
		"months=1;seconds=20":      20 * time.Second,
		"seconds=5;seconds=30":     30 * time.Second,
		"weeks=999999999":          1<<62 - 1,
		"minutes=1;seconds=-90000": time.Minute - 25*time.Hour,
	} {
		if got, ok := link.ParseDuration(text); !ok || got != want && got < 1<<60 {
			t.Errorf("%q is %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "5m", "60", "months=1", "seconds=", "seconds=x", "seconds=nan", "seconds=inf",
		"seconds=1;;minutes=1", "seconds=1;", ";"} {
		if got, ok := link.ParseDuration(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}
