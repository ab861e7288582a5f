package walk

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxHops bounds the redirects of a sign-in.
const maxHops = 10

// SignIn makes a test sign-in as the page's script does: it waits at PocketBase's event stream, signs the person in to
// authentik and hands on what comes back. It returns the page of the result.
func (w Walker) SignIn(ctx context.Context, person, password string) (*Page, error) {
	begun, err := w.Post(ctx, "/signin", nil)
	if err != nil {
		return nil, err
	}
	if begun.Status != http.StatusSeeOther {
		return nil, fmt.Errorf("beginning a test sign-in: %d", begun.Status)
	}
	page, err := w.Open(ctx, begun.Location().String())
	if err != nil {
		return nil, err
	}
	stream, err := w.listen(ctx, page.Data("data-realtime"))
	if err != nil {
		return nil, err
	}
	defer stream.body.Close()
	base := w.origin() + page.Data("data-base")
	if err := w.stage(ctx, base, stream.client, person, password); err != nil {
		return nil, err
	}
	var back struct{ State, Code, Error string }
	if err := stream.next("@oauth2", &back); err != nil {
		return nil, err
	}
	told, err := w.PostTo(ctx, base+"/return",
		url.Values{"state": {back.State}, "code": {back.Code}, "error": {back.Error}})
	if err != nil {
		return nil, err
	}
	if told.Status != http.StatusSeeOther {
		return nil, fmt.Errorf("handing on the code: %d", told.Status)
	}
	if _, err := w.Open(ctx, told.Location().String()+"/events"); err != nil { // until the result is there
		return nil, err
	}
	return w.Open(ctx, told.Location().String())
}

func (w Walker) origin() string { return w.Root.Scheme + "://" + w.Root.Host }

// stage opens authentik, signs in there and follows the way back to PocketBase.
func (w Walker) stage(ctx context.Context, base, client, person, password string) error {
	opened, err := w.PostTo(ctx, base+"/stage", url.Values{"client": {client}})
	if err != nil {
		return err
	}
	var to struct{ URL string }
	if err := json.Unmarshal([]byte(opened.Text), &to); err != nil {
		return fmt.Errorf("opening authentik: %d %w", opened.Status, err)
	}
	login, err := w.follow(ctx, to.URL)
	if err != nil {
		return err
	}
	sent, err := w.PostTo(ctx, login.URL.String(), url.Values{"username": {person}, "password": {password}})
	if err != nil {
		return err
	}
	if sent.Location() == nil {
		return fmt.Errorf("authentik does not let %s in: %d", person, sent.Status)
	}
	_, err = w.follow(ctx, sent.Location().String())
	return err
}

// follow opens an address and goes wherever it redirects to.
func (w Walker) follow(ctx context.Context, address string) (*Page, error) {
	for range maxHops {
		p, err := w.Open(ctx, address)
		if err != nil {
			return nil, err
		}
		if p.Location() == nil {
			return p, nil
		}
		address = p.Location().String()
	}
	return nil, fmt.Errorf("%s redirects without end", address)
}

// stream is PocketBase's event stream.
type stream struct {
	body   io.ReadCloser
	lines  *bufio.Scanner
	client string // the name under which PocketBase knows it
}

// listen opens the stream and subscribes to the results of sign-ins.
func (w Walker) listen(ctx context.Context, address string) (*stream, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := w.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	s := &stream{body: res.Body, lines: bufio.NewScanner(res.Body)}
	var greeting struct{ ClientID string }
	if err := s.next("PB_CONNECT", &greeting); err != nil {
		return nil, fmt.Errorf("opening the event stream (%d): %w", res.StatusCode, err)
	}
	s.client = greeting.ClientID
	body, err := json.Marshal(map[string]any{"clientId": s.client, "subscriptions": []string{"@oauth2"}})
	if err != nil {
		return nil, err
	}
	r, err = http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	subscribed, err := w.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	defer subscribed.Body.Close()
	if subscribed.StatusCode != http.StatusNoContent {
		return nil, fmt.Errorf("subscribing to sign-ins: %s", subscribed.Status)
	}
	return s, nil
}

// next reads the stream up to an event and decodes its data.
func (s *stream) next(event string, into any) error {
	found := false
	for s.lines.Scan() {
		name, value, _ := strings.Cut(s.lines.Text(), ":")
		switch {
		case name == "event":
			found = value == event
		case name == "data" && found:
			return json.Unmarshal([]byte(value), into)
		}
	}
	return fmt.Errorf("waiting for %s: %w", event, io.ErrUnexpectedEOF)
}
