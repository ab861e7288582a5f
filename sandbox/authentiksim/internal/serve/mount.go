package serve

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
)

// pathOf returns the path of an address, without a slash at the end.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/")
}

// Below returns the address of a local path for browsers.
func (s *Server) Below(to string) string {
	if strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
		return s.path + to
	}
	return to
}

// mounted returns an answer whose addresses of pages begin with the path of Config.URL.
func (s *Server) mounted(a Answer) Answer {
	if s.path == "" {
		return a
	}
	if to := a.Header.Get("Location"); to != "" {
		a.Header.Set("Location", s.Below(to))
	}
	if a.ContentType == HTML { // templates escape the quotation marks of text
		a.Body = bytes.ReplaceAll(a.Body, []byte(` href="/`), []byte(` href="`+s.path+`/`))
	}
	return a
}

// below returns the handler for requests below the path of Config.URL.
func (s *Server) below(next http.Handler) http.Handler {
	if s.path == "" {
		return next
	}
	return http.StripPrefix(s.path, next)
}
