package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0": 0, "99999999999": 24 * time.Hour, "1000000": 24 * time.Hour, "-3": -1, "": -1,
		"soon": -1,
		now.Add(9 * time.Second).Format(http.TimeFormat): 9 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):      0,
	} {
		got, found := RetryAfter(http.Header{"Retry-After": {value}}, now)
		if found != (want >= 0) || found && got != want {
			t.Errorf("%q: %s, %t", value, got, found)
		}
	}
}

func TestMayPass(t *testing.T) {
	for _, err := range []error{
		errRefused, errReset, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF, context.DeadlineExceeded,
		&net.DNSError{Name: "a.test", IsTemporary: true}, errors.New("malformed HTTP response"),
	} {
		if !MayPass(fmt.Errorf("asking: %w", err)) {
			t.Errorf("%v may not pass", err)
		}
	}
	for _, err := range []error{
		context.Canceled, ErrAddressRefused, ErrBodyTooLarge, &net.DNSError{Name: "a.test", IsNotFound: true,
			IsTemporary: true},
		x509.UnknownAuthorityError{}, x509.HostnameError{Certificate: &x509.Certificate{}},
		x509.CertificateInvalidError{Reason: x509.Expired},
		tls.RecordHeaderError{Msg: "no TLS"}, errors.New("http: server gave HTTP response to HTTPS client"),
	} {
		if MayPass(fmt.Errorf("asking: %w", err)) {
			t.Errorf("%v may pass", err)
		}
	}
	if MayPass(nil) {
		t.Error("no error may pass")
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := Sleep(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := Sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
	})
}
