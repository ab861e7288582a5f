package signins

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"authpocket/internal/engine/signins"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// browser acts like the verify page and a person's browser: it holds PocketBase's
// event stream, follows authentik's pages and fills in the form.
type browser struct {
	stream *http.Client // holds the event stream
	window *http.Client // the sign-in window, with a cookie jar
	// password is what the person types; empty closes the window instead.
	password string
	at       string // where the window ended
	page     string
}

// newBrowser returns a browser whose window uses the address windowIP, if set.
func newBrowser(windowIP string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // cannot happen without options
	}
	dialer := &net.Dialer{}
	if windowIP != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(windowIP)}
	}
	return &browser{
		stream: &http.Client{Transport: &http.Transport{}}, password: password,
		window: &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dialer.DialContext}},
	}
}

func (b *browser) close() {
	b.stream.CloseIdleConnections()
	b.window.CloseIdleConnections()
}

// Timeouts for the stream's first event, and for the code after the window is done:
// PocketBase sends the code before it answers the window.
const (
	streamPatience = 5 * time.Second
	codePatience   = 2 * time.Second
)

// message is one event of PocketBase's stream.
type message struct{ name, data string }

// signIn performs a sign-in up to what the page hands to the engine.
func (b *browser) signIn(ctx context.Context, s signins.Test, username string) (signin.Return, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events := make(chan message, 4)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		b.listen(ctx, s.RealtimeURL, events)
	}()
	defer func() { cancel(); <-listening }()
	client, barred, err := b.subscribe(ctx, s.RealtimeURL, events)
	if err != nil || barred.Missing != signin.MissingNothing {
		return barred, err
	}
	if err := b.follow(ctx, s.WithState(client), username); err != nil {
		return signin.Return{}, err
	}
	select {
	case m, there := <-events:
		if !there {
			return signin.Return{Missing: signin.MissingBroken, State: client}, nil
		}
		return readReturn(m, client)
	case <-time.After(codePatience):
	}
	missing := signin.MissingClosed
	if strings.Contains(b.at, "/_/") || strings.Contains(b.at, link.RedirectPath) {
		missing = signin.MissingTimeout
	}
	return signin.Return{Missing: missing, State: client}, nil
}

func readReturn(m message, state string) (signin.Return, error) {
	var data struct{ State, Code, Error string }
	if err := json.Unmarshal([]byte(m.data), &data); err != nil {
		return signin.Return{}, fmt.Errorf("reading the event %s: %w", m.name, err)
	}
	if data.State != state {
		return signin.Return{}, errors.New("the event is of another sign-in")
	}
	return signin.Return{Code: secret.New(data.Code), Error: data.Error, State: state}, nil
}

// listen forwards the stream's events until it ends, then closes the channel.
func (b *browser) listen(ctx context.Context, address string, events chan<- message) {
	defer close(events)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return
	}
	res, err := b.stream.Do(r)
	if err != nil {
		return
	}
	defer res.Body.Close()
	var m message
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "event:"):
			m.name = line[len("event:"):]
		case strings.HasPrefix(line, "data:"):
			m.data = line[len("data:"):]
		case line == "" && m.name != "":
			events <- m
			m = message{}
		}
	}
}

// subscribe waits for the stream's client ID and subscribes to the sign-in's event.
// It returns what went wrong, if anything.
func (b *browser) subscribe(ctx context.Context, address string, events <-chan message) (client string,
	barred signin.Return, err error) {
	var hello struct{ ClientID string }
	select {
	case m, there := <-events:
		if !there {
			return "", b.refusal(ctx, address), nil
		}
		if err := json.Unmarshal([]byte(m.data), &hello); err != nil {
			return "", signin.Return{}, fmt.Errorf("reading the first event: %w", err)
		}
	case <-time.After(streamPatience):
		return "", signin.Return{Missing: signin.MissingStream}, nil
	}
	body, err := json.Marshal(map[string]any{"clientId": hello.ClientID, "subscriptions": []string{"@oauth2"}})
	if err != nil {
		return "", signin.Return{}, fmt.Errorf("writing the subscription: %w", err)
	}
	status, err := b.ask(ctx, http.MethodPost, address, body)
	switch {
	case err != nil:
		return "", signin.Return{}, err
	case status != http.StatusNoContent:
		return "", signin.Return{Missing: signin.MissingRefused, Status: status}, nil
	}
	return hello.ClientID, signin.Return{}, nil
}

// refusal returns the response to a stream that ended at once.
func (b *browser) refusal(ctx context.Context, address string) signin.Return {
	status, err := b.ask(ctx, http.MethodGet, address, nil)
	switch {
	case err != nil:
		return signin.Return{Missing: signin.MissingUnreachable}
	case status == http.StatusOK:
		return signin.Return{Missing: signin.MissingBroken}
	}
	return signin.Return{Missing: signin.MissingRefused, Status: status}
}

func (b *browser) ask(ctx context.Context, method, address string, body []byte) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("making a request of the page: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := b.stream.Do(r)
	if err != nil {
		return 0, fmt.Errorf("asking PocketBase: %w", err)
	}
	defer res.Body.Close()
	return res.StatusCode, nil
}

// follow opens authentik's page and signs in when asked.
func (b *browser) follow(ctx context.Context, address, username string) error {
	if err := b.open(ctx, http.MethodGet, address, nil); err != nil {
		return err
	}
	if b.password == "" || !strings.Contains(b.page, `name="password"`) {
		return nil
	}
	return b.open(ctx, http.MethodPost, b.at, url.Values{"username": {username}, "password": {b.password}})
}

func (b *browser) open(ctx context.Context, method, address string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("making a request of the window: %w", err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.window.Do(r)
	if err != nil {
		return fmt.Errorf("opening a page in the window: %w", err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("reading a page in the window: %w", err)
	}
	b.at, b.page = res.Request.URL.String(), string(page)
	return nil
}
