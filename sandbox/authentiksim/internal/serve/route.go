package serve

import (
	"errors"
	"net/http"
	"strings"

	"authpocket/sandbox/authentiksim/internal/store"
)

// Handler answers one method of one path. The state is locked while it runs.
type Handler func(c *Call) (Answer, error)

// Methods are the handlers of a path by method.
type Methods map[string]Handler

// allow returns the Allow header in the order of Django REST framework.
func (m Methods) allow() string {
	var names []string
	for _, name := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		if m[name] != nil {
			names = append(names, name)
		}
	}
	if m["GET"] != nil {
		names = append(names, "HEAD")
	}
	return strings.Join(append(names, "OPTIONS"), ", ")
}

// of returns the handler of a method. HEAD is a GET whose body is not sent.
func (m Methods) of(method string) Handler {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return m[method]
}

// run calls h with the state locked and writes its answer.
func (s *Server) run(w http.ResponseWriter, r *http.Request, h Handler) {
	c := &Call{Server: s, Request: r, ID: store.NewHex(), RawBody: readBody(r), Query: r.URL.Query()}
	a := s.locked(c, h)
	w.Header().Set("X-Authentik-Id", c.ID)
	w.Header().Set("Vary", "Accept-Language, Cookie")
	a.write(w, r)
}

func (s *Server) locked(c *Call, h Handler) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := h(c)
	if refused := (*refusal)(nil); errors.As(err, &refused) {
		a = refused.answer
	} else if err != nil {
		// Handlers return refusals only; any other error is a fault of the simulator.
		panic(err)
	}
	return s.mounted(c.setCookies(a))
}

// API registers a path of the API that needs a token.
func (s *Server) API(path string, m Methods) { s.apiPath(path, m, false) }

// Public registers a path of the API that needs no token.
func (s *Server) Public(path string, m Methods) { s.apiPath(path, m, true) }

func (s *Server) apiPath(path string, m Methods, anonymous bool) {
	allow := m.allow()
	s.router.HandleFunc("/api/v3"+path, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Allow", allow)
		s.run(w, req, func(c *Call) (Answer, error) { return c.dispatch(m, anonymous) })
	})
}

// dispatch checks the token first, then the method.
func (c *Call) dispatch(m Methods, anonymous bool) (Answer, error) {
	if err := c.authenticate(); err != nil {
		return Answer{}, err
	}
	if c.User == nil && !anonymous {
		return Answer{}, Refuse(http.StatusForbidden, obj{"detail": "Authentication credentials were not provided."})
	}
	if c.Request.Method == http.MethodOptions {
		return OK(obj{"renders": []string{"application/json"}, "parses": []string{"application/json"}})
	}
	h := m.of(c.Request.Method)
	if h == nil {
		detail := `Method "` + c.Request.Method + `" not allowed.`
		return Answer{}, Refuse(http.StatusMethodNotAllowed, obj{"detail": detail})
	}
	return h(c)
}

// Page registers a path outside the API, where a wrong method is an empty 405.
func (s *Server) Page(path string, m Methods) {
	s.router.HandleFunc(path, func(w http.ResponseWriter, req *http.Request) {
		s.run(w, req, func(c *Call) (Answer, error) {
			if req.Method == http.MethodOptions {
				return Answer{Status: http.StatusOK, ContentType: HTML}.With("Allow", m.allow()), nil
			}
			if h := m.of(req.Method); h != nil {
				return h(c)
			}
			return Answer{Status: http.StatusMethodNotAllowed, ContentType: HTML}.With("Allow", m.allow()), nil
		})
	})
}
