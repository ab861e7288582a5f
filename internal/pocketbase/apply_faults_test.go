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

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

// once calls f for the first PATCH only.
func once(f func(r *http.Request, next http.RoundTripper) (*http.Response, error)) func(*http.Request,
	http.RoundTripper) (*http.Response, error) {
	done := false
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		if r.Method != http.MethodPatch || done {
			return next.RoundTrip(r)
		}
		done = true
		return f(r, next)
	}
}

// carried lets the server carry out the request, and discards the answer.
func carried(r *http.Request, next http.RoundTripper) error {
	res, err := next.RoundTrip(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}

// TestApplySettlesLostAnswers loses the answer of a PATCH in each way that a network or a proxy can, on a real server.
func TestApplySettlesLostAnswers(t *testing.T) {
	t.Parallel()
	for name, meddle := range map[string]func(r *http.Request, next http.RoundTripper) (*http.Response, error){
		"carried out, connection reset": func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			return nil, errors.Join(carried(r, next), syscall.ECONNRESET)
		},
		"never arrived": func(*http.Request, http.RoundTripper) (*http.Response, error) {
			return nil,
				syscall.ECONNRESET
		},
		"carried out, 502 of a proxy": func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			return pbtest.Reply(r, 502, "<html>bad gateway</html>"), carried(r, next)
		},
		"carried out, 200 with a page": func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			return pbtest.Reply(r, 200, "<html>hello</html>"), carried(r, next)
		},
		"refused for a moment": func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
			return pbtest.Reply(r, 429, `{"data":{},"message":"Too Many Requests.","status":429}`), nil
		},
		"failed once": func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
			return pbtest.Reply(r, 500, `{"data":{},"message":"Something went wrong.","status":500}`), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pbtest.Start(t)
			pbtest.Give(t, server.App(), pbtest.Others())
			before := pbtest.Stored(t, server.App())
			client, calls := connect(t, server)
			now := observe(t, client)
			calls.Meddle = once(meddle)
			if err := client.Apply(t.Context(), pbtest.Adding(now, new(pbtest.Ours()))); err != nil {
				t.Fatal(err)
			}
			after := pbtest.Stored(t, server.App())
			if !strings.Contains(after["oidc2"], `"clientSecret":"ours-secret"`) {
				t.Errorf("our element: %s", after["oidc2"])
			}
			delete(after, "oidc2")
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("others changed:\n%s", diff)
			}
			if n := calls.Count("PATCH"); n != 2 {
				t.Errorf("%d PATCH requests, want 2", n)
			}
		})
	}
}

// TestApplySettlesByReading checks that a visible change needs no second PATCH.
func TestApplySettlesByReading(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	client, calls := connect(t, server)
	before := observe(t, client)
	after := *before
	after.CreateRule = nil
	for _, ch := range []link.Change{
		{System: report.PB, Kind: link.KindRules, Before: before, After: &after,
			Fields: []link.Field{{Name: "createRule"}}},
		pbtest.Change(before, pbtest.Without(before, "github"), "github.displayName"),
	} {
		calls.Reset()
		calls.Meddle = once(func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
			return nil, errors.Join(carried(r, next), io.ErrUnexpectedEOF)
		})
		if err := client.Apply(t.Context(), ch); err != nil {
			t.Fatal(err)
		}
		if n := calls.Count("PATCH"); n != 1 {
			t.Errorf("%s: %d PATCH requests, want 1", ch.Kind, n)
		}
	}
}

// TestApplySeesOthersMeanwhile checks that Apply notices a write by somebody else between two attempts.
func TestApplySeesOthersMeanwhile(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	client, calls := connect(t, server)
	before := observe(t, client)
	calls.Meddle = once(func(*http.Request, http.RoundTripper) (*http.Response, error) {
		changed := pbtest.Others()
		changed[0].ClientId = "another"
		pbtest.Give(t, server.App(), changed)
		return nil, syscall.ECONNRESET
	})
	f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Adding(before, new(pbtest.Ours()))))
	if f.Kind != report.FaultStale || !strings.Contains(f.Summary.String(), "Client ID of the provider google") {
		t.Errorf("%+v", f)
	}
}

const oneUsers = `{"page":1,"perPage":200,"totalItems":1,"totalPages":1,"items":[{"id":"u1","name":"users","updated":"2026-01-01","oauth2":{"enabled":true,"providers":[` +
	`{"name":"google","clientId":"g","authURL":"","tokenURL":"","userInfoURL":"","displayName":"","pkce":null,"extra":null}]}}]}`

