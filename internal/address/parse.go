// Package address parses and compares the web addresses of the two systems and
// their redirect URIs. Its errors are *Fault; callers add the field and write the
// message.
package address

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"authpocket/internal/pattern"
)

// MaxLength is the maximum length of an address, in bytes. Encoding a very long
// international name takes minutes.
const MaxLength = 2000

// Parse parses the base address of an authentik or PocketBase as typed or pasted.
// It returns it normalised: scheme and host in lower case, an international host
// in ASCII, without default port, trailing slash, query and fragment.
//
// Both systems can be served below a path, so a path is kept, except for the paths
// of their own pages.
func Parse(raw string) (string, error) {
	s := strings.TrimSpace(raw)
	switch {
	case s == "":
		return "", wrong(Empty)
	case len(s) > MaxLength:
		return "", wrong(TooLong)
	case strings.ContainsAny(s, " \t\r\n"):
		return "", wrong(HasSpace)
	case !strings.Contains(s, "://"):
		return "", &Fault{Reason: NoScheme, Meant: withScheme(s)}
	}
	u, err := url.Parse(s)
	if err != nil {
		if v6 := bareIPv6(s); v6 != "" {
			return "", &Fault{Reason: BareIPv6, Meant: v6}
		}
		return "", wrong(Unreadable)
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return "", &Fault{Reason: OtherScheme, Part: u.Scheme}
	}
	if u.User != nil {
		return "", wrong(HasUser)
	}
	host, err := normalHost(u)
	if err != nil {
		return "", err
	}
	if name, _, _ := strings.Cut(host, ":"); OddNumber(name) {
		return "", wrong(IsNumber)
	}
	return u.Scheme + "://" + host + cutPages(u.EscapedPath()), nil
}

// OddNumber reports whether a host is an IPv4 address to some resolvers only, such as 0xa9fea9fe and 127.1.
func OddNumber(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	host = strings.ToLower(strings.TrimRight(host, "."))
	label := host[strings.LastIndexByte(host, '.')+1:]
	return label != "" && (strings.Trim(label, "0123456789") == "" || strings.HasPrefix(label, "0x") &&
		strings.Trim(label[2:], "0123456789abcdef") == "")
}

// bareIPv6 returns s with brackets around its IPv6 address, or an empty string if
// missing brackets are not the problem.
func bareIPv6(s string) string {
	scheme, rest, _ := strings.Cut(s, "://")
	host, path, found := strings.Cut(rest, "/")
	if _, err := netip.ParseAddr(host); err != nil || !strings.Contains(host, ":") {
		return ""
	}
	if found {
		path = "/" + path
	}
	return scheme + "://[" + host + "]" + path
}

var (
	hostName    = pattern.Of(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)
	halfScheme  = pattern.Of(`^(?i:https?)(:[/\\]*|[/\\]+)|^[/\\]+`)
	hostAndPort = pattern.Of(`^[^@:/]+:[0-9]+(/[^@:]*)?$`)
)

// withScheme returns s with a likely scheme, or an empty string if s may contain a
// password.
func withScheme(s string) string {
	rest := halfScheme().ReplaceAllString(s, "")
	if rest == "" || strings.ContainsAny(rest, "@:\\") && !hostAndPort().MatchString(rest) {
		return ""
	}
	if Inner("http://" + rest) {
		return "http://" + rest
	}
	return "https://" + rest
}

// normalHost returns the host and port of an https or http address.
func normalHost(u *url.URL) (string, error) {
	name, port := u.Hostname(), u.Port()
	if name == "" {
		return "", wrong(NoHost)
	}
	if strings.HasSuffix(u.Host, ":") {
		return "", wrong(NoPort)
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return "", &Fault{Reason: BadPort, Part: port}
		}
		port = strconv.FormatUint(n, 10)
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		if addr.Zone() != "" {
			return "", wrong(LinkLocal)
		}
		name = addr.String()
		if addr.Is6() {
			name = "[" + name + "]"
		}
	} else {
		name = dialed(strings.ToLower(strings.TrimSuffix(name, ".")))
		if !hostName().MatchString(name) {
			return "", wrong(UnknownHost)
		}
	}
	if port != "" && !(u.Scheme == "https" && port == "443") && !(u.Scheme == "http" && port == "80") {
		name += ":" + port
	}
	return name, nil
}

// dialed returns the name that net/http looks up for a host: an international one in ASCII (IDNA2008, RFC 5895), any
// other as it is. It has a copy of golang.org/x/net/idna that it does not export; another one takes 85 kB.
func dialed(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		return name
	}
	names := make(chan string, 1)
	transport := http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		names <- host
		return nil, cmp.Or(err, errNotDialed)
	}}
	r := &http.Request{URL: &url.URL{Scheme: "http", Host: name}, Header: http.Header{}}
	if _, err := transport.RoundTrip(r); !errors.Is(err, errNotDialed) {
		return name // it is no host, and was not to be dialed
	}
	return <-names
}

// errNotDialed ends a dial of which only the name was wanted.
var errNotDialed = errors.New("not dialed")

// cutPages drops the path of a page that was pasted from the address bar.
func cutPages(path string) string {
	for _, page := range []string{"/_", "/api", "/if", "/flows", "/source", "/application", "/outpost.goauthentik.io"} {
		if before, _, found := strings.Cut(path+"/", page+"/"); found {
			path = before
		}
	}
	return strings.TrimRight(path, "/")
}
