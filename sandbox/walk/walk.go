package walk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// maxPage is the most that is read of a page, in bytes.
const maxPage = 4 << 20

// Walker goes through a wizard whose forms are filled in.
type Walker struct {
	Root *url.URL // the wizard's, without a slash at the end
	HTTP *http.Client
}

// Get reads a page of the wizard.
func (w Walker) Get(ctx context.Context, path string) (*Page, error) {
	return w.Open(ctx, w.at(path).String())
}

// Open reads the page at an address.
func (w Walker) Open(ctx context.Context, address string) (*Page, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return w.do(r)
}

// Post sends a form to a path of the wizard.
func (w Walker) Post(ctx context.Context, path string, form url.Values) (*Page, error) {
	return w.PostTo(ctx, w.at(path).String(), form)
}

// PostTo sends a form to an address.
func (w Walker) PostTo(ctx context.Context, address string, form url.Values) (*Page, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", w.Root.Scheme+"://"+w.Root.Host)
	return w.do(r)
}

// Send fills in the form of a page that leads to path, changes some of its values and sends it.
func (w Walker) Send(ctx context.Context, page, path string, changes url.Values) (*Page, error) {
	p, err := w.Get(ctx, page)
	if err != nil {
		return nil, err
	}
	form, err := p.form(w.at(path))
	if err != nil {
		return nil, err
	}
	for name, values := range changes {
		form[name] = values
	}
	return w.Post(ctx, path, form)
}

func (w Walker) at(path string) *url.URL {
	at := *w.Root
	path, at.RawQuery, _ = strings.Cut(path, "?")
	at.Path += path
	return &at
}

func (w Walker) do(r *http.Request) (*Page, error) {
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	client := *w.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err != nil {
		return nil, err
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	return &Page{URL: r.URL, Status: res.StatusCode, Header: res.Header, Text: string(body), doc: doc}, nil
}

// step is a form on the way, and the page that it has to lead to.
type step struct {
	page string
	path string
	form url.Values
	next string // a prefix
}

func steps() []step {
	return []step{
		{"/authentik", "/authentik", nil, "/pocketbase"},
		{"/pocketbase", "/pocketbase", nil, "/settings"},
		{"/settings", "/settings", url.Values{"email": {"trust-all"}}, "/review"},
		{"/review", "/apply", nil, "/apply/"},
	}
}

// ErrUnknown is returned for a page that is not on the way.
var ErrUnknown = errors.New("there is no such page on the way")

// To goes to the first page with a prefix, such as /review or /apply/, and returns its path.
func (w Walker) To(ctx context.Context, prefix string) (string, error) {
	for _, s := range steps() {
		if s.page == prefix {
			return s.page, nil
		}
		p, err := w.Send(ctx, s.page, s.path, s.form)
		if err != nil {
			return "", err
		}
		to := p.Location()
		if p.Status != http.StatusSeeOther || to == nil || !strings.HasPrefix(to.Path, w.Root.Path+s.next) {
			return "", fmt.Errorf("sending the form of %s: %d, leads to %v", s.page, p.Status, to)
		}
		if s.next == prefix {
			return strings.TrimPrefix(to.Path, w.Root.Path), nil
		}
	}
	return "", ErrUnknown
}

// Follow reads an event stream of the wizard to its end.
func (w Walker) Follow(ctx context.Context, path string) error {
	p, err := w.Get(ctx, path)
	if err == nil && p.Status != http.StatusOK {
		err = fmt.Errorf("following %s: %d", path, p.Status)
	}
	return err
}
