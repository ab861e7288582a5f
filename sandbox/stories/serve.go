package stories

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"authpocket/internal/say"
	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/respond"
	"authpocket/web/view"
)

// themes are what the query's theme may be. The empty one follows the browser.
func themes() []string { return []string{"", "light", "dark"} }

// book is every story in one theme.
type book struct {
	index   templ.Component
	stories map[string]templ.Component
}

// server answers with stories, under the headers of the wizard.
type server struct {
	files *static.Files
	pages respond.Pages
	books map[string]book // by theme
	says  *say.Languages
	log   *slog.Logger
}

// Handler returns a handler of an index at /, and of each story at its name. With ?theme=light or dark a page has that
// theme, and with ?lang=de or another that language, whatever the browser prefers.
func Handler(log *slog.Logger) (http.Handler, error) {
	files, err := static.Load()
	if err != nil {
		return nil, err
	}
	says, err := say.Load()
	if err != nil {
		return nil, err
	}
	s := &server{files: files, says: says, log: log, books: map[string]book{}}
	for _, theme := range themes() {
		s.books[theme] = s.bind(theme)
	}
	r := chi.NewRouter()
	r.Use(door.Hosts{}.Only, door.Headers, s.speak)
	r.Method(http.MethodGet, static.Prefix+"*", files)
	r.Get("/theme/{theme}.css", s.styles)
	r.Get("/", s.index)
	r.Get("/{story}", s.story)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.notFound)
	return r, nil
}

// bind makes every story and their index in a theme.
func (s *server) bind(theme string) book {
	assets := respond.Assets(s.files)
	if theme != "" {
		assets.Styles = "/theme/" + theme + ".css"
	}
	list, b := All(assets), book{stories: map[string]templ.Component{}}
	for _, one := range list {
		b.stories[one.Name] = one.Page
	}
	b.index = index(view.Head{Title: say.Of("Every page in every state"), Assets: assets}, groups(list), theme)
	return b
}

// speak answers in the language of the query, or else in the browser's.
func (s *server) speak(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wanted := []string{r.URL.Query().Get("lang"), r.Header.Get("Accept-Language")}
		next.ServeHTTP(w, r.WithContext(say.With(r.Context(), s.says.Match(wanted...))))
	})
}

// asked returns the stories in the theme of the query, or without one for a theme that there is not.
func (s *server) asked(r *http.Request) book {
	if b, known := s.books[r.URL.Query().Get("theme")]; known {
		return b
	}
	return s.books[""]
}

func (s *server) index(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, http.StatusOK, s.asked(r).index)
}

func (s *server) story(w http.ResponseWriter, r *http.Request) {
	page, known := s.asked(r).stories[chi.URLParam(r, "story")]
	if !known {
		s.notFound(w, r)
		return
	}
	s.answer(w, r, http.StatusOK, page)
}

func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, http.StatusNotFound, s.asked(r).stories["problem-not-found"])
}

func (s *server) answer(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	if err := s.pages.Page(w, r, status, page); err != nil {
		s.log.ErrorContext(r.Context(), "rendering", slog.Any("error", err))
	}
}

// styles answers with the style sheet whose question for the browser's preference is already decided.
func (s *server) styles(w http.ResponseWriter, r *http.Request) {
	decided, known := map[string]string{"light": "not all", "dark": "all"}[chi.URLParam(r, "theme")]
	if !known {
		s.notFound(w, r)
		return
	}
	body, err := s.files.Bytes(static.Styles)
	if err != nil {
		http.Error(w, "The file is damaged.", http.StatusInternalServerError)
		return
	}
	body = bytes.ReplaceAll(body, []byte("(prefers-color-scheme: dark)"), []byte(decided))
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// group is the stories of one page.
type group struct {
	title string
	names []string
}

// groups returns the names of the stories by page, in the order of the first of each.
func groups(list []Story) []group {
	var all []group
	for _, one := range list {
		page, _, _ := strings.Cut(one.Name, "-")
		i := slices.IndexFunc(all, func(g group) bool { return g.title == page })
		if i < 0 {
			i, all = len(all), append(all, group{title: page})
		}
		all[i].names = append(all[i].names, one.Name)
	}
	return all
}

func count(groups []group) string {
	n := 0
	for _, g := range groups {
		n += len(g.names)
	}
	return fmt.Sprintf("%d stories of %d pages.", n, len(groups))
}

func themeName(theme string) string {
	if theme == "" {
		return "The browser's theme"
	}
	return strings.ToUpper(theme[:1]) + theme[1:]
}

// query keeps the theme in a link.
func query(theme string) string {
	if theme == "" {
		return ""
	}
	return "?theme=" + theme
}
