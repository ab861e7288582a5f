package web

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/say"
	"authpocket/web/door"
	"authpocket/web/session"
	"authpocket/web/view"
)

func start() []view.Action { return []view.Action{{Label: say.Of("Go to start"), URL: "/"}} }

func goOn() say.Text { return say.Of("Go to the start page and continue from there.") }

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.reply.Problem(w, r, http.StatusNotFound, nil, view.ProblemPage{
		Head: view.Head{Title: say.Of("Page not found")}, Summary: say.Of("authpocket has no page at this address."),
		Todo: goOn(), Answers: true, Actions: start(),
	})
}

// gone writes the page for work that the browser's session does not have, such as an apply of an earlier one.
func (s *Server) gone(w http.ResponseWriter, r *http.Request) {
	s.reply.Problem(w, r, http.StatusNotFound, nil, view.ProblemPage{
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
	s.reply.Problem(w, r, http.StatusMethodNotAllowed, nil, view.ProblemPage{
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
		Head: view.Head{Title: say.Of("Something went wrong inside authpocket"), Note: s.cfg.Note,
			Assets: s.reply.Assets},
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
	s.reply.Problem(w, r, http.StatusGone, nil, view.ProblemPage{
		Head: view.Head{Title: say.Of("Your session has ended")},
		Summary: say.Of("Sessions end after 30 minutes of inactivity, after 4 hours, or when authpocket restarts. " +
			"Tokens and answers are deleted."),
		Todo: say.Of("Start again and connect both systems. Changes already made in authentik and PocketBase are " +
			"kept, and authpocket detects them."),
		Actions: start(),
	})
}

// ownPagesOnly refuses what another site's page sends.
func (s *Server) ownPagesOnly() func(http.Handler) http.Handler {
	return door.OwnPagesOnly(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.reply.Problem(w, r, http.StatusForbidden, nil, view.ProblemPage{
			Head:    view.Head{Title: say.Of("Request from another site")},
			Summary: say.Of("The request did not come from a page of authpocket, so it was rejected."),
			Todo:    say.Of("Open authpocket at its own address and use the button there."),
			Actions: start(),
		})
	}))
}

// settingsFirst says why a page about an existing link cannot be shown yet.
func (s *Server) settingsFirst(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.reply.Problem(w, r, http.StatusConflict, sess, view.ProblemPage{
		Head: view.Head{Title: say.Of("Confirm the settings first")},
		Summary: say.Of("authpocket reads the settings from both systems again after they were connected, and after " +
			"an undo. You have not confirmed them since."),
		Todo:    say.Of("Continue from the settings to the review, and choose this again there."),
		Actions: []view.Action{{Label: say.Of("Go to the settings"), URL: "/settings"}},
	})
}
