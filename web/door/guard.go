package door

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"authpocket/internal/say"
	"authpocket/static"
)

// The door's own paths.
const (
	PathEnter = "/door"      // POST a code
	PathAgain = "/door/code" // POST to have one printed
	Healthy   = "/healthz"
)

// maxForm bounds what a stranger may send, in bytes.
const maxForm = 4 << 10

// strangerTime is how long a stranger may take to send a form.
const strangerTime = 5 * time.Second

// Guard shows browsers that are not signed in only the page that asks for
// the code. Static files and the health check stay open to all.
func (d *Door) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inside := d.isInside(r)
		if !inside {
			hurry(w, r)
		}
		if inside || d.open(r) {
			next.ServeHTTP(w, r)
			return
		}
		if r.Header.Get("Hx-Request") != "" {
			w.Header().Set("Hx-Refresh", "true") // replace the whole page
		}
		d.show(w, r, uninvited(r), asked(r))
	})
}

// uninvited returns the status of a stranger's request. Browsers report 403 as
// an error to a person who has only come to enter the code.
func uninvited(r *http.Request) int {
	if r.Method == http.MethodGet && r.Header.Get("Hx-Request") == "" &&
		strings.Contains(r.Header.Get("Accept"), "text/html") {
		return http.StatusOK
	}
	return http.StatusForbidden
}

// hurry gives strangers less time than others to send a form.
func hurry(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 { // else the server watches for the end of the connection already
		// a writer without deadlines is none of a network's
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(strangerTime))
	}
}

func (d *Door) open(r *http.Request) bool {
	switch r.URL.Path {
	case PathEnter, PathAgain:
		return r.Method == http.MethodPost
	case Healthy:
		return r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	for _, path := range d.cfg.Open {
		if r.URL.Path == path || strings.HasSuffix(path, "/") && strings.HasPrefix(r.URL.Path, path) {
			return true
		}
	}
	return strings.HasPrefix(r.URL.Path, static.Prefix)
}

// asked returns the page for a stranger's request: after a form of the page itself, it says what became of that.
func asked(r *http.Request) Page {
	p := Page{To: "/", Was: cookie.Value(r) != ""}
	switch {
	case !isRead(r):
	case r.URL.Path == PathEnter:
		query := r.URL.Query()
		said := outcome(query.Get("said"))
		p.To, p.Problem, p.Printed = Local(query.Get("to")), words(said), said == printed
	default:
		p.To = Local(r.URL.RequestURI())
	}
	return p
}

// Local returns to when it is a page of ours, else the start.
func Local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Fragment != "" || !strings.HasPrefix(to, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n") || u.Path == PathEnter ||
		u.Path == PathAgain {
		return "/"
	}
	return to
}

// readForm reads a small form. It answers false when the browser was answered.
func (d *Door) readForm(w http.ResponseWriter, r *http.Request, todo say.Text) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if err == nil {
		return true
	}
	status, problem := http.StatusBadRequest, say.Of("The request is not this page's form.")
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		status, problem = http.StatusRequestEntityTooLarge, say.Of("The request is longer than this page's form.")
	}
	d.show(w, r, status, Page{To: "/", Problem: say.Join(problem, todo)})
	return false
}

// Enter handles the "POST /door" route.
func (d *Door) Enter(w http.ResponseWriter, r *http.Request) {
	if !d.readForm(w, r, say.Of("Enter the code and press “Continue”.")) {
		return
	}
	to := Local(r.PostForm.Get("to"))
	if d.isInside(r) {
		http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- Local made it a path of ours
		return
	}
	code, result := r.PostForm.Get("code"), empty
	if normal(code) != "" {
		result = d.try(code)
	}
	switch result {
	case opened:
		d.admit(w, r)
		http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- Local made it a path of ours
		return
	case empty:
	default:
		d.logWrong(r.Context())
	}
	answer(w, r, to, result)
}

// answer sends the browser to the page that says what became of its form. The answer itself is no page, so that
// Back and Reload never ask whether to send the form again.
func answer(w http.ResponseWriter, r *http.Request, to string, said outcome) {
	query := url.Values{"said": {string(said)}}
	if to != "/" {
		query.Set("to", to)
	}
	http.Redirect(w, r, PathEnter+"?"+query.Encode(), http.StatusSeeOther) // #nosec G710 -- a path of ours
}

// words returns the problem of an outcome, empty for none.
func words(o outcome) say.Text {
	switch o {
	case empty:
		return say.Of("Enter the code shown in the terminal.")
	case wrong:
		return say.Of("Wrong code. Enter the most recent code in the terminal.")
	case changed:
		return say.Of("Five wrong codes, so the code has changed. Wait 10 seconds, then enter the newest code from " +
			"the terminal.")
	case noCode:
		return say.Of("This code was already used, or it is older than 30 minutes. Press “Print a new code” and look " +
			"at the terminal.")
	case wait:
		return say.Of("Too many attempts. Wait 10 seconds, then enter the newest code from the terminal.")
	case early:
		return say.Of("A code was just printed. Look at the terminal, or wait 10 seconds and try again.")
	}
	return say.Text{}
}

// Again handles the "POST /door/code" route.
func (d *Door) Again(w http.ResponseWriter, r *http.Request) {
	if !d.readForm(w, r, say.Of("Press “Print a new code” again.")) {
		return
	}
	said := printed
	if !d.again() {
		said = early
	}
	answer(w, r, Local(r.PostForm.Get("to")), said)
}

// Alive handles the "GET /healthz" route.
func Alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n") // a probe that is gone needs no answer
}

// Leave handles the "GET /door" route of a browser that is signed in.
func (d *Door) Leave(w http.ResponseWriter, r *http.Request) {
	to := Local(r.URL.Query().Get("to"))
	http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- Local made it a path of ours
}
