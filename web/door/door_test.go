package door

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/say"
)

// doorway is a door with the page behind it, and what it said in the
// terminal.
type doorway struct {
	t      *testing.T
	door   *Door
	codes  []string
	closed atomic.Int32
}

func newDoorway(t *testing.T) *doorway {
	d := &doorway{t: t}
	d.door = New(Config{
		Print:  func(code string) { d.codes = append(d.codes, code) },
		Closed: func() { d.closed.Add(1) },
	})
	t.Cleanup(d.door.Close)
	d.door.NewCode()
	return d
}

func (d *doorway) newest() string { return d.codes[len(d.codes)-1] }

// ask sends a request through the door with a browser's cookies.
func (d *doorway) ask(method, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	d.t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+PathEnter, d.door.Enter)
	mux.HandleFunc("POST "+PathAgain, d.door.Again)
	mux.HandleFunc("GET "+Healthy, Alive)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("behind")) })
	req := httptest.NewRequest(method, "http://127.0.0.1:8480"+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range cookies {
		req.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	d.door.Guard(mux).ServeHTTP(rec, req)
	return rec
}

func (d *doorway) enter(code string) *httptest.ResponseRecorder {
	d.t.Helper()
	return d.ask("POST", PathEnter, url.Values{"code": {code}, "to": {"/review?x=1"}})
}

// said returns what the browser is told of its form: the outcome in the address that it is sent to, and that page.
func (d *doorway) said(rec *httptest.ResponseRecorder) (outcome, string) {
	d.t.Helper()
	to, err := url.Parse(rec.Header().Get("Location"))
	if err != nil || rec.Code != http.StatusSeeOther || to.Path != PathEnter {
		return opened, ""
	}
	if len(rec.Result().Cookies()) > 0 {
		d.t.Errorf("a browser outside has the cookies %v", rec.Result().Cookies())
	}
	return outcome(to.Query().Get("said")), d.ask("GET", to.String(), nil).Body.String()
}

// outcomeOf is said without the page.
func (d *doorway) outcomeOf(rec *httptest.ResponseRecorder) outcome {
	d.t.Helper()
	said, _ := d.said(rec)
	return said
}

func TestNobodyComesInWithoutTheCode(t *testing.T) {
	d := newDoorway(t)
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
		rec := d.ask(method, "/review", nil, &http.Cookie{Name: cookie.Host(), Value: "guessed"},
			&http.Cookie{Name: string(cookie), Value: d.newest()})
		if rec.Code != http.StatusForbidden || strings.Contains(rec.Body.String(), "behind") ||
			strings.Contains(rec.Body.String(), d.newest()) {
			t.Errorf("%s: %d %s", method, rec.Code, rec.Body)
		}
	}
	if rec := d.ask("GET", Healthy, nil); rec.Code != http.StatusOK || rec.Body.String() != "ok\n" {
		t.Errorf("the sign of life: %d %s", rec.Code, rec.Body)
	}
	page := d.ask("GET", "/settings?find=a&b", nil).Body.String()
	for _, words := range []string{"terminal", "Setup code", "Print a new code", `value="/settings?find=a&amp;b"`} {
		if !strings.Contains(page, words) {
			t.Errorf("the door page does not hold %q", words)
		}
	}
}

// A person's browser that comes for the first time is not told of an error,
// and gets no further for it.
func TestABrowsersFirstVisitIsNoError(t *testing.T) {
	d := newDoorway(t)
	guard := d.door.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("behind"))
	}))
	for name, one := range map[string]struct {
		method string
		header http.Header
		status int
	}{
		"a page":       {"GET", http.Header{"Accept": {"text/html,*/*;q=0.8"}}, 200},
		"a part":       {"GET", http.Header{"Accept": {"text/html"}, "Hx-Request": {"true"}}, 403},
		"a program":    {"GET", http.Header{"Accept": {"*/*"}}, 403},
		"a form":       {"POST", http.Header{"Accept": {"text/html"}}, 403},
		"nothing said": {"GET", nil, 403},
	} {
		req := httptest.NewRequest(one.method, "http://127.0.0.1:8480/review", nil)
		req.Header = one.header
		rec := httptest.NewRecorder()
		guard.ServeHTTP(rec, req)
		if rec.Code != one.status || strings.Contains(rec.Body.String(), "behind") || len(rec.Result().Cookies()) > 0 {
			t.Errorf("%s: %d, want %d: %s", name, rec.Code, one.status, rec.Body)
		}
	}
}

