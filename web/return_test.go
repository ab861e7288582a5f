package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A browser that has looked at the page holds the link from its first press
// on, whether the answer arrives or not.
func TestALostAnswerLocksNobodyOutOfALink(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w, b := linked(t, box, "trust-all")
	for name, lose := range map[string]func(*browser, string){
		"the answer is lost": func(first *browser, try string) {
			rec := httptest.NewRecorder()
			w.server.Handler().ServeHTTP(rec, first.request(t.Context(), try, nil))
			if rec.Code != http.StatusSeeOther {
				t.Errorf("the first press is answered with %d", rec.Code)
			}
		},
		"it leaves while PocketBase is asked": func(first *browser, try string) {
			w.server.Handler().ServeHTTP(httptest.NewRecorder(), first.request(ended(t), try, nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			try, _ := w.invited(b)
			first, second := w.browser(), w.browser()
			first.get(try).want(200).says("Start")
			second.get(try).want(200).says("Start")
			lose(first, try)
			second.post(try, nil).want(404)
			first.post(try, nil).want(303, try)
			if got := first.get(try).want(200); strings.Contains(got.visible(), "The test failed") {
				t.Errorf("the test is over:\n%s", got.visible())
			}
			first.through(box, try)
			first.get(try).want(200).says("The test worked")
		})
	}
}
