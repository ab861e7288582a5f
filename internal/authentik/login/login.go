// Package login signs a person in to authentik without a browser: it opens the application's authorize URL, answers
// the stages of authentik's flows and returns what authentik sends back to the application.
package login

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/internal/wire"
)

// Limits of one sign-in.
const (
	maxStages   = 20 // that are answered
	maxRequests = 60
	maxTime     = time.Minute
)

// Client signs people in.
type Client struct {
	// URL is authentik's public base URL. Nothing is sent to another host.
	URL string
	// HTTP follows no redirects and bounds each response, as outbound.New does. Its cookies are not used.
	HTTP *http.Client
	Log  *slog.Logger
	Now  func() time.Time
}

// SignIn signs a person in and returns what authentik sends to the redirect URI, which is not opened. The error is a
// *signin.LoginError.
func (c Client) SignIn(ctx context.Context, o signin.Opening, who signin.Credentials) (signin.Return, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	w := &walk{log: c.Log, opening: o, who: who, now: c.Now, answered: map[string]bool{}}
	if err := w.begin(c); err != nil {
		return signin.Return{}, err
	}
	start, err := url.Parse(o.AuthURL)
	if err != nil || !sameHost(start, w.base) {
		return signin.Return{}, w.refuse(report.CauseAuthURL, say.Of("PocketBase sends people to %s to sign in, "+
			"which is not authentik's address %s. No password was sent.", w.plain(hostOf(o.AuthURL)), w.base.String()))
	}
	w.next = func(ctx context.Context) error { return w.open(ctx, start) }
	for w.back == nil {
		if err := w.next(ctx); err != nil {
			return signin.Return{}, err
		}
	}
	return *w.back, nil
}

// walk is one sign-in under way.
type walk struct {
	http    *http.Client
	log     *slog.Logger
	now     func() time.Time
	base    *url.URL
	goal    *url.URL // the redirect URI
	opening signin.Opening
	who     signin.Credentials
	app     *totp // nil without the secret of an authenticator app

	step     say.Text        // what is being done
	stage    string          // the component of the current stage
	flow     *url.URL        // the page of the current flow
	requests int             // sent so far
	stages   int             // answered so far
	answered map[string]bool // secrets are sent once
	next     func(context.Context) error
	back     *signin.Return // the end
}

// begin prepares w. Its error is a *signin.LoginError.
func (w *walk) begin(c Client) error {
	w.step = say.Of("preparing the sign-in")
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.now == nil {
		w.now = time.Now
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return w.broken(say.Of("Cookies cannot be kept."), err)
	}
	client := *c.HTTP
	client.Jar = jar
	w.http = &client
	w.http.CloseIdleConnections()
	if w.base, err = url.Parse(c.URL); err != nil {
		return w.broken(say.Of("authentik's address cannot be read."), err)
	}
	if w.goal, err = url.Parse(w.opening.RedirectURL); err != nil {
		return w.broken(say.Of("The redirect URI cannot be read."), err)
	}
	if w.who.TOTP.IsSet() {
		app, err := readTOTP(w.who.TOTP)
		if err != nil {
			return w.refuse(report.CauseCredentials, say.Of("The secret of the authenticator app cannot be used: %s.",
				err.Error()))
		}
		w.app = &app
	}
	return nil
}

// open gets a page of authentik outside the flow executor.
func (w *walk) open(ctx context.Context, page *url.URL) error {
	w.step, w.stage = say.Of("opening authentik's page %s", w.plain(page.Path)), ""
	a, err := w.send(ctx, http.MethodGet, page, nil)
	switch {
	case err != nil:
		return err
	case a.Status >= 300 && a.Status < 400:
		return w.follow(page, a.Header.Get("Location"))
	case a.HTML():
		return w.judgePage(a)
	}
	return w.unexpected(a)
}

// follow decides where a redirect or a redirect stage leads: back to the application, to a flow or to another page.
func (w *walk) follow(from *url.URL, to string) error {
	target, err := from.Parse(to)
	if err != nil || to == "" {
		return w.broken(say.Of("authentik redirects to an address that cannot be read."), err)
	}
	if w.isGoal(target) {
		return w.arrive(target.Query())
	}
	if !sameHost(target, w.base) {
		return w.stop(say.Of("authentik sends people on to %s, where authpocket does not sign in.",
			w.plain(target.Scheme+"://"+target.Host)), say.Text{})
	}
	prefix, slug, isFlow := strings.Cut(target.Path, "/if/flow/")
	slug = strings.Trim(slug, "/")
	switch {
	case strings.Contains(target.Path, executorPath):
		w.next = func(ctx context.Context) error { return w.ask(ctx, target) }
	case isFlow && slug != "" && !strings.Contains(slug, "/"):
		w.flow = target
		executor := *w.base
		executor.Path, executor.RawPath = prefix+executorPath+slug+"/", ""
		executor.RawQuery = url.Values{"query": {target.RawQuery}}.Encode()
		w.next = func(ctx context.Context) error { return w.ask(ctx, &executor) }
	default:
		w.next = func(ctx context.Context) error { return w.open(ctx, target) }
	}
	return nil
}

