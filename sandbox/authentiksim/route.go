package authentiksim

import (
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
)

// handler answers one method of one path. It runs with the state locked.
type handler func(c *call) (answer, error)

// methods is what one path answers to.
type methods map[string]handler

// allow is the Allow header in the order Django REST framework uses.
func (m methods) allow() string {
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

// of is the handler of a method; HEAD is a GET whose body is not sent.
func (m methods) of(method string) handler {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return m[method]
}

// run locks the state, runs h and writes what it answers.
func (s *Server) run(w http.ResponseWriter, r *http.Request, h handler) {
	c := &call{Server: s, req: r, id: newHex(), raw: readBody(r), query: r.URL.Query()}
	a := s.locked(c, h)
	w.Header().Set("X-Authentik-Id", c.id)
	w.Header().Set("Vary", "Accept-Language, Cookie")
	a.write(w, r)
}

func (s *Server) locked(c *call, h handler) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.st = s.state
	a, err := h(c)
	if refused := (*refusal)(nil); errors.As(err, &refused) {
		a = refused.answer
	} else if err != nil {
		// Handlers refuse in answers; anything else is a fault of the simulator.
		panic(err)
	}
	return c.setCookies(a)
}

// api registers a path of the API that needs a token.
func (s *Server) api(r chi.Router, path string, m methods) { s.apiPath(r, path, m, false) }

// public registers a path of the API that anybody may ask.
func (s *Server) public(r chi.Router, path string, m methods) { s.apiPath(r, path, m, true) }

func (s *Server) apiPath(r chi.Router, path string, m methods, anonymous bool) {
	allow := m.allow()
	r.HandleFunc("/api/v3"+path, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Allow", allow)
		s.run(w, req, func(c *call) (answer, error) { return c.dispatch(m, anonymous) })
	})
}

// dispatch checks, in this order, who asks and whether the method exists.
func (c *call) dispatch(m methods, anonymous bool) (answer, error) {
	if err := c.authenticate(); err != nil {
		return answer{}, err
	}
	if c.user == nil && !anonymous {
		return answer{}, refuse(http.StatusForbidden, obj{"detail": "Authentication credentials were not provided."})
	}
	if c.req.Method == http.MethodOptions {
		return ok(obj{"renders": []string{"application/json"}, "parses": []string{"application/json"}})
	}
	h := m.of(c.req.Method)
	if h == nil {
		return answer{}, refuse(http.StatusMethodNotAllowed, obj{"detail": `Method "` + c.req.Method + `" not allowed.`})
	}
	return h(c)
}

// page registers a path outside the API, where a wrong method is an empty 405.
func (s *Server) page(r chi.Router, path string, m methods) {
	r.HandleFunc(path, func(w http.ResponseWriter, req *http.Request) {
		s.run(w, req, func(c *call) (answer, error) {
			if req.Method == http.MethodOptions {
				return answer{status: http.StatusOK, kind: htmlType}.with("Allow", m.allow()), nil
			}
			if h := m.of(req.Method); h != nil {
				return h(c)
			}
			return answer{status: http.StatusMethodNotAllowed, kind: htmlType}.with("Allow", m.allow()), nil
		})
	})
}
