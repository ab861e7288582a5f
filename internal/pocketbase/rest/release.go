package rest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Number is a version: major, minor, patch.
type Number [3]int

func (n Number) compare(m Number) int { return slices.Compare(n[:], m[:]) }

// Release is the range of versions that the server may have: at least low and below high.
type Release struct{ low, high Number }

// The releases that matter to a link.
var (
	minimum      = Number{0, 23, 0} // the current API
	ReadsSafely  = Number{0, 36, 8} // reading a collection no longer wipes secrets
	HijackFixed  = Number{0, 37, 4} // GHSA-pq7p-mc74-g65w
	SaysNew      = Number{0, 26, 0} // the answer to a sign-in has isNew
	ComparesIPs  = Number{0, 38, 2} // compares the IP of the event stream with that of the return from authentik
	MergesNot    = Number{0, 40, 0} // a PATCH drops the keys that it leaves out of a provider
	MergesByName = Number{0, 40, 1} // a PATCH merges providers by name
	farFuture    = Number{1 << 20, 0, 0}
)

// ParseRelease parses Identity.Version: "0.39.11", "0.38", "0.24-0.36", "0.40+" or "". Anything else is an unknown
// version.
func ParseRelease(s string) Release {
	unknown := Release{minimum, farFuture}
	low, high, span := strings.Cut(strings.TrimSuffix(s, "+"), "-")
	from, parts := parseNumber(low)
	switch {
	case parts == 0:
		return unknown
	case strings.HasSuffix(s, "+"):
		return Release{from, farFuture}
	case span:
		to, parts := parseNumber(high)
		end := Number{to[0], to[1] + 1, 0}
		if parts == 0 || end.compare(from) <= 0 {
			return unknown
		}
		return Release{from, end}
	case parts == 2:
		return Release{from, Number{from[0], from[1] + 1, 0}}
	}
	return Release{from, Number{from[0], from[1], from[2] + 1}}
}

// parseNumber parses "0.39" or "0.39.11". It also returns the number of parts, zero if s is neither.
func parseNumber(s string) (n Number, parts int) {
	fields := strings.Split(s, ".")
	if len(fields) < 2 || len(fields) > len(n) {
		return Number{}, 0
	}
	last := &fields[len(fields)-1] // which a suffix such as "-rc1" may follow
	*last = (*last)[:len(*last)-len(strings.TrimLeft(*last, "0123456789"))]
	for i, field := range fields {
		var err error
		if n[i], err = strconv.Atoi(field); err != nil {
			return Number{}, 0
		}
	}
	return n, len(fields)
}

// Before reports whether the server is certainly older than n.
func (r Release) Before(n Number) bool { return r.high.compare(n) <= 0 }

// Since reports whether the server is certainly n or newer.
func (r Release) Since(n Number) bool { return r.low.compare(n) >= 0 }

// MayBe reports whether the server may be exactly n.
func (r Release) MayBe(n Number) bool { return r.low.compare(n) <= 0 && r.high.compare(n) > 0 }

// Exactly reports whether the server is certainly n.
func (r Release) Exactly(n Number) bool {
	return r.low == n && r.high == Number{n[0], n[1], n[2] + 1}
}

// Versions returns the oldest and the newest version that the server may have. An empty newest is not bounded.
func (r Release) Versions() (oldest, newest string) {
	oldest, last := r.low.String(), r.high
	switch {
	case r.high == farFuture:
		return oldest, ""
	case last[2] > 0:
		last[2]--
	default:
		last[1], last[2] = last[1]-1, 1<<10
	}
	return oldest, last.String()
}

// String returns the version as PocketBase writes it.
func (n Number) String() string { return fmt.Sprintf("%d.%d.%d", n[0], n[1], n[2]) }
