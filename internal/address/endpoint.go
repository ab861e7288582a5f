package address

import (
	"net/url"
	"strings"
)

// endpoints is the path prefix of authentik's OAuth2 endpoints.
const endpoints = "/application/o/"

// Path returns the path of an address, to compare endpoints across hosts.
func Path(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Path
}

// KeepInner returns raw if it is an internal address of an authentik endpoint,
// different from public, and wanted otherwise. It corrects the path of raw.
func KeepInner(raw, public, wanted string) string {
	if SameHost(raw, public) || !Inner(raw) || !strings.Contains(Path(raw), endpoints) {
		return wanted
	}
	return MendPath(raw, wanted)
}

// MendPath returns raw with the path of the wanted endpoint. It keeps what precedes
// /application/o/, which may be a proxy's prefix.
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
