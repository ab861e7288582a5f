package public

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"authpocket/internal/say"
	"authpocket/web/door"
	"authpocket/web/view"
)

// visitorCookie finds a visitor's sandbox, or their place in the queue.
const visitorCookie door.Cookie = "authpocket-visitor"

func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, p view.ProblemPage) {
	p.Head.Assets, p.Head.Note = s.assets, say.Of("Each visitor has a sandbox of their own.")
	if err := s.pages.Page(w, r, status, view.ProblemView(p)); err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "rendering", slog.Any("error", err))
	}
}

// visitorOf returns the visitor of a request, nil for a new one, and their sandbox, nil for none.
func (s *Server) visitorOf(r *http.Request) (*visitor, *place) {
	id := visitorCookie.Value(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.visitors[id]
	if v == nil {
		return nil, nil
	}
	return v, v.place
}

// startURL is where the button leads that starts a sandbox at a step.
func startURL(step string) string { return "/start" + atStep(step) }

// frontURL is the first page, for a step.
func frontURL(step string) string { return "/" + atStep(step) }

func atStep(step string) string {
	if step == "" {
		return ""
	}
	return "?" + url.Values{"at": {step}}.Encode()
}

func startAt(step string) []view.Action {
	return []view.Action{{Label: say.Of("Start a sandbox"), URL: startURL(step)}}
}

// showFront handles the "GET /" route.
func (s *Server) showFront(w http.ResponseWriter, r *http.Request) {
	step := stepOf(r.URL.Query())
	page := view.ProblemPage{
		Head: view.Head{Title: say.Of("Try authpocket")},
		Summary: say.Of("You get a sandbox of your own: the wizard with a simulated authentik and a real PocketBase. " +
			"All forms are filled in."),
		List: []say.Text{
			say.Of("It ends after %d minutes. Everything in it is then deleted.", s.minutes()),
			say.Of("It cannot reach any other system. Enter no real address and no real token."),
			say.Of("A note on each page says what happens there with your own systems."),
		},
		Press: startAt(step),
	}
	if _, p := s.visitorOf(r); p != nil {
		p.admit(w, r) // the answer that did may be lost
		page.Todo = say.Of("Your sandbox is still open. A new one takes its place.")
		page.Actions = []view.Action{{Label: say.Of("Continue in your sandbox"),
			URL: s.local(p, wizardPart+pathOf(step))}}
		page.Press = []view.Action{{Label: say.Of("Start a new sandbox"), URL: startURL(step)},
			{Label: say.Of("Delete your sandbox"), URL: "/end"}}
	}
	s.show(w, r, http.StatusOK, page)
}

func (s *Server) minutes() int { return max(1, int(s.cfg.Lifetime.Minutes())) }

// local is a path of a sandbox below the demo's.
func (s *Server) local(p *place, path string) string { return placesPath + p.id + path }

// startPlace handles the "POST /start" route.
func (s *Server) startPlace(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	if s.isDraining() {
		s.showDraining(w, r)
		return
	}
	v, had := s.visitorOf(r)
	if v == nil || had != nil { // who waits has been counted
		if !s.mayStart(w, r, now) {
			return
		}
		s.leave(had)
		v = &visitor{id: newID()}
	}
	visitorCookie.SetLax(w, r, v.id, 0) // links of a docs site lead back to the sandbox
	s.startOrWait(w, r, v, stepOf(r.URL.Query()), now)
}

// mayStart counts a start of the request's address, or answers that there were too many.
func (s *Server) mayStart(w http.ResponseWriter, r *http.Request, now time.Time) bool {
	wait, ok := s.starts.take(addressOf(r, s.cfg.Proxies), now)
	if !ok {
		s.counts.refused.Add(1)
		s.showTooMany(w, r, wait)
	}
	return ok
}

// startOrWait starts the visitor's sandbox and leads to a step in it, or else to the queue's page.
func (s *Server) startOrWait(w http.ResponseWriter, r *http.Request, v *visitor, step string, now time.Time) {
	switch turn := s.takeTurn(v, step, now); {
	case turn.over:
		s.showDraining(w, r)
		return
	case turn.again:
		w.Header().Set("Connection", "close")
		http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
		return
	case !turn.ready && r.Method == http.MethodPost:
		http.Redirect(w, r, "/wait", http.StatusSeeOther)
		return
	case !turn.ready:
		s.showTurn(w, r, turn)
		return
	}
	s.startNow(w, r, v, step)
}

// startNow starts the visitor's sandbox, whose place is reserved, and leads to a step in it.
func (s *Server) startNow(w http.ResponseWriter, r *http.Request, v *visitor, step string) {
	s.walks <- struct{}{}
	defer func() { <-s.walks }()
	left := func() bool { return r.Context().Err() != nil && visitorCookie.Value(r) != v.id } // nobody gets the cookies
	p, err := s.start(v, framedNow(r), left)
	switch {
	case errors.Is(err, errLeft):
		return
	case errors.Is(err, errClosed):
		s.showDraining(w, r)
		return
	case err != nil:
		s.cfg.Log.ErrorContext(r.Context(), "starting a sandbox", slog.Any("error", err))
		s.show(w, r, http.StatusInternalServerError, view.ProblemPage{
			Head:    view.Head{Title: say.Of("The sandbox could not be started")},
			Summary: say.Of("This is an error of the demo. Try again in a moment."), Press: startAt(step)})
		return
	}
	if !p.enter() { // before the walk
		s.showEnded(w, r)
		return
	}
	defer p.running.Done()
	p.admit(w, r)
	at, err := s.walkTo(r.Context(), w, p, step)
	if left() {
		s.leave(p)
		return
	}
	if err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "walking to a step", slog.String("step", step), slog.Any("error", err))
		at = "/"
	}
	http.Redirect(w, r, s.local(p, wizardPart+at), http.StatusSeeOther) // #nosec G710 -- a path of ours
}

