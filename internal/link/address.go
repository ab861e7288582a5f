package link

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

const maxAddress = 2000

// ParseAddress reads the base address of an authentik or PocketBase as a
// person types or pastes it, and returns it normalised: scheme and host in
// lower case, an international host in its ASCII form, the scheme's own port
// dropped, no trailing slash, no dashboard path, query or fragment. label is
// the form field's label, for the words of the problem.
//
// A path is kept, for both systems can be served below one, but the paths of
// their own pages are cut off.
func ParseAddress(label, field, raw string) (string, *Problem) {
	s := strings.TrimSpace(raw)
	wrong := func(summary, todo string) (string, *Problem) {
		return "", &Problem{Field: field, Summary: summary, Todo: todo}
	}
	example := "Enter it like https://" + exampleHost(label) + "."
	if s == "" {
		return wrong("Enter the "+label+".", example)
	}
	if len(s) > maxAddress { // long international names take minutes to encode
		return wrong(fmt.Sprintf("%s is longer than %d characters.", label, maxAddress), example)
	}
	if strings.ContainsAny(s, " \t\r\n") {
		return wrong(label+" has a space in it.", example)
	}
	if !strings.Contains(s, "://") {
		return wrong(label+" has no scheme.", withScheme(s, example))
	}
	u, err := url.Parse(s)
	if err != nil {
		if v6 := bareIPv6(s); v6 != "" {
			return wrong(label+" has an IPv6 address without brackets.", "Put brackets around it: "+v6+".")
		}
		return wrong(label+" is not a web address.", example)
	}
	if u.Scheme = strings.ToLower(u.Scheme); u.Scheme != "https" && u.Scheme != "http" {
		return wrong(label+" starts with "+u.Scheme+"://, which is not a web address.", "Use https:// or http://.")
	}
	if u.User != nil {
		return wrong(label+" has a user name or password in it.", "Leave that part out: credentials have fields of their own.")
	}
	host, problem := normalHost(label, u)
	if problem != "" {
		return wrong(problem, example)
	}
	return u.Scheme + "://" + host + cutPages(u.EscapedPath()), nil
}

// bareIPv6 is s with the brackets that its IPv6 address lacks, empty where
// that is not what is wrong.
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

// withScheme proposes what a person left out, unless there may be a password
// in what they typed.
func withScheme(s, example string) string {
	rest := halfScheme.ReplaceAllString(s, "")
	if rest == "" || strings.ContainsAny(rest, "@:\\") && !hostAndPort.MatchString(rest) {
		return example
	}
	if innerAddress("http://" + rest) {
		return "Put http:// in front, or https:// if it has a certificate: http://" + rest
	}
	return "Put https:// in front: https://" + rest
}

var (
	hostName    = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)
	halfScheme  = regexp.MustCompile(`^(?i:https?)(:[/\\]*|[/\\]+)|^[/\\]+`)
	hostAndPort = regexp.MustCompile(`^[^@:/]+:[0-9]+(/[^@:]*)?$`)
)

func exampleHost(label string) string {
	if strings.Contains(label, "PocketBase") {
		return "pocketbase.company"
	}
	return "authentik.company"
}

func normalHost(label string, u *url.URL) (host, problem string) {
	name, port := u.Hostname(), u.Port()
	if name == "" {
		return "", label + " has no host."
	}
	if strings.HasSuffix(u.Host, ":") {
		return "", label + " has a colon but no port."
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return "", label + " has the port " + port + ", which is not between 1 and 65535."
		}
		port = strconv.FormatUint(n, 10)
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		if addr.Zone() != "" {
			return "", label + " has a link-local address, which is never an authentik or a PocketBase."
		}
		name = addr.String()
		if addr.Is6() {
			name = "[" + name + "]"
		}
	} else {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		// Docker's service names may hold underscores, which IDNA refuses.
		if ascii, err := idna.Lookup.ToASCII(name); err == nil {
			name = ascii
		}
		if !hostName.MatchString(name) {
			return "", label + " has a host name that cannot be looked up."
		}
	}
	if port != "" && !(u.Scheme == "https" && port == "443") && !(u.Scheme == "http" && port == "80") {
		name += ":" + port
	}
	return name, ""
}

// cutPages drops what people paste along from a browser's address bar.
func cutPages(path string) string {
	for _, page := range []string{"/_", "/api", "/if", "/flows", "/source", "/application", "/outpost.goauthentik.io"} {
		if before, _, found := strings.Cut(path+"/", page+"/"); found {
			path = before
		}
	}
	return strings.TrimRight(path, "/")
}

// RedirectURL is the URI that authentik sends people back to for a PocketBase
// at that base address (PocketBase apis/record_auth_with_oauth2_redirect.go).
func RedirectURL(base string) string { return strings.TrimRight(base, "/") + RedirectPath }

func hasRedirectPath(u string) bool { return strings.HasSuffix(u, RedirectPath) }

// SameHost tells whether two addresses have the same scheme, host and port.
func SameHost(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Scheme == ub.Scheme && strings.EqualFold(ua.Host, ub.Host)
}

// Unencrypted is the problem of an address to which secrets would be sent for
// anybody on the way to read, nil for others. Addresses of an inner network,
// such as a container's name, are only warned of in the plan. allow says how to
// allow it.
func Unencrypted(field, address, what, allow string) *Problem {
	if !PlainHTTP(address) || innerAddress(address) {
		return nil
	}
	return &Problem{Field: field, Summary: "The address is plain http: whoever sees the network's traffic reads the " + what + ". Nothing was sent.", Todo: "Use https://, or " + allow + "."}
}

// PlainHTTP tells whether u is http to a host other than this machine.
func PlainHTTP(u string) bool {
	p, err := url.Parse(u)
	if err != nil || p.Scheme != "http" {
		return false
	}
	if addr, err := netip.ParseAddr(p.Hostname()); err == nil {
		return !addr.IsLoopback()
	}
	return p.Hostname() != "localhost" && !strings.HasSuffix(p.Hostname(), ".localhost")
}

// fieldAt names one entry of a list field.
func fieldAt(field string, i int) string { return field + "." + strconv.Itoa(i) }

// innerAddress tells whether a URL's host is of the kind that is reached only
// from within a network: a container's name, a private address, a name below
// a domain that is never public (RFC 6762, RFC 8375, RFC 9476 and custom).
func innerAddress(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return false
	}
	host := u.Hostname()
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsPrivate() || addr.IsLoopback()
	}
	if !strings.Contains(host, ".") {
		return true
	}
	for _, domain := range []string{".local", ".internal", ".lan", ".home.arpa", ".localhost", ".svc", ".svc.cluster.local"} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}