func TestTheCodeOpensOnce(t *testing.T) {
	d := newDoorway(t)
	typed := " " + strings.ToLower(Grouped(d.newest())) + "\u00a0"
	rec := d.enter(typed)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/review?x=1" {
		t.Fatalf("%d to %q: %s", rec.Code, rec.Header().Get("Location"), rec.Body)
	}
	for _, c := range rec.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" ||
			c.Secure != strings.HasPrefix(c.Name, "__Host-") {
			t.Errorf("the cookie is %v", c)
		}
		if got := d.ask("GET", "/review", nil, c); got.Body.String() != "behind" {
			t.Errorf("with the cookie %s: %d", c.Name, got.Code)
		}
	}
	again := d.enter(d.codes[0])
	if said, page := d.said(again); said != noCode || !strings.Contains(page, "was already used") ||
		!strings.Contains(page, `name="to" value="/review?x=1"`) {
		t.Errorf("the code opens twice: %d %s", again.Code, page)
	}
}

// Servers on other ports of the host can set cookies of the plain name, but
// not what only this very host can set.
func TestACookieOfAnotherPortDisplacesNothing(t *testing.T) {
	d := newDoorway(t)
	cookies := d.enter(d.newest()).Result().Cookies()
	planted := &http.Cookie{Name: string(cookie), Value: "planted"}
	for _, c := range cookies {
		if c.Name != cookie.Host() {
			continue
		}
		for _, both := range [][]*http.Cookie{{c, planted}, {planted, c}} {
			if rec := d.ask("GET", "/", nil, both...); rec.Body.String() != "behind" {
				t.Errorf("a planted cookie keeps the browser out: %d", rec.Code)
			}
		}
	}
	if rec := d.ask("GET", "/", nil, planted); rec.Code != http.StatusForbidden || len(cookies) != 2 {
		t.Errorf("a planted cookie lets in: %d, %v", rec.Code, cookies)
	}
}

func TestCodesAreLongAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := newCode()
		if len(code) < 26 || seen[code] || normal(Grouped(code)) != code { // 26 characters of 5 bits: 130 bits
			t.Fatalf("the code is %q", code)
		}
		seen[code] = true
	}
}

func TestFiveWrongCodesChangeTheCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoorway(t)
		defer d.door.Close()
		first := d.newest()
		for i := range tries {
			want := wrong
			if i == tries-1 {
				want = changed
			}
			if got := d.outcomeOf(d.enter("AAAA-BBBB")); got != want {
				t.Fatalf("wrong code %d: %s", i, got)
			}
		}
		if len(d.codes) != 2 || d.newest() == first {
			t.Fatalf("the codes printed are %q", d.codes)
		}
		if got := d.outcomeOf(d.enter(d.newest())); got != wait {
			t.Errorf("at once after five wrong ones: %s", got)
		}
		time.Sleep(pause)
		if got := d.outcomeOf(d.enter(first)); got != wrong {
			t.Errorf("the old code: %s", got)
		}
		if got := d.outcomeOf(d.enter(d.newest())); got != opened {
			t.Errorf("the new code: %s", got)
		}
	})
}

func TestAnUnusedDoorClosesAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoorway(t)
		defer d.door.Close()
		time.Sleep(CodeLife - time.Second)
		if d.closed.Load() != 0 {
			t.Error("it closed too early")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if d.closed.Load() != 1 {
			t.Errorf("it said %d times that it closed", d.closed.Load())
		}
		if said, page := d.said(d.enter(d.codes[0])); said != noCode ||
			!strings.Contains(page, "The code has expired") {
			t.Errorf("after 30 minutes: %s %s", said, page)
		}
		time.Sleep(2 * CodeLife)
		if d.closed.Load() != 1 {
			t.Errorf("it said %d times that it closed", d.closed.Load())
		}
	})
}

