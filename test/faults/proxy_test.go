package faults_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"authpocket/internal/report"
)

// call names one HTTP call of a run: which system is asked what, for the how
// manieth time. Keys and made-up values are left out of it, so that a call has
// one name in every run.
type call struct {
	system report.System
	what   string // "GET /api/v3/providers/oauth2/?name,page"
	nth    int    // from 1
}

func (c call) String() string { return string(c.system) + " " + c.what + " #" + itoa(c.nth) }

var madeUp = regexp.MustCompile(`^([0-9]+|[0-9a-f]{8}-[0-9a-f-]{27}|pbc_[0-9a-z_]+|_pb_users_auth_|[0-9a-z]{15})$`)

// nameOf returns the part of a call's name that comes from the request.
func nameOf(r *http.Request) string {
	parts := strings.Split(r.URL.Path, "/")
	for i, part := range parts {
		if madeUp.MatchString(part) {
			parts[i] = "*"
		}
	}
	var keys []string
	for key := range r.URL.Query() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	name := r.Method + " " + strings.Join(parts, "/")
	if len(keys) > 0 {
		name += "?" + strings.Join(keys, ",")
	}
	return name
}

// changes reports whether a call with that name is a write.
func changes(what string) bool {
	method, path, _ := strings.Cut(what, " ")
	switch method {
	case http.MethodGet, http.MethodHead:
		return false
	case http.MethodPost:
		return creates(what)
	}
	return !strings.HasPrefix(path, "/application/")
}

// creates reports whether a call creates something, so that sending it twice could
// create it twice.
func creates(what string) bool {
	for _, path := range []string{
		"PUT /api/v3/core/transactional/applications/", "POST /api/v3/core/applications/",
		"POST /api/v3/providers/oauth2/",
		"POST /api/v3/propertymappings/provider/scope/", "POST /api/v3/policies/bindings/",
		"POST /api/v3/crypto/certificatekeypairs/generate/",
	} {
		if what == path {
			return true
		}
	}
	return false
}

// passed is a call that reached the system, with the response.
type passed struct {
	call
	status int
	body   string // as sent
	answer string
}

var keyInBody = regexp.MustCompile(`"(slug|name|common_name|group|user|policy)": ?("[^"]*"|[0-9]+)`)

// naturalKey matches the names in a request, which identify the objects that it
// creates.
func naturalKey(body string) string {
	return strings.Join(keyInBody.FindAllString(body, -1), " ")
}

// proxy forwards all calls to a system and records them. A fault can respond in
// the system's place.
type proxy struct {
	system  report.System
	backend http.Handler
	files   sync.Map // responses by path

	mu       sync.Mutex
	seen     map[string]int // calls by name
	asked    []call         // in order of arrival
	reached  []passed
	disturb  func(call) *fault // nil for no faults
	hanging  *fault            // for the call that is marked so
	shuffled bool              // every call takes a random time before and after it is carried out
}

// reset drops all records and faults.
func (p *proxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen, p.asked, p.reached, p.disturb, p.hanging = map[string]int{}, nil, nil, nil, nil
	p.shuffled = false
}

// next forgets which calls were counted, for the next run, and what goes wrong
// in it. What reached the system stays noted.
func (p *proxy) next(disturb func(call) *fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen, p.asked, p.disturb, p.hanging = map[string]int{}, nil, disturb, nil
}

// hang does not answer the marked call.
func (p *proxy) hang(f *fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hanging = f
}

// shuffle has calls of several runs overtake each other, or ends that.
func (p *proxy) shuffle(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shuffled = on
}

// dawdle waits up to 9 ms, mostly less, if calls are shuffled.
func (p *proxy) dawdle() {
	p.mu.Lock()
	shuffled := p.shuffled
	p.mu.Unlock()
	if shuffled {
		time.Sleep(time.Duration(rand.IntN(4)*rand.IntN(4)) * time.Millisecond)
	}
}

func (p *proxy) calls() []call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func (p *proxy) passed() []passed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.reached)
}

// number counts a call and returns its fault, if any.
func (p *proxy) number(r *http.Request) (call, *fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what := nameOf(r)
	p.seen[what]++
	c := call{p.system, what, p.seen[what]}
	p.asked = append(p.asked, c)
	switch {
	case p.hanging != nil && r.Header.Get(hangHere) != "":
		r.Header.Del(hangHere)
		return c, p.hanging
	case p.disturb == nil:
		return c, nil
	}
	return c, p.disturb(c)
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller hung up while it sent
	}
	c, f := p.number(r)
	if f != nil && !f.after {
		f.answer(w, spoilt{request: r, sent: body, system: p.system})
		return
	}
	if stream := r.URL.Path == "/api/realtime" && r.Method == http.MethodGet; stream && f == nil {
		p.backend.ServeHTTP(w, r)
		return
	}
	p.dawdle()
	answer := p.pass(r, body, c)
	p.dawdle()
	if f != nil {
		f.answer(w, spoilt{request: r, sent: body, system: p.system, answer: answer})
		return
	}
	deliver(w, answer)
}

// pass has the system carry the call out, whole, whatever becomes of the
// caller meanwhile.
func (p *proxy) pass(r *http.Request, body []byte, c call) *httptest.ResponseRecorder {
	answer := p.carryOut(r, body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reached = append(p.reached, passed{c, answer.Code, string(body), answer.Body.String()})
	return answer
}

// carryOut asks the system, or for a file of PocketBase's dashboard once only:
// compressing those takes longer than everything else.
func (p *proxy) carryOut(r *http.Request, body []byte) *httptest.ResponseRecorder {
	file := strings.HasPrefix(r.URL.Path, "/_/")
	if kept, found := p.files.Load(r.URL.Path); file && found {
		return kept.(*httptest.ResponseRecorder)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	r = r.Clone(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	if r.URL.Path == "/api/realtime" { // has no end: its first event is the answer
		p.backend.ServeHTTP(firstWrite{answer, cancel}, r)
		return answer
	}
	p.backend.ServeHTTP(answer, r)
	if file {
		p.files.Store(r.URL.Path, answer)
	}
	return answer
}

// firstWrite ends a call once something was answered.
type firstWrite struct {
	*httptest.ResponseRecorder
	end func()
}

func (w firstWrite) Write(p []byte) (int, error) {
	defer w.end()
	return w.ResponseRecorder.Write(p)
}

func deliver(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	copyHeader(w, answer)
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the caller may have hung up
}

func copyHeader(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	for key, values := range answer.Header() {
		if key != "Content-Length" {
			w.Header()[key] = values
		}
	}
}

// forwardTo is the backend for a system that has a server of its own.
func forwardTo(address string) http.Handler {
	target, err := url.Parse(address)
	if err != nil {
		panic(errors.Join(errors.New("the address of a system"), err))
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}
