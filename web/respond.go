package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/door"
	"authpocket/web/live"
	"authpocket/web/middleware"
	"authpocket/web/respond"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// render writes a whole page, or the last page where its template fails.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	w.Header().Set("Vary", "HX-Request-Type")
	if err := s.pages.Page(w, r, status, page); err != nil {
		s.logError(r, "rendering", err)
	}
}

// redirect sends the browser on with a GET.
func redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, path, http.StatusSeeOther) // #nosec G710 -- paths of ours
}

// head returns the frame of a page in this session.
func (s *Server) head(sess *session.Session) view.Head {
	p := sess.Look()
	h := view.Head{Note: s.cfg.Prefill.Note, Assets: s.assets, Held: p.Authentik != nil || p.PocketBase != nil}
	h.Receipts = s.cfg.Receipts != nil && p.Authentik != nil && p.PocketBase != nil
	h.Ends = view.Ends{Shown: true, Joined: p.Live}
	if p.Settled != nil {
		h.Ends.Authentik, h.Ends.PocketBase = view.NewEnd(p.Settled.AuthentikURL, say.Text{}),
			view.NewEnd(p.Settled.PocketBaseURL, say.Text{})
	}
	if p.Authentik != nil {
		h.Ends.Authentik = view.NewEnd(p.Authentik.Login.URL, p.Authentik.Found())
	}
	if p.PocketBase != nil {
		h.Ends.PocketBase = view.NewEnd(p.PocketBase.Login.URL, p.PocketBase.Found())
	}
	h.Ends.Checked = p.Live && p.Verify.Proven()
	h.Ends.Proved = p.Live && !s.signedIn(sess).At.IsZero() && !doubted(p.Verify.Input())
	return h
}

// doubted reports whether checks that ended say that sign-in may not work, or could not be asked.
func doubted(in proof.VerifyInput) bool {
	return in.Ended && !in.Checks.Good()
}

// titled returns the frame of a page in this session with that title.
func (s *Server) titled(sess *session.Session, title say.Text) view.Head {
	h := s.head(sess)
	h.Title = title
	return h
}

// problem writes a page that says what is wrong and what to do.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, status int, p view.ProblemPage) {
	title := p.Head.Title
	if !p.Head.Ends.Shown {
		p.Head = view.Head{Note: s.cfg.Prefill.Note}
	}
	p.Head.Title, p.Head.Assets = title, s.assets
	if p.Answers {
		sess, _ := s.sessions.Of(r)
		p.Answers = sess.Holds()
	}
	s.render(w, r, status, view.ProblemView(p))
}

// logError logs an error, unless the client has disconnected.
func (s *Server) logError(r *http.Request, what string, err error) {
	if respond.Gone(r) {
		return
	}
	s.cfg.Log.ErrorContext(r.Context(), what, middleware.ID(r), slog.Any("error", err))
}

// logRefused logs why a connection failed that was just asked for. Most often
// a typing mistake is why, and the page says so: it is no error of the program.
func (s *Server) logRefused(r *http.Request, what string, err error) {
	if respond.Gone(r) {
		return
	}
	s.cfg.Log.InfoContext(r.Context(), what, middleware.ID(r), slog.String("refused", shorten(err.Error())))
}

// logText bounds what a line of the log repeats of what was typed, in bytes.
const logText = 300

func shorten(text string) string {
	if len(text) <= logText {
		return text
	}
	return strings.ToValidUTF8(text[:logText], "") + "…"
}

func start() []view.Action { return []view.Action{{Label: say.Of("Go to start"), URL: "/"}} }

func goOn() say.Text { return say.Of("Go to the start page and continue from there.") }

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusNotFound, view.ProblemPage{
		Head: view.Head{Title: say.Of("Page not found")}, Summary: say.Of("authpocket has no page at this address."),
		Todo: goOn(), Answers: true, Actions: start(),
	})
}

// gone writes the page for work that the browser's session does not have, such as an apply of an earlier one.
func (s *Server) gone(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusNotFound, view.ProblemPage{
		Head:    view.Head{Title: say.Of("This is no longer shown")},
		Summary: say.Of("The page belongs to a session that has ended, or to work that was done too long ago."),
		Todo: say.Of("Start again and connect both systems. Changes already made in authentik and PocketBase are " +
			"kept, and authpocket detects them."),
		Answers: true, Actions: start(),
	})
}

