package pocketbase

import (
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
)

// longAnswers are of the kinds that take long, or much of the stack, to read
// where something is read once a level or once a pair.
func longAnswers() map[string]string {
	const many = 1 << 18
	deepest := strings.Repeat("[", 9990) + strings.Repeat("]", 9990)
	nested := strings.Repeat(`{"a":`, 9990) + "1" + strings.Repeat("}", 9990)
	return map[string]string{
		"brackets without an end": strings.Repeat("[", many),
		"as deep as JSON may be":  deepest,
		"deep objects":            nested,
		"deep in a list":          `{LIST"data":` + nested + `,"RESULTS":[` + deepest + `,{"id":"a","pk":1,"name":` + nested + `,"oauth2":` + nested + `}]}`,
		"deep in a known place":   `{LIST"RESULTS":[{"id":"a","name":"users","oauth2":{"providers":[{"name":"oidc","extra":` + nested + `,"x":` + deepest + `}]},"redirect_uris":[` + deepest + `]}]}`,
		"a long list of nothing":  `{LIST"RESULTS":[` + strings.Repeat("{},", many/3) + `{}]}`,
		"a key many times":        "{" + strings.Repeat(`"a":1,`, many/6) + `"b":2}`,
		"a word without an end":   `{"detail":"` + strings.Repeat(`\u0000<`, many/7) + `","message":"` + strings.Repeat("é ", many/3) + `"}`,
	}
}

func TestLongAnswersTakeNoTime(t *testing.T) {
	for name, body := range longAnswers() {
		for _, status := range []int{200, 400} {
			t.Run(name, func(t *testing.T) {
				body := strings.NewReplacer("LIST", `"totalPages":1,"totalItems":1,`, "RESULTS", "items").Replace(body)
				begun := time.Now()
				c := meeting(status, []byte(body))
				_, err := c.Observe(t.Context(), link.Query{Slug: "pocketbase", Collection: "users"})
				wellWorded(t, err)
				if err != nil && len(err.Error()) > 5000 {
					t.Errorf("the error has %d bytes", len(err.Error()))
				}
				if words := complaints([]byte(body)); len(words) > maxComplaints {
					t.Errorf("%d complaints", len(words))
				}
				for _, one := range complaints([]byte(body)) {
					if len(one.path) > maxNesting {
						t.Errorf("a path of %d keys", len(one.path))
					}
				}
				if took := time.Since(begun); took > 20*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		}
	}
}
