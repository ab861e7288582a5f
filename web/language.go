package web

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

// languageCookie keeps the choice.
const languageCookie door.Cookie = "authpocket-language"

// languageAge is how long the choice is kept, in seconds.
const languageAge = 365 * 24 * 60 * 60

// inLanguage has the request answered in the language that the person chose, or else the one that the browser prefers.
func (s *Server) inLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := view.WithSwitch(r.Context(), view.Switch{Languages: s.languages.All(), Page: pageOf(r)})
		next.ServeHTTP(w, r.WithContext(say.With(ctx, s.languageOf(r))))
	})
}

func (s *Server) languageOf(r *http.Request) *say.Language {
	if chosen := s.language(languageCookie.Value(r)); chosen != nil {
		return chosen
	}
	return s.languages.Match(r.Header.Get("Accept-Language"))
}

// language returns the language with that tag, nil for none.
func (s *Server) language(tag string) *say.Language {
	all := s.languages.All()
	if i := slices.IndexFunc(all, func(l *say.Language) bool { return l.Tag == tag }); i >= 0 {
		return all[i]
	}
	return nil
}

// chooseLanguage keeps the language that a link of the footer chooses. It sends the browser on to the page itself, so
// that no address of a page has a language in it.
func (s *Server) chooseLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chosen := s.language(r.URL.Query().Get(languageName))
		if chosen == nil || !reads(r) {
			next.ServeHTTP(w, r)
			return
		}
		languageCookie.SetLax(w, r, chosen.Tag, languageAge)
		redirect(w, r, pageOf(r))
	})
}

func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// pageOf returns the address at which a browser can read the page that answers a request, without a language.
func pageOf(r *http.Request) string {
	switch {
	case !reads(r):
		return pageAbove(r)
	case r.URL.Path == callbackPath:
		return "/" // its query can be used once
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
