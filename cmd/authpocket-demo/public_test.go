package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/walk"
)

// TestThePublicDemoServesAndDrains starts it, goes to a review and stops it as SIGTERM does.
func TestThePublicDemoServesAndDrains(t *testing.T) {
	before := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = before })
	ctx, stop := context.WithCancel(t.Context())
	data := t.TempDir()
	read, write := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"-public", "-listen", "127.0.0.1:0", "-max", "2", "-data", data, "-drain", "100ms"},
			write, io.Discard)
		write.Close()
	}()
	lines := bufio.NewScanner(read)
	if !lines.Scan() {
		t.Fatal("it prints nothing")
	}
	address := regexp.MustCompile(`http://\S+`).FindString(lines.Text())
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := walk.Walker{Root: &url.URL{}, HTTP: &http.Client{Transport: transport}}
	var err error
	if client.Root, err = client.Root.Parse(strings.TrimSuffix(address, "/")); err != nil {
		t.Fatalf("%q: %v", lines.Text(), err)
	}
	started, err := client.Post(t.Context(), "/start", nil)
	if err != nil || started.Status != http.StatusSeeOther {
		t.Fatalf("%v %v", started, err)
	}
	stop()
	if rest, err := io.ReadAll(read); err != nil || !strings.Contains(lines.Text()+string(rest), "gets a sandbox") {
		t.Errorf("%q %v", rest, err)
	}
	if got := <-code; got != 0 {
		t.Errorf("it ends with %d", got)
	}
	if left, err := filepath.Glob(filepath.Join(data, "*")); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v %v", left, err)
	}
}

// TestFlagsThatCannotBe holds what is said of flags to their names.
func TestFlagsThatCannotBe(t *testing.T) {
	for args, says := range map[string]string{
		"-public -public-url demo.example":                     `-public-url "demo.example" is not of the form`,
		"-public -public-url https://demo.example/?x":          "-public-url",
		"-public -public-url https://demo.example/?":           "-public-url",
		"-public -public-url https://demo.example/#x":          "-public-url",
		"-public -public-url https://a:b@demo.example/":        "-public-url",
		"-public -public-url https://:443/":                    "-public-url",
		"-public -public-url https://demo.example:0/":          "-public-url",
		"-public -public-url https://demo.example:99999/":      "-public-url",
		"-public -public-url ftp://demo.example/":              "-public-url",
		"-public -frame-origin docs.example":                   `-frame-origin: "docs.example" is not an origin`,
		"-public -frame-origin *":                              "-frame-origin",
		"-public -frame-origin https://docs.example/x":         "-frame-origin",
		"-public -frame-origin https://a -public-url http://b": "-frame-origin needs an https -public-url",
		"-public -max 0":                        "-max 0 is not between 1 and",
		"-public -max -1":                       "-max -1 is not between 1 and",
		"-public -max 99999999999":              "-max 99999999999 is not between 1 and",
		"-public -lifetime 0s":                  "-lifetime 0s is shorter than a second",
		"-public -lifetime -5m":                 "-lifetime -5m0s is shorter than a second",
		"-public -drain -1s":                    "-drain -1s is less than none",
		"-public -starts-per-minute 0":          "-starts-per-minute 0 is not 1 or more",
		"-public -starts-per-minute -3":         "-starts-per-minute -3 is not 1 or more",
		"-public -pod-cookie a;b":               `-pod-cookie "a;b" is not the name of a cookie`,
		"-public -trusted-proxy proxy":          "neither an address nor a network",
		"-public -trusted-proxy 10.0.0.0/99":    "neither an address nor a network",
		"-public -data /nowhere/at/all":         "nowhere",
		"-public -tokens":                       "-tokens has no meaning with -public",
		"-public -storybook":                    "-public and -storybook",
		"-storybook -authentik 2026.8":          "-authentik has no meaning with -storybook",
		"-max 5 -lifetime 5m":                   "-lifetime, -max has no meaning without -public",
		"-public-url https://docs.example/":     "-public-url has no meaning without -public",
		"-frame-origin https://docs.example":    "-frame-origin has no meaning without -public",
		"-trusted-proxy 10.0.0.1 -pod-cookie x": "-pod-cookie, -trusted-proxy has no meaning without -public",
		"-authentik latest":                     `-authentik "latest" is not a version such as 2026.8`,
		"-authentik https://authentik.example":  `is not a version such as 2026.8`,
		"-authentik 2026.13":                    `is not a version such as 2026.8`,
		"-authentik=":                           `is not a version such as 2026.8`,
		"public":                                `"public" is not a flag`,
		"-listen 127.0.0.1:99999":               "listening on 127.0.0.1:99999",
	} {
		var said strings.Builder
		given := strings.Fields(args)
		if !strings.Contains(args, "-listen") {
			given = append([]string{"-listen", "127.0.0.1:0"}, given...)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // a demo that starts ends at once
		if code := run(ctx, given, io.Discard, &said); code == 0 || !strings.Contains(said.String(), says) {
			t.Errorf("%s: it ends with %d: %s", args, code, said.String())
		}
	}
	for _, version := range []string{"2026.8", "2026.5.3", "2026.5.0-rc1", "2025.12", authentiksim.DefaultVersion} {
		if err := checkVersion(version); err != nil {
			t.Error(err)
		}
	}
}

func TestThePublicURL(t *testing.T) {
	for raw, want := range map[string]string{"https://docs.example/demo/": "https://docs.example/demo",
		"https://docs.example": "https://docs.example", "http://[::1]:8480//a/../b/": "http://[::1]:8480/b"} {
		f := publicFlags{url: raw}
		if got, err := f.base(""); err != nil || got.String() != want {
			t.Errorf("%s is %v %v", raw, got, err)
		}
	}
}

func TestThePublicDemoNeedsOpenFiles(t *testing.T) {
	for limit, want := range map[uint64]string{
		1 << 62: "", 3736: "", 3735: "200 sandboxes need 3736 open files, and the limit is 3735", 256: "give -max 6",
		20: "give -max 1",
	} {
		err := fits(200, limit)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("with %d: %v", limit, err)
		}
	}
	if err := fits(1, 154); err != nil {
		t.Error(err)
	}
}
