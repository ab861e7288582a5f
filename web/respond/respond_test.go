package respond_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"

	"authpocket/web/respond"
)

// Small pages are kept compressed: each visitor still gets the page that was rendered for them.
func TestEachVisitorGetsTheirOwnPage(t *testing.T) {
	var pages respond.Pages
	var visitors sync.WaitGroup
	for range 8 {
		visitors.Go(func() {
			for range 200 {
				want := fmt.Sprintf("<p>%d%s</p>", rand.N(20), strings.Repeat(".", rand.N(3)*8000))
				if got, err := visit(&pages, want); got != want || err != nil {
					t.Errorf("instead of %.20s… they get %.20s…: %v", want, got, err)
				}
			}
		})
	}
	visitors.Wait()
}

// visit returns what a browser makes of the answer.
func visit(pages *respond.Pages, page string) (string, error) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	if err := pages.Page(w, r, http.StatusOK, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, page)
		return err
	})); err != nil {
		return "", err
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(z)
	return string(text), err
}
