package faults_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"authpocket/internal/report"
)

// fault is a way in which a call can fail.
type fault struct {
	name string
	// after is set if the system carries the call out before the fault.
	after bool
	// writes limits the fault to writes: for a read it makes no difference
	// whether it was carried out.
	writes bool
	answer func(http.ResponseWriter, spoilt)
	// refused marks a refused connection, which no server can simulate.
	refused bool
	// hangs is set if the caller has to time out.
	hangs bool
	// stays is set if every later call to the system fails as well.
	stays bool
	// passes is set if a read succeeds when it is retried.
	passes bool
	// twice is set if the same call fails once more.
	twice bool
}

// harmless reports whether a run must succeed although the call fails. The probe
// with a made-up code is a measurement, not a read.
func (f fault) harmless(at call) bool {
	return f.passes && !f.stays && !changes(at.what) && !strings.Contains(at.what, "/auth-with-oauth2")
}

// spoilt is the failing call.
type spoilt struct {
	request *http.Request
	sent    []byte
	system  report.System
	answer  *httptest.ResponseRecorder // the system's own, for faults after it
}

// faults returns all ways in which a call can fail.
func faults() []fault {
	list := []fault{
		{name: "refused", refused: true, passes: true},
		{name: "reset before", answer: reset, passes: true},
		{name: "reset after", after: true, answer: reset, passes: true},
		{name: "timeout", hangs: true, answer: hang, passes: true},
		{name: "500", answer: serverError, passes: true},
		{name: "502", answer: page(http.StatusBadGateway, "502 Bad Gateway"), passes: true},
		{name: "503", answer: page(http.StatusServiceUnavailable, "503 Service Unavailable"), passes: true},
		{name: "504", answer: page(http.StatusGatewayTimeout, "504 Gateway Time-out"), passes: true},
		{name: "401", answer: refuse(http.StatusUnauthorized,
			"The request requires valid record authorization token.")},
		{name: "403", answer: refuse(http.StatusForbidden, "You do not have permission to perform this action.")},
		{name: "429", answer: throttle, passes: true},
		{name: "slow body", after: true, answer: slowly},
		{name: "truncated JSON", after: true, answer: halved, passes: true},
		{name: "cut off", after: true, answer: cutOff, passes: true},
		{name: "huge body", after: true, answer: huge},
		{name: "garbage", after: true, answer: raw(http.StatusOK, "\x00\xff\xfe garbage \x80"), passes: true},
		{name: "garbage status", after: true, answer: garbled, passes: true},
		{name: "empty", after: true, answer: raw(http.StatusOK, ""), passes: true},
		{name: "nothing", after: true, answer: raw(http.StatusOK, "{}"), passes: true},
		{name: "redirect", answer: redirect},
		{name: "timeout after", after: true, writes: true, hangs: true, answer: hang},
		{name: "500 after", after: true, writes: true, answer: serverError},
		{name: "502 after", after: true, writes: true, answer: page(http.StatusBadGateway, "502 Bad Gateway")},
		{name: "redirect after", after: true, writes: true, answer: redirect},
		{name: "401 page after", after: true, writes: true, answer: page(http.StatusUnauthorized,
			"401 Authorization Required")},
		{name: "403 page after", after: true, writes: true, answer: page(http.StatusForbidden, "403 Forbidden")},
		{name: "page after", after: true, writes: true, answer: page(http.StatusOK, "Welcome")},
	}
	for _, f := range list {
		switch f.name {
		case "refused", "reset before", "502", "429", "500 after":
			f.name, f.stays = f.name+" from then on", true
			list = append(list, f)
		case "500", "garbage":
			f.name, f.twice = f.name+" twice", true
			list = append(list, f)
		}
	}
	return list
}

// reset ends the connection with an RST.
func reset(w http.ResponseWriter, _ spoilt) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(errors.Join(errors.New("taking over a connection"), err))
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// garbled responds with something other than HTTP.
func garbled(w http.ResponseWriter, _ spoilt) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(errors.Join(errors.New("taking over a connection"), err))
	}
	_, _ = conn.Write([]byte("\x00\xff 200 fine\r\n\r\n"))
	_ = conn.Close()
}

