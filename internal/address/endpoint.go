package address

import (
	"net/url"
	"strings"
)

// endpoints is the path that authentik serves all OAuth2 endpoints below.
const endpoints = "/application/o/"

// Path returns the path of an address, for comparing what leads to the same
// endpoint over different hosts.
func Path(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Path
}

// KeepInner returns raw where it leads to the wanted endpoint by an address of
// an inner network, one that browsers at public do not use; else wanted. Where
// only the path of raw is wrong, that alone is replaced.
func KeepInner(raw, public, wanted string) string {
	if SameHost(raw, public) || !Inner(raw) || !strings.Contains(Path(raw), endpoints) {
		return wanted
	}
	return MendPath(raw, wanted)
}

// MendPath returns raw with the path of the endpoint that is wanted: what is
// before /application/o/ may be a proxy's. An address whose path is right
// stays as it is.
func MendPath(raw, wanted string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return wanted
	case u.Path == Path(wanted):
		return raw
	}
	prefix, _, own := strings.Cut(u.Path, endpoints)
	before, name, known := strings.Cut(Path(wanted), endpoints)
	if !known {
		return wanted
	}
	if !own {
		prefix = before
	}
	u.Path, u.RawPath, u.RawQuery, u.Fragment = prefix+endpoints+name, "", "", ""
	return u.String()
}
