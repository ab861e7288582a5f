package logs_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/logs"
	"authpocket/internal/secret"
)

func TestNoSecretOfAnErrorIsLogged(t *testing.T) {
	const canary = "c4n4ry-value"
	failed := &url.Error{Op: "Get", URL: "https://auth.example/cb?code=" + canary + "&state=" + canary + "&next=1",
		Err: errors.New("refused")}
	for name, attr := range map[string]slog.Attr{
		"an address in an error":         slog.Any("error", fmt.Errorf("asking: %w", failed)),
		"an error put in words":          slog.String("error", failed.Error()),
		"a header":                       slog.String("said", "Authorization: Bearer "+canary),
		"a token in an address":          slog.String("url", "https://pb.example/?token="+canary),
		"a struct with an address":       slog.Any("in", struct{ U string }{"/x?access_token=" + canary}),
		"JSON":                           slog.String("body", `{"client_secret": "`+canary+`"}`),
		"a value named so":               slog.String("Password", canary),
		"a group":                        slog.Group("request", slog.String("query", "code="+canary)),
		"a secret that is one":           slog.Any("held", secret.New(canary)),
		"a list of errors, joined by us": slog.Any("error", errors.Join(failed, failed)),
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			log := logs.New(&out, slog.LevelDebug)
			log.Debug("what happened at /callback?state="+canary, attr)
			log.With(attr).WithGroup("more").Debug("again", attr)
			if strings.Contains(out.String(), canary) || strings.Count(out.String(), "\n") != 2 {
				t.Errorf("the log is %s", out.String())
			}
		})
	}
}

func TestTheRestOfALineStays(t *testing.T) {
	var out strings.Builder
	log := logs.New(&out, slog.LevelInfo)
	long := "goroutine 1\n" + strings.Repeat("main.main() <here>\n", 100)
	log.Info("panic", "id", "x-1", "status", 403, "took", 3*time.Second, "stack", long, "error",
		errors.New("asking https://auth.example/api?page=2: refused"))
	log.Debug("not asked for")
	for _, words := range []string{"level=INFO", "msg=panic", "id=x-1", "status=403", "took=3s",
		strings.Repeat(`main.main() <here>\n`, 100), "page=2: refused", "time="} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("%q is not in the log %s", words, out.String())
		}
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("the log is %s", out.String())
	}
}

func TestLinesOfStrangersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		log := slog.New(logs.Bounded(logs.New(&out, slog.LevelInfo).Handler(), 3))
		for range 1000 {
			log.With("who", "a stranger").WithGroup("g").Info("request")
		}
		if n := strings.Count(out.String(), "\n"); n != 3 {
			t.Errorf("%d lines of the first minute", n)
		}
		time.Sleep(time.Minute)
		log.Info("request")
		log.Info("request")
		if got := out.String(); strings.Count(got, "\n") != 5 || strings.Count(got, "left_out=997\n") != 1 {
			t.Errorf("the log is %s", got)
		}
	})
}