func TestANewCodeIsPrintedOnDemandButNotOnThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoorway(t)
		defer d.door.Close()
		if got := d.outcomeOf(d.ask("POST", PathAgain, nil)); got != early || len(d.codes) != 1 {
			t.Errorf("a moment after the first: %s, %q", got, d.codes)
		}
		time.Sleep(pause)
		said, page := d.said(d.ask("POST", PathAgain, nil))
		if said != printed || !strings.Contains(page, "The code was printed") || len(d.codes) != 2 ||
			d.codes[0] != d.codes[1] {
			t.Errorf("a stranger took the code from its owner: %s, %q", said, d.codes)
		}
		if d.outcomeOf(d.enter(d.newest())) != opened {
			t.Error("the code printed again does not open")
		}
		time.Sleep(pause)
		_, page = d.said(d.ask("POST", PathAgain, nil))
		if len(d.codes) != 3 || d.codes[1] == d.codes[2] || strings.Contains(page, d.newest()) ||
			strings.Contains(page, Grouped(d.newest())) {
			t.Errorf("for the second browser: %q, %s", d.codes, page)
		}
		if d.outcomeOf(d.enter(d.newest())) != opened {
			t.Error("the second browser stays out")
		}
	})
}

// TestWhatThePageSaysComesFromAList: the address of the page can be anybody's.
func TestWhatThePageSaysComesFromAList(t *testing.T) {
	d := newDoorway(t)
	for _, said := range []string{"", "opened", "<b>lost</b>", string(empty)} {
		page := d.ask("GET", PathEnter+"?"+url.Values{"said": {said}, "to": {"//evil.example"}}.Encode(),
			nil).Body.String()
		if problem := strings.Contains(page, "There is a problem"); problem != (said == string(empty)) ||
			strings.Contains(page, "lost") || strings.Contains(page, "evil") {
			t.Errorf("%q: the page says\n%s", said, page)
		}
	}
	inside := d.enter(d.newest()).Result().Cookies()[0]
	guarded := d.ask("GET", PathEnter+"?said=wrong&to=%2Freview", nil, inside)
	if guarded.Body.String() != "behind" {
		t.Errorf("a browser inside is asked for the code: %s", guarded.Body)
	}
}

func TestAStayEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoorway(t)
		defer d.door.Close()
		idle := d.enter(d.newest()).Result().Cookies()[0]
		time.Sleep(visitIdle)
		if rec := d.ask("GET", "/", nil, idle); rec.Code != http.StatusForbidden ||
			!strings.Contains(rec.Body.String(), "Your session has ended") {
			t.Errorf("after 30 idle minutes: %d", rec.Code)
		}
		d.door.NewCode()
		busy := d.enter(d.newest()).Result().Cookies()[0]
		for range 12 {
			if rec := d.ask("GET", "/", nil, busy); rec.Code != http.StatusOK {
				t.Fatal("somebody who clicks was sent out")
			}
			time.Sleep(20 * time.Minute)
		}
		if rec := d.ask("GET", "/", nil, busy); rec.Code != http.StatusForbidden {
			t.Errorf("after 4 hours: %d", rec.Code)
		}
	})
}

func TestStaysAreBounded(t *testing.T) {
	d := newDoorway(t)
	for range 3 * visitLimit {
		d.door.NewCode()
		d.enter(d.newest())
	}
	if n := len(d.door.inside); n != visitLimit {
		t.Errorf("%d browsers are inside", n)
	}
}

