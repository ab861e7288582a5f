package outbound_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"authpocket/internal/outbound"
)

func TestAddressesThatAreNeverATargetAreRefused(t *testing.T) {
	for name, host := range map[string]string{
		"cloud metadata":               "169.254.169.254",
		"another link-local address":   "169.254.1.1",
		"cloud metadata over IPv6":     "[fd00:ec2::254]",
		"link-local over IPv6":         "[fe80::1%25lo]",
		"link-local as IPv6":           "[::ffff:169.254.169.254]",
		"multicast":                    "224.0.0.1",
		"multicast over IPv6":          "[ff02::1]",
		"no address":                   "0.0.0.0",
		"no address over IPv6":         "[::]",
		"cloud metadata behind a port": "169.254.169.254:8080",
		"Azure's":                      "168.63.129.16",
		"Alibaba's":                    "100.100.100.200",
		"Oracle's":                     "192.0.0.192",
		"Google's over IPv6":           "[fd20:ce::254]",
		"Google's by name":             "metadata.google.internal",
		"a name with a dot behind":     "METADATA.google.internal.",
		"behind NAT64":                 "[64:ff9b::a9fe:a9fe]",
		"behind 6to4":                  "[2002:a9fe:a9fe::1]",
		"to everyone":                  "255.255.255.255",
		"as one number":                "2852039166",
		"in hexadecimal":               "0xa9fea9fe",
		"in octal":                     "0251.0376.0251.0376",
		"with three numbers":           "169.254.43518",
		"with a dot behind":            "169.254.169.254.",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := fetch(t, outbound.New(outbound.Config{}), "http://"+host+"/latest/meta-data/")
			if !errors.Is(err, outbound.ErrAddressRefused) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestNoNameLeadsToARefusedAddress(t *testing.T) {
	resolveWith(t, map[string]string{"metadata.test.": "169.254.169.254", "metadata6.test.": "fe80::1"})
	for _, name := range []string{"metadata.test", "metadata6.test"} {
		_, _, err := fetch(t, outbound.New(outbound.Config{}), "http://"+name+"/")
		if !errors.Is(err, outbound.ErrAddressRefused) {
			t.Errorf("%s: the error is %v", name, err)
			continue
		}
		if got := outbound.Reason(err); !strings.Contains(got.String(), "link-local") {
			t.Errorf("the reason is %q", got)
		}
	}
}

func TestANameThatIsNotThereIsNamed(t *testing.T) {
	resolveWith(t, nil)
	_, _, err := fetch(t, outbound.New(outbound.Config{}), "http://nobody.test/")
	if got := outbound.Reason(err); got.String() != "the name nobody.test cannot be found in DNS" {
		t.Errorf("the reason is %q, the error %v", got, err)
	}
}

// resolveWith makes names resolve as the map says for the rest of the test,
// and all others not at all. It is a real server of DNS on loopback.
func resolveWith(t *testing.T, names map[string]string) {
	t.Helper()
	server, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		answerDNS(server, names)
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		server.Close()
		<-done
	})
}

func answerDNS(server net.PacketConn, names map[string]string) {
	buffer := make([]byte, 1<<12)
	for {
		n, from, err := server.ReadFrom(buffer)
		if err != nil {
			return // closed
		}
		var query dnsmessage.Message
		if query.Unpack(buffer[:n]) != nil || len(query.Questions) != 1 {
			continue
		}
		out, err := answerTo(query, names)
		if err == nil {
			_, err = server.WriteTo(out, from)
		}
		if err != nil {
			return
		}
	}
}

func answerTo(query dnsmessage.Message, names map[string]string) ([]byte, error) {
	question := query.Questions[0]
	answer := dnsmessage.Message{Header: dnsmessage.Header{ID: query.ID, Response: true, RecursionAvailable: true},
		Questions: query.Questions}
	found, ok := names[question.Name.String()]
	if !ok {
		answer.RCode = dnsmessage.RCodeNameError
		return answer.Pack()
	}
	header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: 1}
	switch address := netip.MustParseAddr(found); {
	case address.Is4() && question.Type == dnsmessage.TypeA:
		answer.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: address.As4()}}}
	case address.Is6() && question.Type == dnsmessage.TypeAAAA:
		answer.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}}}
	}
	return answer.Pack()
}
