package public

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// starts counts the sandboxes that each address has started in the last minute.
type starts struct {
	most int
	mu   sync.Mutex
	by   map[netip.Prefix][]time.Time
}

func newStarts(most int) *starts { return &starts{most: most, by: map[netip.Prefix][]time.Time{}} }

// take counts a start, or answers false and after which time there may be another.
func (s *starts) take(from netip.Prefix, now time.Time) (wait time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	recent := s.recent(from, now)
	if len(recent) >= s.most {
		return recent[0].Add(time.Minute).Sub(now), false
	}
	s.by[from] = append(recent, now)
	return 0, true
}

// recent returns the starts of the last minute. The caller holds mu.
func (s *starts) recent(from netip.Prefix, now time.Time) []time.Time {
	return slices.DeleteFunc(s.by[from], func(at time.Time) bool { return now.Sub(at) >= time.Minute })
}

// forget drops addresses without a start in the last minute.
func (s *starts) forget(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for from := range s.by {
		if left := s.recent(from, now); len(left) > 0 {
			s.by[from] = left
		} else {
			delete(s.by, from)
		}
	}
}

// none reports whether there was no start in the last minute, as far as forget has looked.
func (s *starts) none() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.by) == 0
}

// addressOf returns whose starts a request counts for: its IPv4 address, or its /64 of IPv6. Behind a trusted proxy it
// is the last address of X-Forwarded-For that is no proxy's.
func addressOf(r *http.Request, proxies []netip.Prefix) netip.Prefix {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{} // all without an address share one
	}
	from := peer.Addr().Unmap().WithZone("")
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, one := range slices.Backward(forwarded) {
		if !slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(from) }) {
			break
		}
		next, ok := forwardedFrom(strings.TrimSpace(one))
		if !ok {
			break
		}
		from = next.Unmap().WithZone("")
	}
	bits := 32
	if from.Is6() {
		bits = 64
	}
	prefix, _ := from.Prefix(bits) // bits fit
	return prefix
}

// forwardedFrom reads an entry of X-Forwarded-For: an address, to which some proxies add the port.
func forwardedFrom(entry string) (netip.Addr, bool) {
	if from, err := netip.ParseAddr(entry); err == nil {
		return from, true
	}
	from, err := netip.ParseAddrPort(entry)
	return from.Addr(), err == nil
}