func TestTheDoorLeadsOnlyToItsOwnPages(t *testing.T) {
	for to, want := range map[string]string{
		"/": "/", "/review": "/review", "/settings?in=a&q=b": "/settings?in=a&q=b",
		"": "/", "//evil.example": "/", "https://evil.example/": "/", "/\\evil.example": "/",
		"javascript:alert(1)": "/",
		"/\t/evil.example":    "/", "review": "/", PathEnter: "/", PathAgain: "/", "/a\r\nSet-Cookie: b=c": "/",
		"/x#y": "/",
	} {
		if got := Local(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}

func TestTheTerminalShowsTheCodeInTheFragment(t *testing.T) {
	var out strings.Builder
	terminal := Terminal{Out: &out, URL: "http://127.0.0.1:8480/"}
	terminal.Print("ABCDEFGHIJ")
	terminal.Closed()
	for _, words := range []string{"http://127.0.0.1:8480/#code=ABCDEFGHIJ\n", "ABCD-EFGH-IJ\n", "expired unused"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("it does not say %q: %s", words, out.String())
		}
	}
}

func TestTheTerminalSaysEverythingInItsLanguage(t *testing.T) {
	var out strings.Builder
	terminal := Terminal{Out: &out, URL: "http://127.0.0.1:8480/",
		Say: func(text say.Text) string { return "said: " + text.String() }}
	terminal.Print("ABCDEFGHIJ")
	terminal.Closed()
	for line := range strings.Lines(out.String()) {
		if line = strings.TrimSpace(line); line != "" && line != "http://127.0.0.1:8480/#code=ABCDEFGHIJ" &&
			!strings.HasPrefix(line, "said: ") {
			t.Errorf("%q is in no language", line)
		}
	}
}

func FuzzForm(f *testing.F) {
	for _, seed := range []string{"code=AAAA&to=/", "code=%zz", "to=//evil.example&code=", "=&=&;", "code=" +
		strings.Repeat("A", 5000), "to=%0d%0aX:y&code=A"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		d := New(Config{})
		defer d.Close()
		code := d.NewCode()
		req := httptest.NewRequest("POST", "http://127.0.0.1:8480"+PathEnter, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		d.Enter(rec, req)
		to := rec.Header().Get("Location")
		if rec.Code < 400 && !strings.HasPrefix(to, PathEnter+"?said=") || len(rec.Result().Cookies()) > 0 ||
			strings.Contains(rec.Body.String()+to, code) {
			t.Errorf("%q is answered with %d to %q", body, rec.Code, to)
		}
		if to := Local(body); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") ||
			strings.ContainsAny(to, "\\\r\n") {
			t.Errorf("%q leads to %q", body, to)
		}
	})
}

// A terminal that takes nothing, as one that was stopped with Ctrl-S, keeps
// nobody from the door.
func TestAStoppedTerminalBlocksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped, release := false, make(chan struct{})
		var shown []string
		d := &doorway{t: t}
		d.door = New(Config{Print: func(code string) {
			if stopped {
				<-release
			}
			shown = append(shown, code)
		}})
		defer d.door.Close()
		d.door.NewCode()
		stopped = true
		time.Sleep(pause)
		asked := make(chan outcome)
		go func() { asked <- d.outcomeOf(d.ask("POST", PathAgain, nil)) }()
		synctest.Wait() // it waits for the terminal
		if rec := d.ask("GET", "/", nil); rec.Code != http.StatusForbidden {
			t.Errorf("a look at the door: %d", rec.Code)
		}
		for range tries {
			d.enter("AAAA-BBBB")
		}
		time.Sleep(2 * pause)
		if got := d.outcomeOf(d.ask("POST", PathAgain, nil)); got != printed {
			t.Errorf("a second wish for a code: %s", got)
		}
		close(release)
		if got := <-asked; got != printed {
			t.Errorf("the one who waited: %s", got)
		}
		synctest.Wait()
		if len(shown) != 4 || shown[0] != shown[1] || shown[2] == shown[1] || shown[3] != shown[2] {
			t.Errorf("the codes printed are %q", shown)
		}
		if got := d.outcomeOf(d.enter(shown[3])); got != opened {
			t.Errorf("the newest code: %s", got)
		}
	})
}

func TestWrongCodesDoNotFillTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		d := New(Config{Log: slog.New(slog.NewTextHandler(&out, nil))})
		defer d.Close()
		d.NewCode()
		try := func() {
			req := httptest.NewRequest("POST", "http://127.0.0.1:8480"+PathEnter, strings.NewReader("code=AAAA"))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			d.Enter(httptest.NewRecorder(), req)
		}
		for range 1000 {
			try()
		}
		time.Sleep(quiet)
		try()
		if got := out.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "count=1\n") ||
			!strings.Contains(got, "count=1000\n") {
			t.Errorf("the log is %q", got)
		}
	})
}

func TestALongFormIsRefusedAsTooLong(t *testing.T) {
	d := newDoorway(t)
	for _, path := range []string{PathEnter, PathAgain} {
		if rec := d.ask("POST", path,
			url.Values{"code": {strings.Repeat("A", maxForm)}}); rec.Code != http.StatusRequestEntityTooLarge ||
			!strings.Contains(rec.Body.String(), "longer than this page") {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	if len(d.codes) != 1 {
		t.Errorf("a form that was refused had a code printed: %q", d.codes)
	}
}
