package public

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/say"
	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/view"
)

// placesPath is the path of all sandboxes below the demo's.
const placesPath = "/s/"

// Handler returns the handler of all requests. What a probe or Prometheus asks for is at the root, and never below the
// path of the public URL. The counters are for who reaches the program itself.
func (s *Server) Handler() http.Handler {
	probes := chi.NewRouter()
	probes.Get("/healthz", door.Alive)
	probes.Get("/readyz", s.showReady)
	probes.With(s.notThroughProxy).Get("/metrics", s.showMetrics)
	demo := s.onlyHere(http.HandlerFunc(s.serve))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if probes.Match(chi.NewRouteContext(), r.Method, r.URL.Path) {
			probes.ServeHTTP(w, r)
			return
		}
		demo.ServeHTTP(w, r)
	})
}

// notThroughProxy refuses what comes through the proxy: only that one ends TLS, and it passes Host on unchanged.
func (s *Server) notThroughProxy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		public := s.cfg.URL.Scheme == "https" && s.isPublic(r.Host)
		if public || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isPublic reports whether it is the host of the public URL.
func (s *Server) isPublic(host string) bool {
	return strings.EqualFold(hostOf(host, s.cfg.URL.Scheme), hostOf(s.cfg.URL.Host, s.cfg.URL.Scheme))
}

// onlyHere answers requests for the public URL's host, and marks them with what is known of them.
func (s *Server) onlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.isPublic(r.Host) {
			http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, s.arrived(r))
	})
}

// arrived marks a request with what is known of how it came.
func (s *Server) arrived(r *http.Request) *http.Request {
	if s.cfg.URL.Scheme == "https" {
		return door.ViaHTTPS(r)
	}
	return r
}

// hostOf is a host without the port that its scheme implies.
func hostOf(host, scheme string) string {
	return strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[scheme])
}

// serve leads to a sandbox or to the demo's own pages.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, s.cfg.URL.Path+placesPath); ok {
		id, _, _ := strings.Cut(rest, "/")
		s.servePlace(w, r, id)
		return
	}
	if r.URL.Path == s.cfg.URL.Path && r.URL.Path != "" {
		http.Redirect(w, r, s.cfg.URL.Path+"/", http.StatusPermanentRedirect)
		return
	}
	s.front(framedNow(r)).ServeHTTP(w, r)
}

// framedNow reports whether the browser shows the answer in a frame.
func framedNow(r *http.Request) bool { return r.Header.Get("Sec-Fetch-Dest") == "iframe" }

// front returns the handler of the demo's own pages.
func (s *Server) front(framed bool) http.Handler {
	r := chi.NewRouter()
	r.Use(door.Headers, s.speak, s.ownPagesOnly)
	r.Method(http.MethodGet, static.Prefix+"*", s.files)
	r.With(s.elsewhere).Get("/", s.showFront)
	r.With(s.elsewhere).Post("/start", s.startPlace)
	r.With(s.elsewhere).Get("/wait", s.showWait)
	r.Post("/end", s.endPlace)
	r.NotFound(s.showNothing)
	mount := door.Mount{Path: s.cfg.URL.Path, Frames: s.cfg.Frames, Framed: framed}
	return mount.Handler(door.AllowFrames(s.cfg.Frames, r))
}

// speak has pages in the language that the browser prefers.
func (s *Server) speak(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, s.spoken(r))
	})
}

func (s *Server) spoken(r *http.Request) *http.Request {
	language := s.languages.Match(r.Header.Get("Accept-Language"))
	return r.WithContext(say.With(r.Context(), language))
}

// ownPagesOnly refuses what another site's page sends, but for the frame that it may show.
func (s *Server) ownPagesOnly(next http.Handler) http.Handler {
	own := door.OwnPagesOnly(http.HandlerFunc(s.showForeign))(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		opened := r.Method == http.MethodGet && r.URL.Path == "/" && framedNow(r) && len(s.cfg.Frames) > 0 &&
			r.Header.Get("Sec-Fetch-Mode") == "navigate"
		if opened { // the browser refuses other sites by the content policy
			next.ServeHTTP(w, r)
			return
		}
		own.ServeHTTP(w, r)
	})
}

// elsewhere sends whoever has no sandbox here to another process, if a gateway keeps them at this one, which ends.
func (s *Server) elsewhere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, has := s.visitorOf(r)
		if _, err := r.Cookie(s.cfg.PodCookie); err != nil || has != nil || !s.isDraining() {
			next.ServeHTTP(w, r)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: s.cfg.PodCookie, Path: "/", MaxAge: -1, HttpOnly: true,
			Secure: s.cfg.URL.Scheme == "https", SameSite: http.SameSiteLaxMode}) // #nosec G124 -- Secure over https
		http.Redirect(w, r, frontURL(stepOf(r.URL.Query())), http.StatusSeeOther) // #nosec G710 -- a path of ours
	})
}

// servePlace answers a request to a sandbox.
func (s *Server) servePlace(w http.ResponseWriter, r *http.Request, id string) {
	s.mu.Lock()
	p := s.byID[id]
	var beside view.Beside
	if p != nil {
		beside = s.besideOf(p, r.URL.Path)
	}
	s.mu.Unlock()
	if p == nil {
		s.ownPage(s.showEnded).ServeHTTP(w, r)
		return
	}
	part := p.partOf(r.URL.Path)
	switch {
	case part == "" || !p.knows(r, part):
		s.ownPage(s.showEnded).ServeHTTP(w, r) // as if it did not exist
	case !p.enter():
		s.ownPage(s.showEnded).ServeHTTP(w, r)
	default:
		defer p.running.Done()
		if p.spent(r) {
			s.ownPage(s.showSpent).ServeHTTP(w, r)
			return
		}
		if !p.serve(w, r.WithContext(view.WithBeside(r.Context(), beside)), part) {
			s.ownPage(s.showBusy).ServeHTTP(w, r)
		}
	}
}

// ownPage returns the handler of a page of the demo at any path.
func (s *Server) ownPage(show http.HandlerFunc) http.Handler {
	mount := door.Mount{Path: s.cfg.URL.Path}
	next := door.AllowFrames(s.cfg.Frames, door.Headers(s.speak(show)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, mount.Of(r)) })
}

// stepOf returns the page of the wizard that a link asks for, empty for the first.
func stepOf(query url.Values) string {
	if step := query.Get("at"); isStep(step) {
		return step
	}
	return ""
}
