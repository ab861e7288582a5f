// Package outbound makes the HTTP clients for the two outside systems. All
// rules of outgoing requests stand here.
package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// MaxBody is the most that is read of any answer, in bytes.
const MaxBody = 8 << 20

// ErrBodyTooLarge is returned by reads past MaxBody.
var ErrBodyTooLarge = errors.New("the answer is larger than 8 MB")

// Config says how to reach a system.
type Config struct {
	// Roots are CAs trusted beside the system's own. nil: only the system's.
	Roots *x509.CertPool
	// Timeout bounds one whole call, body included, and what the transport
	// alone waits for an answer to begin. Zero: 10 s, which the client alone
	// holds: a copy of it with another time shares the connections.
	Timeout time.Duration
}

// New returns a client that follows no redirects, sends nothing twice by
// itself, bounds the time and size of each answer and refuses addresses that
// are never a target. The environment's proxies are respected: the name is
// then resolved by the proxy, so only what the address itself says is refused.
func New(cfg Config) *http.Client {
	begin := cfg.Timeout
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, ControlContext: refuseAddresses}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.Roots},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  begin,
		MaxResponseHeaderBytes: 64 << 10,
		MaxConnsPerHost:        16,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	return &http.Client{
		Transport: named{capped{transport}},
		Timeout:   cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// Roots reads a PEM file's certificates, added to the system's.
func Roots(pem []byte) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate found: a CA file holds PEM text that starts with -----BEGIN " +
			"CERTIFICATE-----")
	}
	return pool, nil
}

// capped bounds what can be read of an answer's body.
type capped struct{ next http.RoundTripper }

func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &cappedBody{ReadCloser: res.Body, left: MaxBody}
	return res, nil
}

// CloseIdleConnections reaches through to the transport.
func (c capped) CloseIdleConnections() {
	if t, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

type cappedBody struct {
	io.ReadCloser
	left int64
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left <= 0 { // one more byte tells whether this was all
		if n, err := b.ReadCloser.Read(make([]byte, 1)); n == 0 {
			return 0, err
		}
		return 0, ErrBodyTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}

// Reason says in words why a call got no answer, for any error of a client
// made here, without naming more than the host.
func Reason(err error) string {
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		timeout   net.Error
	)
	switch {
	case errors.Is(err, ErrAddressRefused):
		return ErrAddressRefused.Error()
	case errors.Is(err, ErrBodyTooLarge):
		return ErrBodyTooLarge.Error()
	case errors.As(err, &dns) && (dns.IsNotFound || !dns.Temporary()):
		return "the name " + dns.Name + " cannot be found in DNS"
	case errors.As(err, &dns):
		return "DNS did not answer for the name " + dns.Name
	case errors.As(err, &authority):
		return "its certificate is signed by an authority that this machine does not trust"
	case errors.As(err, &hostname):
		return "its certificate is for another name"
	case errors.As(err, &invalid):
		return "its certificate has expired or cannot be used"
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "it does not speak https on that port"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens on that port"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it closed the connection without a whole answer"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "it did not answer in time"
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	}
	return "the connection failed"
}

// CertificateTodo is what to do where no https came about, or its certificate
// was not accepted;
// empty where err is about something else.
func CertificateTodo(system string, err error) string {
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &record), err != nil &&
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "Check the port, or enter http:// in place of https:// if " + system + " has no certificate."
	case errors.As(err, &authority):
		return "Give " + system + " a certificate that this machine trusts, or give authpocket the CA's file."
	case errors.As(err, &hostname):
		return "Enter the name that the certificate is for, or give " + system + " a certificate for this name."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "Renew the certificate of " + system + ", and check this machine's clock."
	case errors.As(err, &invalid):
		return "Give " + system + " another certificate."
	}
	return ""
}