// leave ends a visitor's sandbox, if they have one.
func (s *Server) leave(had *place) { s.endEach(func(p *place) bool { return p == had }) }

// endPlace handles the "POST /end" route.
func (s *Server) endPlace(w http.ResponseWriter, r *http.Request) {
	_, had := s.visitorOf(r)
	s.leave(had)
	visitorCookie.SetLax(w, r, "", -1)
	s.show(w, r, http.StatusOK, view.ProblemPage{
		Head:    view.Head{Title: say.Of("Your sandbox is deleted")},
		Summary: say.Of("Both systems and everything that you typed are gone."), Press: startAt("")})
}

// showWait handles the "GET /wait" route. Its page loads itself again until it is the visitor's turn.
func (s *Server) showWait(w http.ResponseWriter, r *http.Request) {
	v, has := s.visitorOf(r)
	switch {
	case v == nil:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case has != nil:
		has.admit(w, r)
		http.Redirect(w, r, s.local(has, wizardPart+"/"), http.StatusSeeOther) // #nosec G710 -- a path of ours
	default:
		s.startOrWait(w, r, v, s.stepOf(v), time.Now())
	}
}

func (s *Server) showTurn(w http.ResponseWriter, r *http.Request, t turn) {
	w.Header().Set("Refresh", strconv.Itoa(int(queueLook.Seconds())))
	minutes := int((t.wait + time.Minute - 1) / time.Minute)
	s.show(w, r, http.StatusOK, view.ProblemPage{
		Head:    view.Head{Title: say.Of("All sandboxes are taken")},
		Summary: say.Count(minutes, "Yours starts in about %d minute.", "Yours starts in about %d minutes."),
		List: []say.Text{
			say.Count(t.ahead, "%d visitor is ahead of you.", "%d visitors are ahead of you."),
			say.Of("This page loads itself again and opens your sandbox. If you close it, you leave the queue."),
		},
	})
}

func (s *Server) showTooMany(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	seconds := int(wait/time.Second) + 1
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	s.show(w, r, http.StatusTooManyRequests, view.ProblemPage{
		Head:    view.Head{Title: say.Of("Too many sandboxes from your address")},
		Summary: say.Of("At most %d may be started in a minute.", s.cfg.StartsPerMinute),
		Todo:    say.Count(seconds, "Try again in %d second.", "Try again in %d seconds."), Press: startAt("")})
}

func (s *Server) isDraining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

func (s *Server) showDraining(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "60")
	s.show(w, r, http.StatusServiceUnavailable, view.ProblemPage{
		Head:    view.Head{Title: say.Of("The demo is restarting")},
		Summary: say.Of("It starts no new sandbox at the moment."),
		Todo:    say.Of("Try again in a few minutes."),
		Actions: []view.Action{{Label: say.Of("Try again"), URL: "/"}}})
}

// showEnded answers for a sandbox that has ended, and for one of somebody else.
func (s *Server) showEnded(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Hx-Request") != "" {
		w.Header().Set("Hx-Refresh", "true") // replace the whole page
	}
	s.show(w, r, http.StatusNotFound, view.ProblemPage{
		Head: view.Head{Title: say.Of("This sandbox is not open")},
		Summary: say.Of("A sandbox ends after %d minutes, and everything in it is deleted. It opens only in the "+
			"browser that started it.", s.minutes()),
		Press: startAt("")})
}

func (s *Server) showSpent(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusTooManyRequests, view.ProblemPage{
		Head: view.Head{Title: say.Of("This sandbox has reached its limit")},
		Summary: say.Of("A sandbox answers %d requests, takes %d MB and keeps %d MB. Delete it to start another one.",
			placeRequests, placeTaken>>20, placeKept>>20),
		Press: []view.Action{{Label: say.Of("Delete your sandbox"), URL: "/end"}}})
}

func (s *Server) showBusy(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "1")
	s.show(w, r, http.StatusTooManyRequests, view.ProblemPage{
		Head:    view.Head{Title: say.Of("Too many requests at once")},
		Summary: say.Of("A sandbox answers %d requests at a time.", placeAtOnce),
		Todo:    say.Of("Close its other windows, and try again.")})
}

func (s *Server) showNothing(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusNotFound, view.ProblemPage{
		Head: view.Head{Title: say.Of("Page not found")}, Summary: say.Of("The demo has no page at this address."),
		Actions: []view.Action{{Label: say.Of("Go to start"), URL: "/"}}})
}

func (s *Server) showForeign(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusForbidden, view.ProblemPage{
		Head:    view.Head{Title: say.Of("Request from another site")},
		Summary: say.Of("The request did not come from a page of the demo, so it was rejected."),
		Actions: []view.Action{{Label: say.Of("Go to start"), URL: "/"}}})
}

// showDashboard is the page in place of PocketBase's dashboard. A test sign-in ends at it.
func (s *Server) showDashboard(w http.ResponseWriter, r *http.Request) {
	r = s.spoken(door.Mount{Path: s.cfg.URL.Path}.Of(r))
	s.show(w, r, http.StatusOK, view.ProblemPage{
		Head: view.Head{Title: say.Of("The PocketBase of your sandbox")},
		Summary: say.Of("It is a real PocketBase without its dashboard, because this demo is public. If you come " +
			"from a test sign-in, close this window."),
	})
}
