package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Sleep waits for d, or until ctx ends, whose error it returns then.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// RetryAfter reads the header of that name, in seconds or as a date (RFC 9110,
// section 10.2.3); false where there is none that can be read.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	const longest = 24 * time.Hour
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return min(time.Duration(min(seconds, 1<<20))*time.Second, longest), true
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, at.Sub(now)), longest), true
	}
	return 0, false
}

// MayPass reports whether a call that got no whole answer may get one a moment
// later: unless what the error says stays as it is, such as a certificate or a
// name that DNS does not know.
func MayPass(err error) bool {
	for _, stays := range []error{ErrAddressRefused, ErrBodyTooLarge, context.Canceled} {
		if errors.Is(err, stays) {
			return false
		}
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound && dns.Temporary()
	}
	return err != nil && CertificateTodo("", err) == ""
}
