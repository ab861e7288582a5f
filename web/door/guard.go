package door

import (
	"io"
	"net/http"
	"net/url"
	"strings"

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

// Guard shows only the door page to browsers that were not let in. Files,
// which hold nothing of anyone, and the sign of life stay open to all.
func (d *Door) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.open(r) || d.isInside(r) {
			next.ServeHTTP(w, r)
			return
		}
		if r.Header.Get("Hx-Request") != "" {
			w.Header().Set("Hx-Refresh", "true") // the whole page has to become the door
		}
		d.show(w, r, http.StatusForbidden, page{To: wanted(r), Was: cookie.Value(r) != ""})
	})
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

// wanted is the page that the browser asked for and gets once it is let in.
func wanted(r *http.Request) string {
	if r.Method != http.MethodGet {
		return "/"
	}
	return local(r.URL.RequestURI())
}

// local is to when it is a page of ours, else the start.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Fragment != "" || !strings.HasPrefix(to, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n") || u.Path == PathEnter || u.Path == PathAgain {
		return "/"
	}
	return to
}

// Enter handles the "POST /door" route.
func (d *Door) Enter(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		d.show(w, r, http.StatusBadRequest, page{To: "/", Problem: "What the browser sent is not the form of this page. Type the code and press “Open”."})
		return
	}
	to := local(r.PostForm.Get("to"))
	if d.isInside(r) {
		http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- local made it a path of ours
		return
	}
	code := r.PostForm.Get("code")
	if normal(code) == "" {
		d.show(w, r, http.StatusUnprocessableEntity, page{To: to, Problem: "Type the code that stands in the terminal."})
		return
	}
	result := d.try(code)
	if result == opened {
		d.admit(w, r)
		http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- local made it a path of ours
		return
	}
	d.cfg.Log.WarnContext(r.Context(), "a setup code that does not open the door was tried")
	d.show(w, r, status(result), page{To: to, Problem: words(result)})
}

func status(o outcome) int {
	if o == wait {
		return http.StatusTooManyRequests
	}
	return http.StatusForbidden
}

func words(o outcome) string {
	switch o {
	case changed:
		return "Five codes were wrong, so there is a new one now. Look at the terminal again and type what stands there last. For 10 seconds no code is taken."
	case noCode:
		return "This code was used already, or is older than 30 minutes. Press “Print a new code” and look at the terminal."
	case wait:
		return "After five wrong codes none is taken for 10 seconds. Wait a moment, then type the newest one of the terminal."
	}
	return "This is not the code. Look at the terminal and type what stands there last."
}

// Again handles the "POST /door/code" route.
func (d *Door) Again(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	_ = r.ParseForm() // without a form there is just no page to go on to
	to := local(r.PostForm.Get("to"))
	if !d.again() {
		d.show(w, r, http.StatusTooManyRequests, page{To: to, Problem: "A code was printed a moment ago. Look at the terminal, or wait 10 seconds and press again."})
		return
	}
	d.show(w, r, http.StatusOK, page{To: to, Printed: true})
}

// Alive handles the "GET /healthz" route.
func Alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n") // a probe that is gone needs no answer
}

// Leave handles the "GET /door" route, where the form led to.
func (d *Door) Leave(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
