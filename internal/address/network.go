package address

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// SameHost reports whether two addresses have the same scheme, host and port.
func SameHost(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Scheme == ub.Scheme && strings.EqualFold(ua.Host, ub.Host)
}

// PlainHTTP reports whether raw is http to a host other than this machine.
func PlainHTTP(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "http" && !ThisMachine(raw)
}

// ThisMachine reports whether the host of raw is this machine.
func ThisMachine(raw string) bool {
	name, ip := hostOf(raw)
	return ip.IsLoopback() || name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// Inner reports whether the host of raw is internal to a network: a container's
// name, a private address or a name in a domain that is not in the public DNS.
func Inner(raw string) bool {
	name, ip := hostOf(raw)
	if ip.IsValid() || name == "" {
		return ip.IsPrivate() || ip.IsLoopback()
	}
	return !strings.Contains(name, ".") || slices.ContainsFunc(innerDomains(), func(domain string) bool {
		return strings.HasSuffix(name, "."+domain)
	})
}

func innerDomains() []string {
	return []string{
		"localhost", "test", // RFC 6761
		"local",                                      // RFC 6762, with cluster.local of Kubernetes
		"intranet", "private", "corp", "home", "lan", // RFC 6762, appendix G
		"home.arpa", // RFC 8375
		"internal",  // reserved by ICANN's board, 29 July 2024
		"svc",       // a service of another namespace in Kubernetes
	}
}

// hostOf returns the host of raw in lower case, without the final dot of a fully
// qualified name, and as an IP address if it is one.
func hostOf(raw string) (name string, ip netip.Addr) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", ip
	}
	name = strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip, _ = netip.ParseAddr(name)
	return name, ip
}
