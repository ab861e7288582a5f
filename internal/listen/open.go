package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"syscall"
)

// MaxConnections are how many are open at once; more wait until one of them
// ends or waits for its client. With HeadSize it bounds what strangers can make
// the program hold.
const MaxConnections = 96

// Options say where to listen, and what protects the way there.
type Options struct {
	Address  string // host:port
	CertFile string // PEM, with KeyFile: speak https
	KeyFile  string
	// PublicURL is the address in the browser where it is another than the
	// one listened on.
	PublicURL string
	// TrustedProxies are networks in CIDR form, or single addresses, of
	// proxies that speak https to the browser.
	TrustedProxies []string
	// InsecureHTTP takes plain http over a network.
	InsecureHTTP bool
}

// ErrUnprotected is returned for an address that others reach over plain
// http.
var ErrUnprotected = errors.New("admin tokens would cross the network readable: the address can be reached from " +
	"other machines, and neither TLS nor a trusted proxy protects the way")

// ErrTaken is returned for an address that another program listens on.
var ErrTaken = errors.New("the port is taken")

// Opened is where the program listens.
type Opened struct {
	net.Listener
	URL     string   // to open in a browser, ending in /
	Public  *url.URL // nil: not set
	Proxies []netip.Prefix
	Exposed bool // plain http over a network, as allowed by InsecureHTTP
}

// Open checks the options and listens.
func Open(ctx context.Context, o Options) (*Opened, error) {
	opened := &Opened{}
	var err error
	if opened.Public, err = publicURL(o.PublicURL); err != nil {
		return nil, err
	}
	if opened.Proxies, err = prefixes(o.TrustedProxies); err != nil {
		return nil, err
	}
	secure, err := certificate(o)
	if err != nil {
		return nil, err
	}
	if err := opened.protected(o, secure != nil); err != nil {
		return nil, err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%w, perhaps by another authpocket: end that, or choose another address with "+
			"--listen, such as 127.0.0.1:0 for any free port", ErrTaken)
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", o.Address, err)
	}
	opened.Listener = newCrowd(ln, MaxConnections)
	scheme := "http"
	if secure != nil {
		opened.Listener, scheme = tls.NewListener(opened.Listener, secure), "https"
	}
	opened.URL = opened.address(scheme)
	return opened, nil
}

// protected refuses to cross a network in the clear unless told so.
func (o *Opened) protected(options Options, secure bool) error {
	if len(o.Proxies) > 0 && o.Public == nil {
		return errors.New("a trusted proxy needs --public-url too: the address that the browser shows, such as " +
			"https://wizard.example")
	}
	// the browser comes over http, whoever is in between
	open := o.Public != nil && o.Public.Scheme == "http" && !loopback(net.JoinHostPort(o.Public.Hostname(), "80"))
	if !open && (secure || len(o.Proxies) > 0 || loopback(options.Address)) {
		return nil
	}
	if !options.InsecureHTTP {
		return ErrUnprotected
	}
	o.Exposed = true
	return nil
}

// loopback tells whether only this machine reaches an address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true // listening says what is wrong with it
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// address is what to open: of a listener on all addresses, this machine's.
func (o *Opened) address(scheme string) string {
	if o.Public != nil {
		return o.Public.String() + "/"
	}
	at, err := netip.ParseAddrPort(o.Addr().String())
	if err == nil && at.Addr().Unmap().IsUnspecified() {
		return fmt.Sprintf("%s://127.0.0.1:%d/", scheme, at.Port())
	}
	return scheme + "://" + o.Addr().String() + "/"
}

// publicURL reads an origin. Anything behind it would not be ours.
func publicURL(raw string) (*url.URL, error) {
	if raw == "" {
		return nil, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the public URL %q is not of the form https://wizard.example or "+
			"http://wizard.example:8480, with nothing behind the host", raw)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func prefixes(raw []string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, one := range raw {
		prefix, err := netip.ParsePrefix(one)
		if err != nil {
			ip, failed := netip.ParseAddr(one)
			if failed != nil {
				return nil, fmt.Errorf("the trusted proxy %q is neither an address nor a network such as 10.0.0.0/24",
					one)
			}
			prefix = netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen())
		}
		if prefix.Bits() == 0 {
			return nil, fmt.Errorf("the trusted proxy %q is everyone: name the proxy's own address or network", one)
		}
		list = append(list, prefix.Masked())
	}
	return list, nil
}

// certificate is the configuration for https, nil for none.
func certificate(o Options) (*tls.Config, error) {
	if o.CertFile == "" && o.KeyFile == "" {
		return nil, nil
	}
	if o.CertFile == "" || o.KeyFile == "" {
		return nil, errors.New("https needs both a certificate and its key: --tls-cert and --tls-key")
	}
	pair, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate %s and the key %s: %w", o.CertFile, o.KeyFile, err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair},
		NextProtos: []string{"http/1.1"}}, nil
}
