package oidc

import (
	"net/url"
	"strings"
)

// localPath is where a next parameter leads on this server. Other servers'
// addresses lead to the front page.
func LocalPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.HasPrefix(next, "/\\") {
		return "/"
	}
	return next
}

// withNext is a raw query, written again in its order, with where to go on to.
func withNext(rawQuery, next string) string {
	encoded := reencode(rawQuery)
	if encoded != "" {
		encoded += "&"
	}
	return encoded + "next=" + url.QueryEscape(next)
}

// reencode writes a raw query again, in its order, in one way of escaping.
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
