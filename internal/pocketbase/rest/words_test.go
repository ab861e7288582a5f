package rest

import (
	"strings"
	"testing"

	"authpocket/test/hostile"
)

func FuzzReadClaims(f *testing.F) {
	f.Add("e30.eyJ0eXBlIjoiYXV0aCIsImV4cCI6MX0.c")
	f.Add("a.b.c")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		c, err := readClaims(token)
		if err != nil && strings.Contains(token, err.Error()) && len(token) > 10 {
			t.Errorf("%v", err)
		}
		if at := c.expires(); at.Year() > 40000 {
			t.Errorf("%q expires in %v", token, at)
		}
	})
}

func FuzzParseRelease(f *testing.F) {
	for _, seed := range []string{"", "0.39.11", "0.38", "0.24-0.36", "0.40+", "1", "-", "9.9.9.9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r := ParseRelease(s); r.Before(minimum) && r.Since(MergesByName) {
			t.Errorf("%q is both old and new: %+v", s, r)
		}
	})
}

func TestComplaintsAreBounded(t *testing.T) {
	t.Parallel()
	for name, body := range hostile.Answers(`"totalPages":1,"totalItems":1,`, "items") {
		list := complaints([]byte(body))
		if len(list) > maxComplaints {
			t.Errorf("%s: %d complaints", name, len(list))
		}
		for _, one := range list {
			if len(one.Path) > maxNesting {
				t.Errorf("%s: a path of %d keys", name, len(one.Path))
			}
		}
	}
}
