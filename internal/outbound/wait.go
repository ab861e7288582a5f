package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Sleep waits for d. It returns the error of ctx if that ends first.
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

// RetryAfter parses the Retry-After header, in seconds or as a date (RFC 9110,
// section 10.2.3). It reports whether there is a valid one.
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

// MayPass reports whether err is temporary, so that the same call may succeed a
// moment later. A bad certificate or an unknown host name is not.
func MayPass(err error) bool {
	for _, permanent := range []error{ErrAddressRefused, ErrElsewhere, ErrBodyTooLarge, context.Canceled} {
		if errors.Is(err, permanent) {
			return false
		}
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound && dns.Temporary()
	}
	return err != nil && CertificateTodo("", err).Empty()
}
