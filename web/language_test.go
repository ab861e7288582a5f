package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"authpocket/internal/say"
	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/middleware"
)

// languageOf returns the language that a page says it is in, with the header's.
func languageOf(t *testing.T, rec *httptest.ResponseRecorder) string {
	t.Helper()
	doc, err := html.Parse(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	tag := ""
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "html" {
			tag = attr(n, "lang")
		}
	}
	if header := rec.Header().Get("Content-Language"); header != tag {
		t.Errorf("Content-Language is %q on a page with lang %q", header, tag)
	}
	return tag
}

func TestTheBrowserSaysWhichLanguage(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	for _, one := range []struct{ accept, cookie, want string }{
		{"", "", "en"}, {"de", "", "de"}, {"zh,de-CH;q=0.5", "", "de"}, {"de", "en", "en"}, {"", "de", "de"},
		{"de", "xx", "de"}, {"xx", "DE", "en"}, {"\x00;;,,q=", "../../etc", "en"},
		{strings.Repeat("de-", 1000), strings.Repeat("de", 1000), "de"},
	} {
		for method, paths := range map[string][]string{ // the setup code's page, errors, a page, and answers to forms
			"GET": {"/", "/nowhere", "/apply", door.PathEnter + "?said=wrong"}, "POST": {"/authentik", "/nowhere"},
		} {
			for _, path := range paths {
				header := map[string]string{"Accept-Language": one.accept, "Cookie": string(middleware.Cookie) + "=" +
					one.cookie}
				if got := languageOf(t, answer(s, method, path, header)); got != one.want {
					t.Errorf("%s %s with %v is in %q, want %q", method, path, one, got, one.want)
				}
				if method == "POST" {
					path += "?lang=de"
				}
				req := inside(t, s, request(method, path, header))
				if rec := answerTo(s, req); rec.Code != http.StatusSeeOther {
					if got := languageOf(t, rec); got != one.want {
						t.Errorf("%s %s inside with %v is in %q, want %q", method, path, one, got, one.want)
					}
				} else if set := rec.Header().Values("Set-Cookie"); strings.Contains(strings.Join(set, " "),
					string(middleware.Cookie)) {
					t.Errorf("%s %s sets %v", method, path, set)
				}
			}
		}
	}
}

func TestAChosenLanguageIsRemembered(t *testing.T) {
	b := wizardFor(t, sharedSandbox(t), Config{}).browser()
	if got := b.get("/authentik").want(200).header.Get("Content-Language"); got != "en" {
		t.Fatalf("it begins in %q", got)
	}
	chose := b.get("/authentik?from=review&lang=de&x=%26").want(303, "/authentik?from=review&x=%26")
	var names []string
	for _, line := range chose.header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err != nil || cookie.Value != "de" || cookie.Path != "/" || !cookie.HttpOnly ||
			cookie.Secure != strings.HasPrefix(cookie.Name, "__Host-") || cookie.SameSite != http.SameSiteLaxMode ||
			cookie.MaxAge != 365*24*60*60 {
			t.Errorf("the cookie is %v, %v", cookie, err)
		}
		names = append(names, cookie.Name)
	}
	if !slices.Equal(names, []string{middleware.Cookie.Host(), string(middleware.Cookie)}) {
		t.Errorf("the cookies are %q", names)
	}
	if p := b.get("/authentik").want(200); p.header.Get("Content-Language") != "de" {
		t.Errorf("the choice is forgotten: %v", p.header)
	}
	b.get("/?lang=en").want(303, "/")
	if got := b.get("/").want(200).header.Get("Content-Language"); got != "en" {
		t.Errorf("it stays in %q", got)
	}
	secure := request("GET", "/?lang=de", nil)
	secure.Host = "127.0.0.1"
	secure.TLS = httptest.NewRequest("GET", "https://127.0.0.1/", nil).TLS
	s := New(Config{})
	t.Cleanup(s.Close)
	if set := answerTo(s, secure).Result().Cookies(); len(set) != 1 || !set[0].Secure ||
		set[0].Name != middleware.Cookie.Host() {
		t.Errorf("over https it sets %v", set)
	}
}

