package pocketbase

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// number is a version: major, minor, patch.
type number [3]int

func (n number) compare(m number) int { return slices.Compare(n[:], m[:]) }

// release is what is known of a server's version: at least low, below high.
type release struct{ low, high number }

// The releases that matter to a link.
var (
	minimum      = number{0, 23, 0} // today's API
	readsSafely  = number{0, 36, 8} // reading a collection no longer wipes secrets
	hijackFixed  = number{0, 37, 4} // GHSA-pq7p-mc74-g65w
	saysNew      = number{0, 26, 0} // whether an account is new, in the answer to a sign-in
	comparesIPs  = number{0, 38, 2} // of an event stream and of who comes back from authentik
	mergesNot    = number{0, 40, 0} // a PATCH drops what is left out of a provider
	mergesByName = number{0, 40, 1}
	farFuture    = number{1 << 20, 0, 0}
)

// parseRelease reads Identity.Version: "0.39.11", "0.38", "0.24-0.36", "0.40+"
// or "". What it cannot read is not known.
func parseRelease(s string) release {
	unknown := release{minimum, farFuture}
	low, high, span := strings.Cut(strings.TrimSuffix(s, "+"), "-")
	from, parts := parseNumber(low)
	switch {
	case parts == 0:
		return unknown
	case strings.HasSuffix(s, "+"):
		return release{from, farFuture}
	case span:
		to, parts := parseNumber(high)
		end := number{to[0], to[1] + 1, 0}
		if parts == 0 || end.compare(from) <= 0 {
			return unknown
		}
		return release{from, end}
	case parts == 2:
		return release{from, number{from[0], from[1] + 1, 0}}
	}
	return release{from, number{from[0], from[1], from[2] + 1}}
}

// parseNumber reads "0.39" or "0.39.11" and tells how many parts there were,
// zero for none.
func parseNumber(s string) (n number, parts int) {
	parts = cmp.Or(scan(s, "%d.%d.%d", &n[0], &n[1], &n[2]), scan(s, "%d.%d", &n[0], &n[1]))
	if parts == 0 {
		return number{}, 0
	}
	return n, parts
}

func scan(s, format string, to ...any) int {
	if strings.Count(s, ".") != len(to)-1 {
		return 0
	}
	if n, err := fmt.Sscanf(s, format, to...); err != nil || n != len(to) {
		return 0
	}
	return len(to)
}

// before reports whether the server is certainly older than n.
func (r release) before(n number) bool { return r.high.compare(n) <= 0 }

// since reports whether the server is certainly n or newer.
func (r release) since(n number) bool { return r.low.compare(n) >= 0 }

// mayBe reports whether the server may be exactly n.
func (r release) mayBe(n number) bool { return r.low.compare(n) <= 0 && r.high.compare(n) > 0 }

// exactly reports whether the server is certainly n.
func (r release) exactly(n number) bool {
	return r.low == n && r.high == number{n[0], n[1], n[2] + 1}
}
