package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"authpocket/internal/link"
	"authpocket/web/live"
	"authpocket/web/respond"
	"authpocket/web/session"
	"authpocket/web/view"
)

// render writes a whole page, or the last page where its template fails.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	w.Header().Set("Vary", "HX-Request-Type")
	if err := respond.Page(w, r, status, page, s.lastPage); err != nil {
		s.logError(r, "rendering", err)
	}
}

// redirect sends the browser on with a GET.
func redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, path, http.StatusSeeOther) // #nosec G710 -- paths of ours
}

// head is the frame of a page in this session.
func (s *Server) head(sess *session.Session) view.Head {
	p := sess.Look()
	h := view.Head{Note: s.cfg.Prefill.Note, Assets: s.assets, Held: p.Authentik != nil || p.PocketBase != nil}
	h.Receipts = s.cfg.Receipts != nil && p.Authentik != nil && p.PocketBase != nil
	h.Ends = view.Ends{Shown: true, Joined: p.Settled != nil}
	if p.Settled != nil {
		h.Ends.Authentik, h.Ends.PocketBase = view.NewEnd(p.Settled.AuthentikURL, ""),
			view.NewEnd(p.Settled.PocketBaseURL, "")
	}
	if p.Authentik != nil {
		h.Ends.Authentik = view.NewEnd(p.Authentik.Login.URL, p.Authentik.Found())
	}
	if p.PocketBase != nil {
		h.Ends.PocketBase = view.NewEnd(p.PocketBase.Login.URL, p.PocketBase.Found())
	}
	h.Ends.Proven = p.Settled != nil && p.Verify.Proven()
	return h
}

// problem writes a page that says what is and what to do.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, status int, p view.ProblemPage) {
	title := p.Head.Title
	if !p.Head.Ends.Shown {
		p.Head = view.Head{Note: s.cfg.Prefill.Note}
	}
	p.Head.Title, p.Head.Assets = title, s.assets
	s.render(w, r, status, view.ProblemView(p))
}

// fail writes the page for an error on the way to a page. again is where to
// try it once more. Faults are in words already; anything else is logged and
// gives nothing away. A client that is gone, which is what ended the asking,
// gets nothing.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, sess *session.Session, err error, again string) {
	if respond.Gone(r) {
		respond.Nothing(w)
		return
	}
	s.logError(r, "asking a system", err)
	said := link.MessageOf(err)
	page := view.ProblemPage{Head: s.head(sess), Summary: said.What(), Todo: said.Advice(link.OnPage), Answers: true,
		Actions: []view.Action{{Label: "Try again", URL: again}}}
	page.Head.Title = "That did not work"
	status := http.StatusInternalServerError
	if f, ok := errors.AsType[*link.Fault](err); ok {
		status = http.StatusBadGateway
		page.Head.Title = f.System.Label() + " did not answer as it should"
		if f.Kind == link.FaultUnreachable {
			page.Head.Title = f.System.Label() + " did not answer"
		}
		page.Actions = append(page.Actions, view.Action{Label: "Change the connection to " + f.System.Label(),
			URL: "/" + string(f.System)})
	}
	s.problem(w, r, status, page)
}

// logError logs what failed. What fails because its client is gone has not
// failed.
func (s *Server) logError(r *http.Request, what string, err error) {
	if respond.Gone(r) {
		return
	}
	s.cfg.Log.ErrorContext(r.Context(), what, slog.String("id", middleware.GetReqID(r.Context())),
		slog.Any("error", err))
}

func start() []view.Action { return []view.Action{{Label: "Start", URL: "/"}} }

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusNotFound, view.ProblemPage{
		Head: view.Head{Title: "There is no such page"}, Summary: "The address does not lead anywhere in this program.",
		Todo: "Go to the start and follow the buttons. Your answers are kept.", Actions: start(),
	})
}

func (s *Server) wrongMethod(w http.ResponseWriter, r *http.Request) {
	routes, allowed := chi.RouteContext(r.Context()).Routes, []string{}
	if routes.Match(chi.NewRouteContext(), http.MethodGet, r.URL.Path) {
		allowed = append(allowed, http.MethodGet, http.MethodHead)
	}
	if routes.Match(chi.NewRouteContext(), http.MethodPost, r.URL.Path) {
		allowed = append(allowed, http.MethodPost)
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	s.problem(w, r, http.StatusMethodNotAllowed, view.ProblemPage{
		Head:    view.Head{Title: "This page cannot be opened by its address"},
		Summary: "It is the answer to a button on another page.",
		Todo:    "Go to the start and follow the buttons. Your answers are kept.", Actions: start(),
	})
}

// lastPage renders the page for a page that cannot be rendered, and for a
// panic. That is done once, at the start, so that nothing can fail later.
func lastPage(note string, assets view.Assets) ([]byte, error) {
	page := view.ProblemPage{
		Head:    view.Head{Title: "Something went wrong inside authpocket", Note: note, Assets: assets},
		Summary: "It is not something you did.",
		Todo:    "The program's log has the details. Your answers are kept, so you can go back and try again.",
		Actions: start(),
	}
	var text bytes.Buffer
	err := view.Visible(view.ProblemView(page)).Render(context.Background(), &text)
	return text.Bytes(), err
}

// sessionOver tells a browser once that its session is gone, and takes the
// cookie back.
func (s *Server) sessionOver(w http.ResponseWriter, r *http.Request) {
	session.Cookie.Set(w, r, "", -1)
	s.problem(w, r, http.StatusGone, view.ProblemPage{
		Head: view.Head{Title: "Your session is over"},
		Summary: "After 30 minutes without a click, 4 hours in all, or a new start of the program, authpocket " +
			"forgets the tokens and all answers.",
		Todo: "Start again and connect both systems. What was made in authentik and PocketBase stands, and is " +
			"found again.",
		Actions: start(),
	})
}

// badForm answers a form that could not be read.
func (s *Server) badForm(w http.ResponseWriter, r *http.Request, sess *session.Session, err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		page := view.ProblemPage{
			Head: s.head(sess), Summary: "Together, the fields of the form may hold 64 kB.",
			Todo: "Go back and leave out what is not needed, such as a file that is not a certificate.", Answers: true,
			Actions: []view.Action{{Label: "Back to the form", URL: r.URL.Path}},
		}
		page.Head.Title = "That is too much"
		s.problem(w, r, http.StatusRequestEntityTooLarge, page)
		return
	}
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "What the browser sent is not a form of this program.",
		Todo:    "Go back and send the form again.",
		Answers: true, Actions: []view.Action{{Label: "Back to the form", URL: r.URL.Path}},
	}
	page.Head.Title = "The form could not be read"
	s.problem(w, r, http.StatusBadRequest, page)
}

// stream follows a record as sendStream does, and logs what fails.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, state live.Follow,
	message func(n int) templ.Component) {
	if err := live.Stream(w, r, s.jobs.Ending(), state, message); err != nil {
		s.logError(r, "sending an event", err)
	}
}

// guard sends a browser that skipped ahead to the first page that is not
// answered. It answers false when it has.
func guard(w http.ResponseWriter, r *http.Request, p session.Progress, page string) bool {
	if p.Reaches(page) {
		return true
	}
	redirect(w, r, p.Missing())
	return false
}

// from tells whether a page was reached by a "Change" link of the review.
func from(values string) string {
	if values == "review" {
		return "review"
	}
	return ""
}