func TestNoAddressOfALanguageLeadsAstray(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	for target, want := range map[string]string{
		"//evil.example/?lang=de": "/", "/\\evil.example?lang=de": "/%5Cevil.example",
		"/%0d%0aX:y?lang=de":                 "/%0d%0aX:y",
		"http://evil.example/review?lang=de": "/review", "/.//evil.example?lang=de&lang=en": "/evil.example",
		"/door?lang=de": "/door", "/door?lang=de&said=wrong&to=%2Freview": "/door?said=wrong&to=%2Freview",
		"http://evil.example/door?lang=de": "/door", "/signin/callback?code=c&state=s&lang=de": "/",
		"/?lang=": "", "/?lang=xx": "", "/?lang=DE": "", "/?lang=de%0d%0aSet-Cookie:x": "", "/?lang=//evil": "",
		"/?lang=" + strings.Repeat("de", 1000): "", "/?language=de": "",
	} {
		req := request("GET", "/", nil)
		var err error
		if req.URL, err = url.ParseRequestURI(target); err != nil {
			t.Fatal(err)
		}
		rec := answerTo(s, req)
		if got := rec.Header().Get("Location"); got != want || (rec.Code == http.StatusSeeOther) != (want != "") {
			t.Errorf("%s: %d to %q, want %q", target, rec.Code, got, want)
		}
		if set := rec.Result().Cookies(); (len(set) == 2) != (want != "") {
			t.Errorf("%s: sets %v", target, set)
		}
	}
	foreign := request("GET", "/?lang=de", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"})
	if rec := answerTo(s, foreign); rec.Code != http.StatusForbidden || len(rec.Result().Cookies()) > 0 {
		t.Errorf("an image of another site chooses: %d %v", rec.Code, rec.Result().Cookies())
	}
}

// switchOf returns the addresses of a page's links to languages, by their tags.
func switchOf(t *testing.T, rec *httptest.ResponseRecorder) map[string]string {
	t.Helper()
	doc, err := html.Parse(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	links, current := map[string]string{}, ""
	for n := range doc.Descendants() {
		if tag := attr(n, "hreflang"); tag != "" && tag == attr(n, "lang") {
			links[tag] = attr(n, "href")
			if attr(n, "aria-current") == "true" {
				current += tag
			}
		}
	}
	if got := rec.Header().Get("Content-Language"); current != got {
		t.Errorf("the current language is %q on a page in %q", current, got)
	}
	return links
}

func TestEveryPageHasTheSwitch(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	check := func(method, path string, rec *httptest.ResponseRecorder, want string) {
		t.Helper()
		links := switchOf(t, rec)
		for _, l := range s.languages.All() {
			if got := strings.TrimSuffix(links[l.Tag], "lang="+l.Tag); got != want {
				t.Errorf("%s %s: the link to %s is %q, want %q", method, path, l.Tag, links[l.Tag], want)
			}
		}
	}
	for path, want := range map[string]string{
		"/": "/?", "/review?a=1&b=%26": "/review?a=1&b=%26&", "/nowhere": "/nowhere?", "/apply": "/apply?",
		"/authentik?from=review": "/authentik?from=review&", "/signin/callback?code=c&state=s": "/?",
		"//evil.example/": "/?", "/door?said=wrong&to=%2Fa": "/door?said=wrong&to=%2Fa&",
	} {
		check("GET", path, answer(s, "GET", path, nil), want)
		if rec := answerTo(s, inside(t, s, request("GET", path, nil))); rec.Code != http.StatusSeeOther {
			check("GET", path, rec, want)
		}
	}
	for path, want := range map[string]string{ // the pages that a form is answered with
		"/authentik": "/authentik?", "/apply": "/?", "/signin/invite": "/signin?",
		"/receipts/x/continue": "/receipts/x?", "//evil.example": "/?",
		"/pocketbase/code": "/pocketbase/code?",
	} {
		check("POST", path, answer(s, "POST", path, nil), want)
	}
	failed := httptest.NewRecorder()
	german := say.With(t.Context(), s.languages.Match("de"))
	s.reply.Pages.Fail(failed, httptest.NewRequest("GET", "/review", nil).WithContext(german))
	if check("GET", "the last page", failed, "/?"); failed.Header().Get("Content-Language") != "de" {
		t.Errorf("the last page is in %v", failed.Header())
	}
	if rec := answer(s, "GET", s.reply.Assets.Styles, nil); rec.Header().Get("Content-Language") != "" ||
		!strings.HasPrefix(s.reply.Assets.Styles, static.Prefix) {
		t.Errorf("a file is in a language: %v", rec.Header())
	}
}

// A page that is shown again is drawn again.
func TestAKeptPageFollowsTheLanguage(t *testing.T) {
	b := wizardFor(t, sharedSandbox(t), prefilled(sharedSandbox(t))).browser().connected()
	for _, tag := range []string{"en", "de", "en"} {
		b.get("/settings?lang="+tag).want(303, "/settings")
		p := b.get("/settings").want(200)
		if !strings.Contains(p.text, `<html lang="`+tag+`">`) {
			t.Errorf("in %s it begins %.60q", tag, p.text)
		}
	}
}
