package outbound

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// ErrAddressRefused is returned for addresses that are never a PocketBase or
// an authentik: link-local, cloud metadata, multicast, unspecified.
var ErrAddressRefused = errors.New("this address is link-local or a cloud metadata service")

// metadata are the addresses outside of the link-local ranges at which clouds
// give secrets to whoever asks.
func metadata() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("fd00:ec2::/32"),      // Amazon: instances, and ::23 for pods
		netip.MustParsePrefix("fd20:ce::254/128"),   // Google
		netip.MustParsePrefix("168.63.129.16/32"),   // Azure
		netip.MustParsePrefix("100.100.100.200/32"), // Alibaba
		netip.MustParsePrefix("192.0.0.192/32"),     // Oracle
		netip.MustParsePrefix("fd00:42::42/128"),    // Scaleway
	}
}

// metadataNames are what clouds call these services in their own DNS.
func metadataNames() []string {
	return []string{"metadata", "metadata.google.internal", "metadata.goog", "instance-data",
		"instance-data.ec2.internal"}
}

// refused tells whether an address is never a target, also when it is wrapped
// in an IPv6 one.
func refused(ip netip.Addr) bool {
	ip = unwrapped(ip.WithZone(""))
	return slices.ContainsFunc(metadata(), func(p netip.Prefix) bool { return p.Contains(ip) }) ||
		ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() ||
		ip == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// unwrapped is the IPv4 address that an IPv6 one stands for: mapped, behind
// NAT64 (RFC 6052, RFC 8215), compatible (RFC 4291) or 6to4 (RFC 3056).
func unwrapped(ip netip.Addr) netip.Addr {
	if ip = ip.Unmap(); ip.Is4() {
		return ip
	}
	b := ip.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip), netip.MustParsePrefix("64:ff9b:1::/48").Contains(ip),
		netip.MustParsePrefix("::/96").Contains(ip) && !ip.IsUnspecified() && !ip.IsLoopback():
		return netip.AddrFrom4([4]byte(b[12:]))
	case netip.MustParsePrefix("2002::/16").Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return ip
}

// refuseAddresses runs after the name was resolved, so that no name can lead
// to a refused address.
func refuseAddresses(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("reading the resolved address: %w", err)
	}
	if refused(ap.Addr()) {
		return ErrAddressRefused
	}
	return nil
}

// named refuses what the URL itself says, for behind a proxy nothing else is
// known of the target.
type named struct{ next http.RoundTripper }

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	if refusedName(r.URL.Hostname()) {
		if r.Body != nil {
			_ = r.Body.Close() // nothing was sent
		}
		return nil, ErrAddressRefused
	}
	return n.next.RoundTrip(r)
}

// CloseIdleConnections reaches through to the transport.
func (n named) CloseIdleConnections() {
	if t, ok := n.next.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func refusedName(host string) bool {
	host = strings.ToLower(strings.TrimRight(host, "."))
	if strings.ContainsFunc(host, func(c rune) bool { return c > '~' }) {
		return true // a proxy could read it as something else
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return refused(ip)
	}
	return slices.Contains(metadataNames(), host) || oddNumber(host)
}

// oddNumber is a host that some systems read as an IPv4 address although it is
// not written as one, such as 0xa9fea9fe.
func oddNumber(host string) bool {
	label := host[strings.LastIndexByte(host, '.')+1:]
	return label != "" && (strings.Trim(label, "0123456789") == "" || strings.HasPrefix(label, "0x") &&
		strings.Trim(label[2:], "0123456789abcdef") == "")
}
