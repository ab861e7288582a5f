package listen

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
)

// MaxConnections is how many connections are open at once. Further ones wait
// until one closes or is evicted. Together with HeadSize it bounds the memory
// that strangers can use up.
const MaxConnections = 96

// Options configure where to listen and how connections are protected.
type Options struct {
	Address  string // host:port, or a port of this machine
	CertFile string // PEM; together with KeyFile it turns on https
	KeyFile  string
	// Listener goes on in the place of Address, if it is not nil.
	Listener *net.TCPListener
	// PublicURL is the address in the browser, if it differs from Address.
	PublicURL string
	// TrustedProxies are the addresses, or networks in CIDR form, of proxies
	// that serve the browser over https.
	TrustedProxies []string
	// InsecureHTTP allows plain http over a network.
	InsecureHTTP bool
	// Connections is how many may be open at once, 0 for MaxConnections.
	Connections int
}

// ErrUnprotected is returned for an address that other machines reach over
// plain http.
var ErrUnprotected = errors.New("admin tokens would cross the network readable: the address can be reached from " +
	"other machines, and neither TLS nor a trusted proxy protects the way")

// ErrTaken is returned if another program already listens on the address.
var ErrTaken = errors.New("the port is taken")

// Opened is an open listener.
type Opened struct {
	net.Listener
	URL     string   // to open in a browser, ending in /
	Public  *url.URL // nil if not set
	Proxies []netip.Prefix
	Exposed bool // plain http over a network, allowed by InsecureHTTP
	// Loopback reports whether only this machine reaches it, and no proxy leads to it.
	Loopback bool
	tcp      *net.TCPListener
}

// Address returns the host:port that an address stands for: a port alone is one of the loopback address.
func Address(a string) string {
	if _, err := strconv.ParseUint(a, 10, 16); err == nil {
		return net.JoinHostPort("127.0.0.1", a)
	}
	return a
}

// Open validates o and starts listening.
func Open(ctx context.Context, o Options) (*Opened, error) {
	o.Address = Address(o.Address)
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
	ln, err := o.listen(ctx)
	if errors.Is(err, errInUse) {
		return nil, fmt.Errorf("%w, perhaps by another authpocket: end that, or choose another address with "+
			"--listen, such as 127.0.0.1:0 for any free port", ErrTaken)
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", o.Address, err)
	}
	opened.tcp = ln
	opened.Listener = limitConnections(ln, cmp.Or(o.Connections, MaxConnections))
	scheme := "http"
	if secure != nil {
		opened.Listener, scheme = tls.NewListener(opened.Listener, secure), "https"
	}
	opened.URL = opened.address(scheme)
	opened.Loopback = opened.Public == nil && loopback(ln.Addr().String())
	return opened, nil
}

func (o Options) listen(ctx context.Context) (*net.TCPListener, error) {
	if o.Listener != nil {
		return o.Listener, nil
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Address)
	if err != nil {
		return nil, err
	}
	return ln.(*net.TCPListener), nil
}

// protected returns ErrUnprotected if plain http would cross a network without
// InsecureHTTP.
func (o *Opened) protected(options Options, secure bool) error {
	if len(o.Proxies) > 0 && o.Public == nil {
		return errors.New("a trusted proxy needs --public-url too: the address that the browser shows, such as " +
			"https://wizard.example")
	}
	// The browser uses plain http, whatever a proxy does behind it.
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

// loopback reports whether only this machine reaches the address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true // Listen reports what is wrong with it
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// address returns the URL to open. A listener on all interfaces is opened on
// the loopback address.
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

// publicURL parses an origin. Paths and queries are rejected: authpocket is
// served at the root.
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

// certificate returns the configuration for https, or nil if no certificate is
// set.
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
