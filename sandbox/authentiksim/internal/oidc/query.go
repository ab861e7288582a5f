package oidc

import (
	"net/url"
	"strings"
)

// LocalPath returns the target of a next parameter on this server. Other addresses become the front page.
func LocalPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.HasPrefix(next, "/\\") {
		return "/"
	}
	return next
}

// withNext re-encodes a raw query and adds the next parameter.
func withNext(rawQuery, next string) string {
	encoded := reencode(rawQuery)
	if encoded != "" {
		encoded += "&"
	}
	return encoded + "next=" + url.QueryEscape(next)
}

// reencode escapes a raw query uniformly and keeps its order.
func reencode(rawQuery string) string {
	var pairs []string
	for pair := range strings.SplitSeq(rawQuery, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, requote(key)+"="+requote(value))
	}
	return strings.Join(pairs, "&")
}

func requote(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		plain = text
	}
	return url.QueryEscape(plain)
}

// quote escapes a text for a query, with spaces as %20.
func quote(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
