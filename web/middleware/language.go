package middleware

import (
	"net/http"
	"net/url"
	"path"
	"slices"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/say"
	"authpocket/web/door"
	"authpocket/web/view"
)

// languageName is the name of the query value that chooses a language.
const languageName = "lang"

// Cookie keeps the choice of a language.
const Cookie door.Cookie = "authpocket-language"

// languageAge is how long the choice is kept, in seconds.
const languageAge = 365 * 24 * 60 * 60

// Language answers requests in a language.
type Language struct {
	Languages *say.Languages
	Once      string // a path whose query can be used only once
}

// Use has the request answered in the language that the person chose, or else the one that the browser prefers.
func (l Language) Use(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := view.WithSwitch(r.Context(), view.Switch{Languages: l.Languages.All(), Page: l.pageOf(r)})
		next.ServeHTTP(w, r.WithContext(say.With(ctx, l.of(r))))
	})
}

func (l Language) of(r *http.Request) *say.Language {
	if chosen := l.tagged(Cookie.Value(r)); chosen != nil {
		return chosen
	}
	return l.Languages.Match(r.Header.Get("Accept-Language"))
}

// tagged returns the language with that tag, nil for none.
func (l Language) tagged(tag string) *say.Language {
	all := l.Languages.All()
	if i := slices.IndexFunc(all, func(l *say.Language) bool { return l.Tag == tag }); i >= 0 {
		return all[i]
	}
	return nil
}

// Choose keeps the language that a link of the footer chooses. It sends the browser on to the page itself, so
// that no address of a page has a language in it.
func (l Language) Choose(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chosen := l.tagged(r.URL.Query().Get(languageName))
		if chosen == nil || !Reads(r) {
			next.ServeHTTP(w, r)
			return
		}
		Cookie.SetLax(w, r, chosen.Tag, languageAge)
		http.Redirect(w, r, l.pageOf(r), http.StatusSeeOther) // #nosec G710 -- a path of ours
	})
}

// Reads reports whether a request only reads.
func Reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// pageOf returns the address at which a browser can read the page that answers a request, without a language.
func (l Language) pageOf(r *http.Request) string {
	switch {
	case !Reads(r):
		return pageAbove(r)
	case r.URL.Path == l.Once:
		return "/"
	}
	address := *r.URL
	if query := address.Query(); query.Has(languageName) {
		query.Del(languageName)
		address.RawQuery = query.Encode()
	}
	if address.Path == door.PathEnter { // which says what became of a code, and leads nowhere by itself
		return (&url.URL{Path: door.PathEnter, RawQuery: address.RawQuery}).RequestURI()
	}
	return door.Local(address.RequestURI())
}

// pageAbove returns the page of the form that a request sends, or else the nearest page above it.
func pageAbove(r *http.Request) string {
	routes := chi.RouteContext(r.Context()).Routes
	sent := routes.Find(chi.NewRouteContext(), r.Method, r.URL.Path)
	for at := path.Clean("/" + r.URL.Path); at != "/"; at = path.Dir(at) {
		// The path of a form may look like one of another page: /signin/invite is no test sign-in.
		page := routes.Find(chi.NewRouteContext(), http.MethodGet, at)
		if page == sent && page != "" || page != "" && at != r.URL.Path {
			return (&url.URL{Path: at}).EscapedPath()
		}
	}
	return "/"
}
