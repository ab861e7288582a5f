package outbound

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"authpocket/internal/address"
)

// ErrAddressRefused is returned for addresses that no PocketBase or authentik
// has: link-local, cloud metadata, multicast and unspecified ones.
var ErrAddressRefused = errors.New("this address is link-local or a cloud metadata service")

// errNumber is the ErrAddressRefused for a host that may be read as any of these addresses.
var errNumber = fmt.Errorf("%w, or may be read as one", ErrAddressRefused)

// ErrElsewhere is what Config.Through returns for an address that it has no way to.
var ErrElsewhere = errors.New("this address is not one of the demo's own two systems")

// metadata returns the addresses of cloud metadata services, which hand out
// credentials, outside of the link-local ranges.
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

// metadataNames returns the names of those services in the clouds' DNS.
func metadataNames() []string {
	return []string{"metadata", "metadata.google.internal", "metadata.goog", "instance-data",
		"instance-data.ec2.internal"}
}

// refused reports whether no request may go to ip, including when it embeds a
// refused IPv4 address.
func refused(ip netip.Addr) bool {
	ip = unwrapped(ip.WithZone(""))
	return slices.ContainsFunc(metadata(), func(p netip.Prefix) bool { return p.Contains(ip) }) ||
		ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() ||
		ip == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// unwrapped returns the IPv4 address embedded in ip, if any: mapped, NAT64
// (RFC 6052, RFC 8215), compatible (RFC 4291) or 6to4 (RFC 3056).
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

// refuseAddresses is a dialer's control function. It runs after name
// resolution, so that no DNS name can lead to a refused address.
func refuseAddresses(_ context.Context, _, resolved string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return fmt.Errorf("reading the resolved address: %w", err)
	}
	if refused(ap.Addr()) {
		return ErrAddressRefused
	}
	return nil
}

// refuseName returns the error for a host that no request may go to.
func refuseName(host string) error {
	host = strings.ToLower(strings.TrimRight(host, "."))
	ip, err := netip.ParseAddr(host)
	switch {
	case strings.ContainsFunc(host, func(c rune) bool { return c > '~' }): // a proxy could normalise it to another host
	case err == nil && refused(ip), slices.Contains(metadataNames(), host):
	case address.OddNumber(host):
		return errNumber
	default:
		return nil
	}
	return ErrAddressRefused
}
