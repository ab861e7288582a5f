// Package outbound creates the HTTP clients for the two outside systems. It
// holds all rules for outgoing requests.
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
	"time"

	"authpocket/internal/say"

	"golang.org/x/sync/semaphore"
)

// MaxBody is the maximum size of a response body, in bytes.
const MaxBody = 8 << 20

// ErrBodyTooLarge is returned by reads past MaxBody.
var ErrBodyTooLarge = errors.New("the answer is larger than 8 MB")

// Config configures a client.
type Config struct {
	// Roots are the trusted CAs, nil for the machine's own.
	Roots *x509.CertPool
	// Timeout bounds a whole call, body included, and the transport's wait for
	// response headers. The default is 10 s, set on the client only, see
	// WithLimit.
	Timeout time.Duration
	// AtOnce is how many requests to one host may run at a time, 0 for no limit.
	// The wait for a turn is no part of Timeout.
	AtOnce int64
	// Through takes the place of the network, nil for the network. It gets only requests that may leave.
	Through http.RoundTripper
}

// New returns a client that follows no redirects, repeats no request, bounds
// the time and size of each response and refuses link-local and cloud metadata
// addresses. It speaks HTTP/1.1, which every server takes: HTTP/2 would open as
// many connections for the first requests, and has a larger surface. It
// respects the environment's proxies. A proxy resolves names itself, so that
// only the host in the URL can be checked.
func New(cfg Config) *http.Client {
	headerTimeout := cfg.Timeout
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.Through == nil {
		cfg.Through = network(cfg.Roots, headerTimeout)
	}
	client := &http.Client{
		Transport: guarded{cfg.Through},
		Timeout:   cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
	if cfg.AtOnce > 0 {
		InTurns(client, cfg.AtOnce)
	}
	return client
}

// network returns the transport of a client.
func network(roots *x509.CertPool, headerTimeout time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, ControlContext: refuseAddresses}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: 64 << 10,
		MaxConnsPerHost:        16,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        30 * time.Second, // each takes some 12 kB of a session
	}
}

// InTurns has the client send no more than atOnce requests to one host at a time. Its time limit then begins with their
// turn.
func InTurns(client *http.Client, atOnce int64) {
	client.Transport = &turns{client.Transport, client.Timeout,
		&queues{n: atOnce, hosts: map[string]*semaphore.Weighted{}}}
	client.Timeout = 0
}

// Roots returns the machine's CAs and those in pem.
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

// guarded refuses hosts by the URL alone, the only thing known about the
// target behind a proxy, and limits response bodies to MaxBody.
type guarded struct{ http.RoundTripper }

// CloseIdleConnections closes those of the transport, if it has any.
func (g guarded) CloseIdleConnections() {
	(&http.Client{Transport: g.RoundTripper}).CloseIdleConnections()
}

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := refuseName(r.URL.Hostname()); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // nothing was sent
		}
		return nil, err
	}
	res, err := g.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &cappedBody{ReadCloser: res.Body, left: MaxBody}
	return res, nil
}

type cappedBody struct {
	io.ReadCloser
	left int64
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left <= 0 { // exactly MaxBody is fine; one more byte is not
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

// Reason describes why a client's call failed, for people. It names no more of
// the address than the host.
func Reason(err error) say.Text {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, errNumber):
		return say.Of("its host is a number, which some programs read as another IPv4 address than others")
	case errors.Is(err, ErrAddressRefused):
		return say.Of("authpocket sends nothing to link-local and multicast addresses and cloud metadata services")
	case errors.Is(err, ErrElsewhere):
		return say.Of("this demo reaches its own two systems only, and this is neither of them")
	case errors.Is(err, ErrBodyTooLarge):
		return say.Of("the answer is larger than 8 MB")
	case errors.As(err, &dns) && (dns.IsNotFound || !dns.Temporary()):
		return say.Of("the name %s cannot be found in DNS", dns.Name)
	case errors.As(err, &dns):
		return say.Of("DNS did not answer for the name %s", dns.Name)
	case is[x509.UnknownAuthorityError](err):
		return say.Of("its certificate is signed by an authority that this machine does not trust")
	case is[x509.HostnameError](err):
		return say.Of("its certificate is for another name")
	case is[x509.CertificateInvalidError](err):
		return say.Of("its certificate has expired or cannot be used")
	case plainAnswer(err):
		return say.Of("it does not speak https on that port")
	case errors.Is(err, errRefused):
		return say.Of("nothing listens on that port")
	case errors.Is(err, errReset), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return say.Of("it closed the connection without a whole answer")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return say.Of("it did not answer in time")
	case errors.Is(err, context.Canceled):
		return say.Of("the call was cancelled")
	}
	return say.Of("the connection failed")
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// plainAnswer reports whether the server answered a TLS handshake without TLS.
func plainAnswer(err error) bool {
	return is[tls.RecordHeaderError](err) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// CertificateTodo returns what to do about a failed TLS handshake, or an empty
// string if err is about something else.
func CertificateTodo(system string, err error) say.Text {
	var invalid x509.CertificateInvalidError
	switch {
	case err != nil && plainAnswer(err):
		return say.Of("Check the port, or enter http:// in place of https:// if %s has no certificate.", system)
	case is[x509.UnknownAuthorityError](err):
		return say.Of("Give %s a certificate that this machine trusts, or give authpocket the CA's file.", system)
	case is[x509.HostnameError](err):
		return say.Of("Enter the name that the certificate is for, or give %s a certificate for this name.", system)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return say.Of("Renew the certificate of %s, and check this machine's clock.", system)
	case errors.As(err, &invalid):
		return say.Of("Give %s another certificate.", system)
	}
	return say.Text{}
}
