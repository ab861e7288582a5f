package signins

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/internal/wire"
)

func TestALongListIsReadToItsBoundAndNoFurther(t *testing.T) {
	t.Parallel()
	row, pages := `{"providerId":"`+strings.Repeat("x", 7<<10)+`"},`, 0
	body := `{"items":[` + strings.TrimSuffix(strings.Repeat(row, linksPage), ",") + `]}`
	client := memory(0, func(r *http.Request) (*http.Response, error) {
		pages++
		return pbtest.Reply(r, 200, body), nil
	})
	client.linkedBefore(t.Context(), &link.Desired{Slot: pbtest.Ours()})
	if most := wire.MaxList/len(body) + 1; pages != most {
		t.Errorf("%d pages of %d bytes were read, and not %d", pages, len(body), most)
	}
}

// TestAnExchangeIsSentOnce checks that an exchange is not repeated, because a code is valid for one only.
func TestAnExchangeIsSentOnce(t *testing.T) {
	t.Parallel()
	d := link.Desired{Collection: link.CollectionState{Name: "users"}, Slot: pbtest.Ours()}
	for kind, bad := range pbtest.Passing() {
		synctest.Test(t, func(t *testing.T) {
			posts := 0
			client := memory(10*time.Second, func(r *http.Request) (*http.Response, error) {
				if r.Method != http.MethodPost {
					return pbtest.Reply(r, 200, `{}`), nil
				}
				posts++
				return bad(r)
			})
			_, err := client.Exchange(t.Context(), d, signin.Code{})
			if posts != 1 || err == nil && kind != "500" && kind != "429" {
				t.Errorf("%s: %d times, %v", kind, posts, err)
			}
		})
	}
}

// memory returns sign-ins at a PocketBase that a function of the test plays.
func memory(timeout time.Duration, play func(*http.Request) (*http.Response, error)) SignIns {
	client := &http.Client{Transport: pbtest.RoundTrip(play), Timeout: timeout}
	cfg := rest.Config{URL: "http://pocketbase.test", Token: secret.New("token"), HTTP: client}
	return SignIns{rest.NewClient(cfg, rest.Identity{Version: "0.39.11"})}
}
