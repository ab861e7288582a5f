package pocketbase

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/internal/wire"
)

// passing are the answers after which a read is sent again.
func passing() map[string]func(*http.Request) (*http.Response, error) {
	failing := func(err error) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	answering := func(status int, body string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) { return reply(r, status, body), nil }
	}
	return map[string]func(*http.Request) (*http.Response, error){
		"500":     answering(500, `{"data":{},"message":"Something went wrong.","status":500}`),
		"502":     answering(502, "<html>"),
		"503":     answering(503, "<html>"),
		"504":     answering(504, "<html>"),
		"429":     answering(429, `{"data":{},"message":"Too Many Requests.","status":429}`),
		"empty":   answering(200, ""),
		"half":    answering(200, `{"meta":{`),
		"noise":   answering(200, "\x00\xff"),
		"reset":   failing(syscall.ECONNRESET),
		"EOF":     failing(io.EOF),
		"no HTTP": failing(errors.New("malformed HTTP response")),
		"silence": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
	}
}

func TestReadsAreRepeatedWhereThatHelps(t *testing.T) {
	t.Parallel()
	for name, bad := range passing() {
		for _, fails := range []int{1, 2, 1000} {
			synctest.Test(t, func(t *testing.T) {
				begun, sent := time.Now(), 0
				client := memory("", func(r *http.Request) (*http.Response, error) {
					if sent++; sent <= fails {
						return bad(r)
					}
					return reply(r, 200, `{}`), nil
				})
				client.wire.client.Timeout = 10 * time.Second
				_, err := client.readSettings(t.Context(), "users")
				if took := time.Since(begun); (err == nil) != (fails < 3) || sent < 3 && fails > 1 || took > wire.Patience {
					t.Errorf("%s, %d times: %v after %v and %d tries", name, fails, err, took, sent)
				}
				if err != nil {
					faultOf(t, err)
				}
			})
		}
	}
}

// TestWhatIsNoReadIsSentOnce: signing in leaves traces in PocketBase, and a
// code is good for one exchange.
func TestWhatIsNoReadIsSentOnce(t *testing.T) {
	t.Parallel()
	d := link.Desired{Collection: link.CollectionState{Name: "users"}, Slot: ours()}
	for name, do := range map[string]func(context.Context, *Facade) error{
		"a password": func(ctx context.Context, c *Facade) error {
			if _, f := c.wire.signIn(ctx, Config{Email: "a@example.com", Password: secret.New("password")}); f != nil {
				return f
			}
			return nil
		},
		"a one-time password": func(ctx context.Context, c *Facade) error {
			if _, f := c.wire.signIn(ctx, Config{OTP: &OTP{ID: "1", Code: secret.New("123456")}}); f != nil {
				return f
			}
			return nil
		},
		"a request for one": func(ctx context.Context, c *Facade) error { _, err := RequestOTP(ctx, c.cfg); return err },
		"an exchange":       func(ctx context.Context, c *Facade) error { _, err := c.Exchange(ctx, d, signin.Code{}); return err },
	} {
		for kind, bad := range passing() {
			synctest.Test(t, func(t *testing.T) {
				posts := 0
				client := memory("0.39.11", func(r *http.Request) (*http.Response, error) {
					if r.Method != http.MethodPost {
						return reply(r, 200, `{}`), nil
					}
					posts++
					return bad(r)
				})
				client.wire.client.Timeout = 10 * time.Second
				if err := do(t.Context(), client); posts != 1 || err == nil && kind != "500" && kind != "429" {
					t.Errorf("%s, %s: %d times, %v", name, kind, posts, err)
				}
			})
		}
	}
}

func TestALongListIsReadToItsBoundAndNoFurther(t *testing.T) {
	t.Parallel()
	row, pages := `{"providerId":"`+strings.Repeat("x", 7<<10)+`"},`, 0
	body := `{"items":[` + strings.TrimSuffix(strings.Repeat(row, linksPage), ",") + `]}`
	client := memory("0.39.11", func(r *http.Request) (*http.Response, error) {
		pages++
		return reply(r, 200, body), nil
	})
	client.linkedBefore(t.Context(), link.Desired{Slot: ours()})
	if most := wire.MaxList/len(body) + 1; pages != most {
		t.Errorf("%d pages of %d bytes were read, and not %d", pages, len(body), most)
	}
	f := unreachable("https://pocketbase.company", wire.ErrListTooLarge)
	if f.Kind != link.FaultOther || !strings.Contains(f.Summary, "64 MB") {
		t.Errorf("%+v", f)
	}
}