// hang never responds.
func hang(_ http.ResponseWriter, s spoilt) { <-s.request.Context().Done() }

// serverError responds with a debug page that repeats the request with its
// secrets.
func serverError(w http.ResponseWriter, s spoilt) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte("<h1>Server Error (500)</h1><pre>" + s.request.Header.Get("Authorization") + string(s.sent) +
		"</pre>"))
}

func page(status int, title string) func(http.ResponseWriter, spoilt) {
	return func(w http.ResponseWriter, _ spoilt) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><head><title>" + title + "</title></head><body><center><h1>" + title +
			"</h1></center><hr>nginx</body></html>"))
	}
}

// refuse responds with the system's own error.
func refuse(status int, sentence string) func(http.ResponseWriter, spoilt) {
	return func(w http.ResponseWriter, s spoilt) {
		body := `{"data":{},"message":"` + sentence + `","status":` + itoa(status) + `}`
		if s.system == report.Authentik {
			body = `{"detail":"` + sentence + `"}`
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func throttle(w http.ResponseWriter, s spoilt) {
	w.Header().Set("Retry-After", "1")
	refuse(http.StatusTooManyRequests, "Too Many Requests.")(w, s)
}

// slowly sends the whole response in two parts, with a pause between them.
func slowly(w http.ResponseWriter, s spoilt) {
	body := s.answer.Body.Bytes()
	copyHeader(w, s.answer)
	w.WriteHeader(s.answer.Code)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	select { // this pause is the fault
	case <-time.After(20 * time.Millisecond):
	case <-s.request.Context().Done():
	}
	_, _ = w.Write(body[len(body)/2:])
}

// halved sends half of the response as if it were complete.
func halved(w http.ResponseWriter, s spoilt) {
	copyHeader(w, s.answer)
	w.WriteHeader(s.answer.Code)
	_, _ = w.Write(s.answer.Body.Bytes()[:s.answer.Body.Len()/2])
}

// cutOff announces the whole response and closes the connection after half of it.
func cutOff(w http.ResponseWriter, s spoilt) {
	copyHeader(w, s.answer)
	w.Header().Set("Content-Length", itoa(s.answer.Body.Len()+10))
	w.WriteHeader(s.answer.Code)
	_, _ = w.Write(s.answer.Body.Bytes()[:s.answer.Body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	reset(w, s)
}

// huge responds with more than the maximum body size.
func huge(w http.ResponseWriter, s spoilt) {
	copyHeader(w, s.answer)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	const most = 8<<20 + 4096
	block := []byte(`{"results": "` + strings.Repeat("x", 64<<10))
	for sent := 0; sent < most; sent += len(block) {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func raw(status int, body string) func(http.ResponseWriter, spoilt) {
	return func(w http.ResponseWriter, s spoilt) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func redirect(w http.ResponseWriter, s spoilt) {
	http.Redirect(w, s.request, "https://login.elsewhere.example/if/flow/login/?next=/", http.StatusFound)
}

// detour is the transport for what no server can simulate: a refused connection
// and a short timeout.
type detour struct {
	next, quick http.RoundTripper
	counter     *proxy // counts the calls as the proxy does
}

// hangHere marks the call that the proxy must not answer.
const hangHere = "Hang-Here"

// patience is the timeout of unanswered calls.
const patience = 120 * time.Millisecond

func (t detour) RoundTrip(r *http.Request) (*http.Response, error) {
	_, f := t.counter.number(r)
	switch {
	case f != nil && f.refused:
		r = r.Clone(r.Context())
		r.URL.Host = "127.0.0.1:1" // nothing listens there
	case f != nil && f.hangs:
		r = r.Clone(r.Context())
		r.Header.Set(hangHere, "yes") // concurrent calls arrive in any order
		return t.quick.RoundTrip(r)
	}
	return t.next.RoundTrip(r)
}

// CloseIdleConnections closes those of both transports.
func (t detour) CloseIdleConnections() {
	for _, one := range []http.RoundTripper{t.next, t.quick} {
		(&http.Client{Transport: one}).CloseIdleConnections()
	}
}