const executorPath = "/api/v3/flows/executor/"

// ask gets the current stage of a flow.
func (w *walk) ask(ctx context.Context, executor *url.URL) error {
	if w.stage == "" {
		w.step = say.Of("asking for the first stage of the flow")
	} else {
		w.step = say.Of("asking for the stage after %s", w.stage)
	}
	a, err := w.send(ctx, http.MethodGet, executor, nil)
	if err != nil {
		return err
	}
	return w.take(ctx, executor, a)
}

// take processes an answer of the flow executor: a redirect or a challenge.
func (w *walk) take(ctx context.Context, executor *url.URL, a wire.Answer) error {
	if a.Status >= 300 && a.Status < 400 {
		return w.follow(executor, a.Header.Get("Location"))
	}
	c, ok := readChallenge(a.Body)
	if !a.OK() || !ok {
		return w.unexpected(a)
	}
	if len(c.Errors) > 0 {
		return w.refused(c)
	}
	w.stage = w.plain(c.Component)
	return w.answer(ctx, executor, c)
}

// send sends a request with the session's cookies. The error is a *signin.LoginError.
func (w *walk) send(ctx context.Context, method string, to *url.URL, body []byte) (wire.Answer, error) {
	if w.requests++; w.requests > maxRequests {
		return wire.Answer{}, w.broken(say.Of("The sign-in did not end within %d requests.", maxRequests), nil)
	}
	r, err := http.NewRequestWithContext(ctx, method, to.String(), strings.NewReader(string(body)))
	if err != nil {
		return wire.Answer{}, w.broken(say.Of("The request cannot be made."), withoutURL(err))
	}
	// On a connection that it uses again, net/http repeats a GET whose answer is lost. Here a GET may end a stage.
	r.Close = true
	r.Header.Set("Accept-Language", "en") // authentik's errors have no codes, only translated sentences
	r.Header.Set("User-Agent", "authpocket")
	r.Header.Set("Accept", "application/json, text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		// Once a person is signed in, authentik checks where a request comes from, as Django does.
		r.Header.Set("Origin", w.base.Scheme+"://"+w.base.Host)
		r.Header.Set("Referer", w.referer())
		for _, cookie := range w.http.Jar.Cookies(to) {
			if cookie.Name == "authentik_csrf" {
				r.Header.Set("X-authentik-CSRF", cookie.Value)
			}
		}
	}
	a := wire.Do(w.http.Do, r)
	w.log.DebugContext(ctx, "authentik answered a sign-in", "method", method, "path", to.Path, "stage", w.stage,
		"status", a.Status, "took", a.Took(), "request", a.Header.Get("X-Authentik-Id"))
	if a.Err != nil {
		return a, w.noAnswer(a.Err)
	}
	return a, nil
}

// referer returns the address of the flow's page, without its query.
func (w *walk) referer() string {
	page := *w.base
	if w.flow != nil {
		page.Path, page.RawPath = w.flow.Path, w.flow.RawPath
	}
	return page.String()
}

// isGoal reports whether an address is the redirect URI.
func (w *walk) isGoal(u *url.URL) bool {
	return strings.EqualFold(u.Scheme, w.goal.Scheme) && strings.EqualFold(u.Host, w.goal.Host) &&
		u.EscapedPath() == w.goal.EscapedPath()
}

// arrive ends the walk with the values that authentik sends to the redirect URI.
func (w *walk) arrive(values url.Values) error {
	w.step = say.Of("reading what authentik sends back")
	back := signin.Return{Code: secret.New(values.Get("code")), Error: values.Get("error"), State: values.Get("state")}
	switch {
	case back.State != w.opening.State:
		return w.broken(say.Of("authentik returns another state than it was given."), nil)
	case !back.Code.IsSet() && back.Error == "":
		return w.broken(say.Of("authentik returns neither a code nor an error."), nil)
	}
	w.back = &back
	return nil
}

// sameHost reports whether both addresses have the same scheme and host.
func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Host, b.Host)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	return u.Scheme + "://" + u.Host
}