func (s *Server) wrongMethod(w http.ResponseWriter, r *http.Request) {
	routes, allowed := chi.RouteContext(r.Context()).Routes, []string{}
	for _, methods := range [][]string{{http.MethodGet, http.MethodHead}, {http.MethodPost}} {
		if routes.Match(chi.NewRouteContext(), methods[0], r.URL.Path) {
			allowed = append(allowed, methods...)
		}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	s.problem(w, r, http.StatusMethodNotAllowed, view.ProblemPage{
		Head:    view.Head{Title: say.Of("This page cannot be opened directly")},
		Summary: say.Of("It only responds to a button on another page."),
		Todo:    goOn(), Answers: true, Actions: start(),
	})
}

// lastPages returns the page for a panic or a failed template, in the language of the context. The English one is
// rendered at the start, so that it cannot fail later. It takes the place of one that does.
func (s *Server) lastPages() (func(context.Context) []byte, error) {
	english, err := s.lastPage(s.languages.English())
	pages := map[string]func() []byte{}
	for _, l := range s.languages.All() {
		pages[l.Tag] = sync.OnceValue(func() []byte {
			if page, err := s.lastPage(l); err == nil {
				return page
			}
			return english
		})
	}
	return func(ctx context.Context) []byte { return pages[say.Tag(ctx)]() }, err
}

func (s *Server) lastPage(l *say.Language) ([]byte, error) {
	ctx := view.WithMount(context.Background(), s.cfg.Mount.Path)
	ctx = view.WithSwitch(ctx, view.Switch{Languages: s.languages.All(), Page: "/"})
	page := view.ProblemPage{
		Head: view.Head{Title: say.Of("Something went wrong inside authpocket"), Note: s.cfg.Prefill.Note,
			Assets: s.assets},
		Summary: say.Of("This is an error in authpocket, not something you did."),
		Todo:    say.Of("See authpocket's log for details, then go back and try again."),
		Actions: start(),
	}
	return view.Visible(say.With(ctx, l), new(bytes.Buffer), view.ProblemView(page))
}

// sessionOver says once that the session has ended, and removes the cookie. What a page's script asks for, such as an
// event stream, is shown to nobody: the next page still has to say it.
func (s *Server) sessionOver(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-Fetch-Dest") != "empty" {
		session.Cookie.Set(w, r, "", -1)
	}
	s.problem(w, r, http.StatusGone, view.ProblemPage{
		Head: view.Head{Title: say.Of("Your session has ended")},
		Summary: say.Of("Sessions end after 30 minutes of inactivity, after 4 hours, or when authpocket restarts. " +
			"Tokens and answers are deleted."),
		Todo: say.Of("Start again and connect both systems. Changes already made in authentik and PocketBase are " +
			"kept, and authpocket detects them."),
		Actions: start(),
	})
}

// badForm writes the page for a form that could not be read.
func (s *Server) badForm(w http.ResponseWriter, r *http.Request, sess *session.Session, err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		s.problem(w, r, http.StatusRequestEntityTooLarge, view.ProblemPage{
			Head:    s.titled(sess, say.Of("The form is too large")),
			Summary: say.Of("The form is limited to 64 kB in total."),
			Todo:    say.Of("Go back and remove what is not needed, such as a file that is not a certificate."),
			Answers: true,
			Actions: []view.Action{{Label: say.Of("Back to the form"), URL: r.URL.Path}},
		})
		return
	}
	s.problem(w, r, http.StatusBadRequest, view.ProblemPage{
		Head:    s.titled(sess, say.Of("The form could not be read")),
		Summary: say.Of("The request is not a form of authpocket."),
		Todo:    say.Of("Go back and submit the form again."),
		Answers: true, Actions: []view.Action{{Label: say.Of("Back to the form"), URL: r.URL.Path}},
	})
}

// ownPagesOnly refuses what another site's page sends.
func (s *Server) ownPagesOnly() func(http.Handler) http.Handler {
	return door.OwnPagesOnly(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, r, http.StatusForbidden, view.ProblemPage{
			Head:    view.Head{Title: say.Of("Request from another site")},
			Summary: say.Of("The request did not come from a page of authpocket, so it was rejected."),
			Todo:    say.Of("Open authpocket at its own address and use the button there."),
			Actions: []view.Action{{Label: say.Of("Go to start"), URL: "/"}},
		})
	}))
}

// stream sends the events of a record, and logs errors.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, state live.Follow,
	message func(n int, over bool) templ.Component) {
	if err := live.Stream(w, r, s.jobs.Ending(), state, func(n int) templ.Component {
		count, _, _ := state()
		return message(n, n > count)
	}); err != nil {
		s.logError(r, "sending an event", err)
	}
}

// guard redirects a browser that skipped ahead to the first page without an
// answer. It returns false if it did.
func guard(w http.ResponseWriter, r *http.Request, p *session.Progress, page string) bool {
	if p.Reaches(page) {
		return true
	}
	redirect(w, r, p.Missing())
	return false
}

// settingsFirst says why a page about an existing link cannot be shown yet.
func (s *Server) settingsFirst(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.problem(w, r, http.StatusConflict, view.ProblemPage{
		Head: s.titled(sess, say.Of("Confirm the settings first")),
		Summary: say.Of("authpocket reads the settings from both systems again after they were connected, and after " +
			"an undo. You have not confirmed them since."),
		Todo:    say.Of("Continue from the settings to the review, and choose this again there."),
		Actions: []view.Action{{Label: say.Of("Go to the settings"), URL: "/settings"}},
	})
}

// from returns "review" for a page that a "Change" link of the review opened.
func from(values string) string {
	if values == "review" {
		return "review"
	}
	return ""
}

// recently returns the handler of a page that asks both systems. It shows what
// was read for the page seconds ago again, unless the browser reloads.
func (s *Server) recently(next func(http.ResponseWriter, *http.Request, *session.Session,
	session.Progress)) func(http.ResponseWriter, *http.Request, *session.Session, session.Progress) {
	return func(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
		if page := sess.Recent(r.URL.Path, r.URL.RequestURI()); page != nil && !reloads(r) {
			s.render(w, r, http.StatusOK, page)
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
	s.render(w, r, http.StatusOK, page)
}

func reloads(r *http.Request) bool {
	asked := r.Header.Get("Cache-Control")
	return strings.Contains(asked, "max-age=0") || strings.Contains(asked, "no-cache")
}

// signedIn returns the last test sign-in that worked since the last change of
// the link.
func (s *Server) signedIn(sess *session.Session) (seen report.SignedIn) {
	p := sess.Look()
	if p.Settled == nil {
		return seen
	}
	for _, run := range s.signIns.All(sess) {
		v := run.Verdict()
		if v != nil && v.Works && run.Made.After(p.Settled.At) && run.Made.After(seen.At) {
			seen = report.SignedIn{Name: cmp.Or(v.Record.Email, v.Record.ID), At: run.Made}
		}
	}
	return seen
}
