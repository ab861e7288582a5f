// Package hostile holds answers that no server gives, for the tests of both adapters.
package hostile

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// Answers returns answers that take long, or much of the stack, to read where something is read once a level or once a
// pair. first is what a list of the system begins with, and results the key of its entries.
func Answers(first, results string) map[string]string {
	const many = 1 << 18
	deepest := strings.Repeat("[", 9990) + strings.Repeat("]", 9990)
	nested := strings.Repeat(`{"a":`, 9990) + "1" + strings.Repeat("}", 9990)
	list := "{" + first + `"` + results + `":[`
	return map[string]string{
		"brackets without an end": strings.Repeat("[", many),
		"as deep as JSON may be":  deepest,
		"deep objects":            nested,
		"deep in a list": "{" + first + `"data":` + nested + `,"` + results + `":[` + deepest +
			`,{"id":"a","pk":1,"name":` + nested + `,"oauth2":` + nested + `}]}`,
		"deep in a known place": list + `{"id":"a","name":"users","oauth2":{"providers":[{"name":"oidc","extra":` +
			nested +
			`,"x":` + deepest + `}]},"redirect_uris":[` + deepest + `]}]}`,
		"a long list of nothing": list + strings.Repeat("{},", many/3) + `{}]}`,
		"a key many times":       "{" + strings.Repeat(`"a":1,`, many/6) + `"b":2}`,
		"a word without an end": `{"detail":"` + strings.Repeat(`\u0000<`, many/7) +
			`","message":"` + strings.Repeat("é ", many/3) + `"}`,
	}
}

// Saying answers every request with one status and body, as JSON.
type Saying struct {
	Status int
	Body   []byte
}

// RoundTrip answers r.
func (s Saying) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: s.Status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(s.Body)), Request: r}, nil
}
