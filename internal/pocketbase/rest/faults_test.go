package rest

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
)

// TestReadFaults answers reads with every wrong shape.
func TestReadFaults(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		name   string
		status int
		body   string
		kind   report.FaultKind
		field  string
		says   string
	}{
		{"signed out", 401,
			`{"data":{},"message":"The request requires valid record authorization token.","status":401}`,
			report.FaultToken, fieldToken, "no longer accepts"},
		{"not allowed", 403,
			`{"data":{},"message":"The authorized record is not allowed to perform this action.","status":403}`,
			report.FaultPermission, fieldToken, "not allowed to perform this action"},
		{"IP list", 403, `{"data":{},"message":"You are not allowed to perform this request.","status":403}`,
			report.FaultPermission, fieldToken, "not allowed to perform this request"},
		{"gone", 404, `{"data":{},"message":"The requested resource wasn't found.","status":404}`, report.FaultStale,
			"",
			"wasn't found"},
		{"too many", 429, `{"data":{},"message":"Too Many Requests.","status":429}`, report.FaultThrottled, fieldURL,
			"rate-limiting"},
		{"bad filter", 400, `{"data":{},"message":"Something went wrong while processing your request.","status":400}`,
			report.FaultRefused, "", "Something went wrong"},
		{"failure", 500, `{"data":{},"message":"Something went wrong.","status":500}`, report.FaultOther, "",
			"internal error"},
		{"empty failure", 500, ``, report.FaultOther, "", "internal error on GET /api/settings"},
		{"proxy", 503, `<html>`, report.FaultUnreachable, fieldURL, "cannot reach it"},
		{"page", 200, `<html>`, report.FaultNotThis, fieldURL, "web page"},
		{"wrong JSON", 200, `[]`, report.FaultNotThis, fieldURL, "did not come from PocketBase"},
		{"sign-in page", 302, ``, report.FaultNotThis, fieldURL, "sign-in page at auth.example.com"},
		{"unknown shape", 418, `{"error":{"reason":"teapot"}}`, report.FaultRefused, "", "error › reason: teapot."},
		{"unreadable", 418, `short and stout`, report.FaultNotThis, fieldURL, "did not come from PocketBase"},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := memory("", func(r *http.Request) (*http.Response, error) {
				if r.URL.Path != "/api/settings" {
					return pbtest.Reply(r, 200, `{}`), nil
				}
				return pbtest.Reply(r, one.status, one.body, "Location", "https://auth.example.com/login"), nil
			})
			_, err := client.ReadSettings(t.Context(), "users")
			f := pbtest.FaultOf(t, err)
			if f.Kind != one.kind || f.Field != one.field || !strings.Contains(f.Summary.String(), one.says) {
				t.Errorf("%s: field %q, kind %q: %s", one.name, f.Field, f.Kind, f.Summary)
			}
			if strings.ContainsAny(f.Summary.String()+f.Todo.String(), "<{") {
				t.Errorf("%s: shows a raw body: %s", one.name, f.Summary)
			}
		})
	}
}