// TestApplyGivesUp checks that a PATCH whose answers never come ends as unknown, within the time allowed.
func TestApplyGivesUp(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(*http.Request) (*http.Response, error){
		"lost":        func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
		"bad gateway": func(r *http.Request) (*http.Response, error) { return pbtest.Reply(r, 502, "<html>"), nil },
		"asked to wait for an hour": func(r *http.Request) (*http.Response, error) {
			return pbtest.Reply(r, 503, "<html>", "Retry-After", "3600"), nil
		},
		"hanging": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			client := memory("0.39.11", func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return pbtest.Reply(r, 200, oneUsers), nil
				}
				return play(r)
			})
			before, err := client.ReadCollection(t.Context(), "u1", "")
			if err != nil {
				t.Fatal(err)
			}
			f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Adding(before, new(pbtest.Ours()))))
			if f.Kind != report.FaultUnknown || f.Written != report.WrittenUnknown {
				t.Errorf("%s: %+v", name, f)
			}
			if took := time.Since(begun); took > wire.Patience {
				t.Errorf("%s: it took %v", name, took)
			}
		})
	}
}

func TestApplyFailsTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := memory("0.39.11", func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return pbtest.Reply(r, 200, oneUsers), nil
			}
			return pbtest.Reply(r, 500,
				`{"data":{},"message":"Something went wrong while processing your request.","status":500}`), nil
		})
		before, err := client.ReadCollection(t.Context(), "u1", "")
		if err != nil {
			t.Fatal(err)
		}
		f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Adding(before, new(pbtest.Ours()))))
		if f.Kind != report.FaultOther || !strings.Contains(f.Summary.String(), "Something went wrong") {
			t.Errorf("%+v", f)
		}
	})
}

// TestApplyCancelled checks that the outcome of a cancelled write is unknown, but not that of one that never began.
func TestApplyCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client := memory("0.39.11", func(r *http.Request) (*http.Response, error) {
		if r.Context().Err() != nil {
			return nil, r.Context().Err()
		}
		if r.Method == http.MethodGet {
			return pbtest.Reply(r, 200, oneUsers), nil
		}
		cancel()
		return nil, r.Context().Err()
	})
	before, err := client.ReadCollection(ctx, "u1", "")
	if err != nil {
		t.Fatal(err)
	}
	change := pbtest.Adding(before, new(pbtest.Ours()))
	if f := pbtest.FaultOf(t, client.Apply(ctx, change)); f.Kind != report.FaultUnknown {
		t.Errorf("%+v", f)
	}
	if f := pbtest.FaultOf(t,
		client.Apply(ctx, pbtest.Adding(before, new(pbtest.Ours())))); f.Kind != report.FaultUnreachable {
		t.Errorf("%+v", f)
	}
}

// TestRefusalShapes answers the PATCH with each 400 that real servers gave, and with some of unknown shape.
func TestRefusalShapes(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		name, version, data string
		field, says         string
	}{
		{"slot", "0.39.11",
			`{"oauth2":{"providers":{"1":{"name":{"code":"validation_missing_provider","message":"Invalid or missing provider with name oidc2.","params":{"name":"oidc2"}}}}}}`,
			"pocketbase.slot", "The provider oidc2, Slot: Invalid or missing provider with name oidc2."},
		{"twice", "0.39.11",
			`{"oauth2":{"providers":{"1":{"name":{"code":"validation_duplicated_provider","message":"The provider oidc2 is already registered."}}}}}`,
			"pocketbase.slot", "already registered"},
		{"secret", "0.39.11",
			`{"oauth2":{"providers":{"1":{"clientSecret":{"code":"validation_required","message":"Cannot be blank."}}}}}`,
			"provider.client_secret", "Client secret: Cannot be blank."},
		{"display name", "0.39.11", `{"oauth2":{"providers":{"1":{"displayName":{"code":"x","message":"Too long."}}}}}`,
			"pocketbase.display_name", "Display name: Too long."},
		{"pkce", "0.39.11", `{"oauth2":{"providers":{"1":{"pkce":{"code":"x","message":"No."}}}}}`, "pocketbase.pkce",
			"Support PKCE: No."},
		{"extra", "0.39.11", `{"oauth2":{"providers":{"1":{"extra":{"code":"x","message":"No."}}}}}`,
			"pocketbase.jwks_url", "extra: No."},
		{"unknown key", "0.39.11", `{"oauth2":{"providers":{"1":{"colour":{"code":"x","message":"No."}}}}}`, "",
			"colour: No."},
		{"another provider", "0.39.11",
			`{"oauth2":{"providers":{"0":{"authURL":{"code":"validation_is_url","message":"Must be a valid URL."}}}}}`,
			"", "The provider google, Auth URL: Must be a valid URL."},
		{"0.40.0, version unknown", "",
			`{"oauth2":{"providers":{"0":{"clientSecret":{"code":"validation_required","message":"Cannot be blank."}}}}}`,
			"", "PocketBase 0.40.0 cannot change one provider"},
		{"mapped field", "0.39.11", `{"oauth2":{"mappedFields":{"avatarURL":{"code":"x","message":"No."}}}}`,
			"pocketbase.map_avatar", "avatarURL: No."},
		{"MFA", "0.39.11",
			`{"mfa":{"enabled":{"code":"validation_mfa_not_enough_auths","message":"MFA requires at least 2 auth methods to be enabled."}}}`,
			"pocketbase.enabled", "at least 2 auth methods"},
		{"index out of range", "0.39.11", `{"oauth2":{"providers":{"9":{"name":{"code":"x","message":"No."}}}}}`, "",
			"oauth2 › providers › 9 › name: No."},
		{"unknown depth", "0.39.11", `{"a":{"b":[{"c":"wrong"},{"d":7,"e":true}]}}`, "",
			"a › b › 0 › c: wrong. a › b › 1 › d: 7. a › b › 1 › e: true."},
		{"nothing named", "0.39.11", `{}`, "", "Failed to update collection."},
	} {
		client := memory(one.version, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return pbtest.Reply(r, 200, oneUsers), nil
			}
			return pbtest.Reply(r, 400, `{"data":`+one.data+`,"message":"Failed to update collection.","status":400}`),
				nil
		})
		before, err := client.ReadCollection(t.Context(), "u1", "")
		if err != nil {
			t.Fatal(err)
		}
		f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Adding(before, new(pbtest.Ours()))))
		if f.Kind != report.FaultRefused || f.Field != one.field || !strings.Contains(f.Summary.String(), one.says) {
			t.Errorf("%s: field %q, kind %q: %s", one.name, f.Field, f.Kind, f.Summary)
		}
		if strings.ContainsAny(f.Summary.String()+f.Todo.String(), "{}\"") {
			t.Errorf("%s: shows a raw body: %s", one.name, f.Summary)
		}
	}
}

func TestSecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	client := memory("0.39.11", func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return pbtest.Reply(r, 200, oneUsers), nil
		}
		return pbtest.Reply(r, 400, `{"data":{"oauth2":{"providers":{"1":{"clientSecret":{"code":"x",`+
			`"message":"Not \u0026hush\u003chush, nor %26hush%3Chush."}}}}},"message":"Failed."}`), nil
	})
	before, err := client.ReadCollection(t.Context(), "u1", "")
	if err != nil {
		t.Fatal(err)
	}
	mine := pbtest.Ours()
	mine.ClientSecret = secret.New("&hush<hush")
	err = client.Apply(t.Context(), pbtest.Adding(before, &mine))
	if f := pbtest.FaultOf(t, err); strings.Contains(say.Of("%s%s%s", err.Error(), f.Summary, f.Todo).String(),
		"hush") ||
		f.Field != "provider.client_secret" {
		t.Errorf("got %v at %q", err, f.Field)
	}
}

// TestRefusesUnmergedServers checks that Apply refuses what is or may be 0.40.0, which would drop the other providers'
// secrets.
func TestRefusesUnmergedServers(t *testing.T) {
	t.Parallel()
	off := strings.Replace(oneUsers, `"enabled":true`, `"enabled":false`, 1)
	for _, one := range []struct {
		version, users string
		names          []string
		says           string
	}{
		{"0.40.0", oneUsers, nil, "PocketBase 0.40.0 cannot change one provider"},
		{"0.40.0", off, nil, "PocketBase 0.40.0 cannot change one provider"},
		{"0.40+", off, nil, "cannot be told from 0.40.0"},
		{"", off, nil, "cannot be told from 0.40.0"},
	} {
		client := memory(one.version, func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodGet {
				t.Errorf("%s: it sent %s", one.version, r.Method)
			}
			return pbtest.Reply(r, 200, one.users), nil
		})
		before, err := client.ReadCollection(t.Context(), "u1", "")
		if err != nil {
			t.Fatal(err)
		}
		f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Change(before, pbtest.With(before, new(pbtest.Ours())),
			"oidc2.clientId")))
		if f.Kind != report.FaultRefused || !strings.Contains(f.Summary.String(), one.says) ||
			!strings.Contains(f.Todo.String(), "0.40.1") {
			t.Errorf("%q: %+v", one.version, f)
		}
	}
}

// TestReadBackDiffers checks that Apply notices a hook of an app undoing what was written.
func TestReadBackDiffers(t *testing.T) {
	t.Parallel()
	client := memory("0.39.11", func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return pbtest.Reply(r, 200, oneUsers), nil
		}
		return pbtest.Reply(r, 200, `{}`), nil
	})
	before, err := client.ReadCollection(t.Context(), "u1", "")
	if err != nil {
		t.Fatal(err)
	}
	f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Adding(before, new(pbtest.Ours()))))
	if f.Kind != report.FaultRefused || !strings.Contains(f.Summary.String(), "the provider oidc2, which is gone") {
		t.Errorf("%+v", f)
	}
	after := *before
	after.AuthRule = new("x = 1")
	ch := link.Change{System: report.PB, Kind: link.KindRules, Before: before, After: &after,
		Fields: []link.Field{{Name: "authRule"}}}
	if f := pbtest.FaultOf(t, client.Apply(t.Context(), ch)); f.Field != "pocketbase.auth_rule" {
		t.Errorf("%+v", f)
	}
}
