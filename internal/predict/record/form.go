package record

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// The forms that PocketBase accepts are those of github.com/asaskevich/govalidator (patterns.go, validator.go), which
// compiles a hundred patterns at each start. These are compiled when they are first needed.

var (
	emailForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(emailPattern()) })
	urlForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(urlPattern()) })
)

// emailPattern returns the pattern of an e-mail address. A quoted name has a quote before each of its characters:
// that is not meant, but what PocketBase takes.
func emailPattern() string {
	const (
		far    = `\x{00A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}`
		atom   = "[-a-zA-Z0-9!#$%&'*+/=?^_`{|}~" + far + "]+"
		blank  = `(([ \t]*\r\n)?[ \t]+)?`
		quoted = `[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x21\x23-\x5b\x5d-\x7e` + far + `]`
		escape = `\([\x01-\x09\x0b\x0c\x0d-\x7f]`
		first  = `[a-zA-Z0-9` + far + `]`
		top    = `[a-zA-Z` + far + `]`
	)
	name := atom + `(\.` + atom + `)*`
	text := `("` + blank + `(` + quoted + `|` + escape + `))*` + blank + `"`
	label := `(` + first + `([-a-zA-Z0-9._~` + far + `]*` + first + `)?\.)+`
	return `^(` + name + `|` + text + `)@` + label + top + `([-a-zA-Z0-9_~` + far + `]*` + top + `)?\.?$`
}

// urlPattern returns the pattern of a URL.
func urlPattern() string {
	const (
		scheme = `((ftp|tcp|udp|wss?|https?)://)?`
		user   = `(\S+(:\S*)?@)?`
		ipv4   = `([1-9]\d?|1\d\d|2[01]\d|22[0-3]|24\d|25[0-5])(\.(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])){2}` +
			`\.([0-9]\d?|1\d\d|2[0-4]\d|25[0-5])`
		hex   = `[0-9a-fA-F]{1,4}`
		octet = `(25[0-5]|(2[0-4]|1?[0-9])?[0-9])`
		dots  = `(` + octet + `\.){3}` + octet
		ipv6  = `((` + hex + `:){7}` + hex +
			`|(` + hex + `:){1,7}:` +
			`|(` + hex + `:){1,6}:` + hex +
			`|(` + hex + `:){1,5}(:` + hex + `){1,2}` +
			`|(` + hex + `:){1,4}(:` + hex + `){1,3}` +
			`|(` + hex + `:){1,3}(:` + hex + `){1,4}` +
			`|(` + hex + `:){1,2}(:` + hex + `){1,5}` +
			`|` + hex + `:(:` + hex + `){1,6}` +
			`|:((:` + hex + `){1,7}|:)` +
			`|fe80:(:[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]+` +
			`|::(ffff(:0{1,4})?:)?` + dots +
			`|(` + hex + `:){1,4}:` + dots + `)`
		far  = `\x{00a1}-\x{ffff}`
		name = `([a-zA-Z0-9]([a-zA-Z0-9-_]+)?[a-zA-Z0-9]([-.][a-zA-Z0-9]+)*` +
			`|(www\.|[a-zA-Z0-9]+([-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+)?)?` +
			`([a-zA-Z` + far + `0-9]+-?-?)*[a-zA-Z` + far + `0-9]+(\.[a-zA-Z` + far + `]+)?`
		rest = `\.?(:\d{1,5})?([/?#]\S*)?`
	)
	return `^` + scheme + user + `(` + ipv4 + `|\[` + ipv6 + `\]|` + name + `)` + rest + `$`
}

// IsEmail reports whether PocketBase takes a text for an e-mail address.
func IsEmail(text string) bool { return emailForm().MatchString(text) }

// isURL reports whether PocketBase takes the text for a URL.
func isURL(text string) bool {
	if runes := utf8.RuneCountInString(text); len(text) <= 3 || runes >= 2083 || text[0] == '.' {
		return false
	}
	absolute := text
	if strings.Contains(text, ":") && !strings.Contains(text, "://") {
		absolute = "http://" + text
	}
	u, err := url.Parse(absolute)
	if err != nil || strings.HasPrefix(u.Host, ".") || u.Host == "" && u.Path != "" && !strings.Contains(u.Path, ".") {
		return false
	}
	return urlForm().MatchString(text)
}
