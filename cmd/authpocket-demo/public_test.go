package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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

func TestFlagsOfThePublicDemo(t *testing.T) {
	for _, wrong := range [][]string{
		{"-public-url", "demo.example"}, {"-public-url", "https://demo.example/?x"}, {"-frame-origin", "docs.example"},
		{"-frame-origin", "https://docs.example", "-public-url", "http://demo.example"}, {"-max", "0"},
		{"-lifetime", "0s"}, {"-starts-per-minute", "0"},
		{"-trusted-proxy", "proxy"}, {"-data", filepath.Join(os.TempDir(), "nowhere", "at", "all")},
	} {
		args := append([]string{"-public", "-listen", "127.0.0.1:0"}, wrong...)
		if code := run(t.Context(), args, io.Discard, io.Discard); code == 0 {
			t.Errorf("%v: it ends with %d", wrong, code)
		}
	}
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
