package rest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

func TestReadsAreRepeatedWhereThatHelps(t *testing.T) {
	t.Parallel()
	for name, bad := range pbtest.Passing() {
		for _, fails := range []int{1, 2, 1000} {
			synctest.Test(t, func(t *testing.T) {
				begun, sent := time.Now(), 0
				client := memory("", func(r *http.Request) (*http.Response, error) {
					if sent++; sent <= fails {
						return bad(r)
					}
					return pbtest.Reply(r, 200, `{"meta":{}}`), nil
				})
				client.Wire.client.Timeout = 10 * time.Second
				_, err := client.ReadSettings(t.Context(), "users")
				if took := time.Since(begun); (err == nil) != (fails < 3) || sent < 3 && fails > 1 ||
					took > wire.Patience {
					t.Errorf("%s, %d times: %v after %v and %d tries", name, fails, err, took, sent)
				}
				if err != nil {
					pbtest.FaultOf(t, err)
				}
			})
		}
	}
}

// TestWhatIsNoReadIsSentOnce checks that sign-ins, which leave traces in PocketBase, are not repeated.
func TestWhatIsNoReadIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context, *Client) error{
		"a password": func(ctx context.Context, c *Client) error {
			if _, f := c.Wire.signIn(ctx, Config{Email: "a@example.com", Password: secret.New("password")}); f != nil {
				return f
			}
			return nil
		},
		"a one-time password": func(ctx context.Context, c *Client) error {
			if _, f := c.Wire.signIn(ctx, Config{OTP: &OTP{ID: "1", Code: secret.New("123456")}}); f != nil {
				return f
			}
			return nil
		},
		"a request for one": func(ctx context.Context, c *Client) error {
			_,
				err := RequestOTP(ctx, c.cfg)
			return err
		},
	} {
		for kind, bad := range pbtest.Passing() {
			synctest.Test(t, func(t *testing.T) {
				posts := 0
				client := memory("0.39.11", func(r *http.Request) (*http.Response, error) {
					if r.Method != http.MethodPost {
						return pbtest.Reply(r, 200, `{"meta":{}}`), nil
					}
					posts++
					return bad(r)
				})
				client.Wire.client.Timeout = 10 * time.Second
				if err := do(t.Context(), client); posts != 1 || err == nil && kind != "500" && kind != "429" {
					t.Errorf("%s, %s: %d times, %v", name, kind, posts, err)
				}
			})
		}
	}
}

func TestALongListIsSaidToBeTooLarge(t *testing.T) {
	t.Parallel()
	f := Unreachable("https://pocketbase.company", wire.ErrListTooLarge)
	if f.Kind != report.FaultOther || !strings.Contains(f.Summary.String(), "64 MB") {
		t.Errorf("%+v", f)
	}
}

func TestAnExchangeMayTakeLong(t *testing.T) {
	t.Parallel()
	if w := newTransport(config(t, "https://pocketbase.company", "")); exchangeTime < 45*time.Second ||
		w.long != exchangeTime {
		t.Errorf("an exchange may take %s", w.long)
	}
}
