package record

import (
	"net"
	"net/http"
	"net/url"
)

// downloadable reports whether PocketBase may be able to download the picture (safeFileFromURL in
// apis/record_auth_with_oauth2.go). It creates the record without a picture that it can't download.
func downloadable(address string, r release) bool {
	req, err := http.NewRequest(http.MethodGet, address, nil) //nolint:noctx // the request is never sent
	if err != nil || req.URL.Scheme != "http" && req.URL.Scheme != "https" || req.URL.Host == "" {
		return false
	}
	return !r.since("0.36.9") || !internal(req.URL)
}

// internal reports whether the URL names an IP address that PocketBase refuses to reach since 0.36.9.
func internal(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return ip != nil && (ip.IsLoopback() || ip.IsUnspecified() || ip.IsPrivate() || ip.IsLinkLocalUnicast() ||
		ip.IsLinkLocalMulticast() || ip.IsMulticast())
}
