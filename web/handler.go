package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"authpocket/web/door"
	"authpocket/web/middleware"
	"authpocket/web/reply"
	"authpocket/web/session"
)

// handler is a page's handler with its browser's session.
type handler func(w http.ResponseWriter, r *http.Request, sess *session.Session)

// after returns the handler of a page that needs all answers before another one. A browser that skipped ahead
// is redirected to the first page without an answer.
func (s *Server) after(page string, next func(http.ResponseWriter, *http.Request, *session.Session,
	session.Progress)) http.HandlerFunc {
	return s.with(func(w http.ResponseWriter, r *http.Request, sess *session.Session) {
		p := sess.Look()
		if page != r.URL.Path && page == "/review" && p.Missing() == "/settings" {
			s.settingsFirst(w, r, sess)
		} else if guard(w, r, &p, page) {
			next(w, r, sess, p)
		}
	})
}

// found returns the handler of a page about something that find looks up in the session, such as a test sign-in.
func found[T any](s *Server, find func(*http.Request, *session.Session) *T,
	next func(*Server, http.ResponseWriter, *http.Request, *session.Session, *T)) http.HandlerFunc {
	return s.with(func(w http.ResponseWriter, r *http.Request, sess *session.Session) {
		one := find(r, sess)
		if one == nil {
			s.gone(w, r)
			return
		}
		next(s, w, r, sess, one)
	})
}

// with finds the request's session. A browser whose session has ended is told so
// once, unless the page needs no session.
func (s *Server) with(next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sess, lost := s.sessions.Of(r)
		if lost && !needsNoSession(r.URL.Path) {
			s.sessionOver(w, r)
			return
		}
		s.door.DropPlain(w, r)
		session.Cookie.DropPlain(w, r)
		middleware.Cookie.DropPlain(w, r)
		leaveInvitation(r, sess)
		next(w, r, sess)
	}
}

// enterDoor handles the "POST /door" route. The door's page has already said that
// the session ended, so it is not said again.
func (s *Server) enterDoor(w http.ResponseWriter, r *http.Request) {
	if _, lost := s.sessions.Of(r); lost {
		session.Cookie.Set(w, r, "", -1)
	}
	s.door.Enter(w, r)
}

func needsNoSession(path string) bool {
	return slices.Contains([]string{"/", "/forgotten", "/restart", "/leave", "/permissions",
		"/permissions/blueprint.yaml"}, path)
}

// leaveInvitation forgets the link that an invitation shows when another page is read.
func leaveInvitation(r *http.Request, sess *session.Session) {
	if middleware.Reads(r) && !door.Stream(r) {
		sess.LeaveInvitation(r.URL.Path)
	}
}

// guard redirects a browser that skipped ahead to the first page without an
// answer. It returns false if it did.
func guard(w http.ResponseWriter, r *http.Request, p *session.Progress, page string) bool {
	if p.Reaches(page) {
		return true
	}
	reply.Redirect(w, r, p.Missing())
	return false
}

// recently returns the handler of a page that asks both systems. It shows what
// was read for the page seconds ago again, unless the browser reloads.
func (s *Server) recently(next func(http.ResponseWriter, *http.Request, *session.Session,
	session.Progress)) func(http.ResponseWriter, *http.Request, *session.Session, session.Progress) {
	return func(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
		if page := sess.Recent(r.URL.Path, r.URL.RequestURI()); page != nil && !reloads(r) {
			s.reply.Page(w, r, http.StatusOK, page)
			return
		}
		next(w, r, sess, p)
	}
}

// renderRecent writes a page that recently may show again. p is from before the
// systems were asked.
func (s *Server) renderRecent(w http.ResponseWriter, r *http.Request, sess *session.Session, p *session.Progress,
	page templ.Component) {
	sess.Keep(p, r.URL.Path, r.URL.RequestURI(), page)
	s.reply.Page(w, r, http.StatusOK, page)
}

func reloads(r *http.Request) bool {
	asked := r.Header.Get("Cache-Control")
	return strings.Contains(asked, "max-age=0") || strings.Contains(asked, "no-cache")
}
