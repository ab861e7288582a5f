// Package public serves the demo that anybody can open: each visitor gets a sandbox, all of them under one address.
package public

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"authpocket/internal/say"
	"authpocket/sandbox/pocketbasehost"
	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/respond"
	"authpocket/web/view"
)

// keysReady is how many signing keys are made in advance.
const keysReady = 32

// startsAtOnce is how many sandboxes are started at once, or two for each processor: with more, all take as long as the
// last one.
const startsAtOnce = 4

// Why a sandbox is not started.
var (
	errClosed = errors.New("the demo has ended")
	errLeft   = errors.New("the visitor has left")
)

// templateName is the template's directory, in the demo's.
const templateName = "template"

// sweepEvery is how often sandboxes are ended whose time is up.
const sweepEvery = time.Second

// Config configures a Server.
type Config struct {
	// URL is what browsers open, such as https://docs.example/demo.
	URL *url.URL
	// Frames are the origins that may show the demo in a frame. They need an https URL, or one of this machine.
	Frames []string
	// Proxies may say by X-Forwarded-For where a request comes from.
	Proxies []netip.Prefix
	// Max is how many sandboxes there may be at once.
	Max int
	// StartsPerMinute is how many sandboxes one address may start in a minute.
	StartsPerMinute int
	// Lifetime is that of a sandbox.
	Lifetime time.Duration
	// Dir is where the sandboxes' data is. It must exist; empty means a temporary directory.
	Dir string
	// PodCookie is the cookie by which a gateway keeps a browser at this process, if there are several. Its path is /.
	PodCookie string
	// AuthentikVersion is the version that authentik answers as. Empty means authentiksim.DefaultVersion.
	AuthentikVersion string
	Log              *slog.Logger // nil discards
	// Renew is called once there is no sandbox and nobody waits for one, and the program still keeps memory of those
	// that were. It must have another program serve the demo, or this one anew. Until then, whoever wants a sandbox
	// asks again. nil means never.
	Renew func()
}

// Server serves the demo.
type Server struct {
	cfg       Config
	template  string // of PocketBase's data
	temp      string // removed by Close
	release   func() // of temp
	room      func(dir string) (free uint64, known bool)
	keys      *keys
	files     *static.Files
	assets    view.Assets
	languages *say.Languages
	pages     respond.Pages
	starts    *starts
	walks     chan struct{} // one for each start under way
	counts    counts

	mu       sync.Mutex
	byID     map[string]*place
	opening  int // places that are reserved for sandboxes under way
	closing  int // sandboxes that nobody finds any more and that are not gone yet
	visitors map[string]*visitor
	queue    []*visitor
	draining bool
	closed   bool
	deadline time.Time // of the drain
	renewing bool      // Renew is called

	memory memory // of sweep alone

	sweeping sync.WaitGroup
	starting sync.WaitGroup // of those in opening
	ending   sync.WaitGroup
	stop     context.CancelFunc
}

// New prepares a demo. Close must be called at the end. The program's http.DefaultTransport must be
// pocketbasehost.Outgoing.
func New(cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := check(cfg); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, byID: map[string]*place{}, visitors: map[string]*visitor{},
		starts: newStarts(cfg.StartsPerMinute), room: roomIn,
		walks: make(chan struct{}, max(startsAtOnce, 2*runtime.GOMAXPROCS(0)))}
	var err error
	if s.files, err = static.Load(); err != nil {
		return nil, err
	}
	if s.languages, err = say.Load(); err != nil {
		return nil, err
	}
	s.assets = respond.Assets(s.files)
	if s.temp, s.release, err = ownDir(cfg.Dir); err != nil {
		return nil, err
	}
	s.template = filepath.Join(s.temp, templateName)
	if err = s.prepare(); err != nil {
		s.release()
		return nil, errors.Join(err, os.RemoveAll(s.temp))
	}
	s.memory = newMemory()
	s.keys = newKeys(keysReady, func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.free()
	})
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.sweeping.Go(func() { s.sweep(ctx) })
	return s, nil
}

// prepare makes what sandboxes start from.
func (s *Server) prepare() error {
	if room, known := s.room(s.temp); known && room < placeKept {
		return fmt.Errorf("the disk of %s has %d MB free, and a sandbox may need %d MB", s.temp, room>>20,
			placeKept>>20)
	}
	return pocketbasehost.Template(s.template)
}

func check(cfg Config) error {
	switch {
	case cfg.Max < 1 || cfg.StartsPerMinute < 1 || cfg.Lifetime <= 0:
		return errors.New("the demo needs room for a sandbox, a start per minute and a lifetime")
	case len(cfg.Frames) > 0 && cfg.URL.Scheme != "https" && !door.Loopback(cfg.URL.Host):
		return errors.New("browsers keep the cookies of a frame only over https: give an https public URL")
	}
	for _, origin := range cfg.Frames {
		if err := door.CheckOrigin(origin); err != nil {
			return fmt.Errorf("the demo cannot be framed: %w", err)
		}
	}
	return nil
}

// sweep ends sandboxes whose time is up and forgets visitors who left the queue.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			now := time.Now()
			s.starts.forget(now)
			s.endEach(func(p *place) bool { return !now.Before(p.ends) })
			s.leaveQueue(now)
			s.giveBack(now)
		}
	}
}

// endEach ends the sandboxes that fit.
func (s *Server) endEach(fits func(*place) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, p := range s.byID {
		if fits(p) {
			delete(s.byID, id)
			s.end(p)
		}
	}
	for id, v := range s.visitors {
		if v.place != nil && s.byID[v.place.id] == nil {
			delete(s.visitors, id)
		}
	}
}

// end ends a sandbox that nobody finds any more. The caller holds mu.
func (s *Server) end(p *place) {
	s.counts.ended.Add(1)
	s.closing++
	s.ending.Go(func() {
		if err := p.close(); err != nil {
			s.cfg.Log.Error("ending a sandbox", slog.Any("error", err))
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closing--
	})
}

// alive is how many sandboxes there are, those under way included. The caller holds mu.
func (s *Server) alive() int { return len(s.byID) + s.opening }

// open starts a sandbox. The caller has reserved its place in opening.
func (s *Server) open(framed bool) (*place, error) {
	key, err := s.keys.take()
	if err != nil {
		return nil, fmt.Errorf("making a signing key: %w", err)
	}
	return openPlace(placeConfig{Public: s.cfg.URL, Dir: s.temp, Template: s.template, Key: key,
		Version: s.cfg.AuthentikVersion, Frames: s.cfg.Frames, Framed: framed, Ends: time.Now().Add(s.cfg.Lifetime),
		Languages: s.languages, Dashboard: http.HandlerFunc(s.showDashboard), Log: s.cfg.Log})
}

// start starts a sandbox for a visitor, unless they have left meanwhile. The caller has reserved its place.
func (s *Server) start(v *visitor, framed bool, left func() bool) (p *place, err error) {
	defer s.starting.Done()
	switch {
	case s.isClosed():
		err = errClosed
	case left():
		err = errLeft
	default:
		p, err = s.open(framed)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	v.opens = false
	if err != nil {
		delete(s.visitors, v.id)
		return nil, err
	}
	s.counts.started.Add(1)
	if s.draining && s.deadline.Before(p.ends) {
		p.ends = s.deadline
	}
	s.byID[p.id] = p
	v.place = p
	return p, nil
}

// Drain starts no more sandboxes and returns once all present ones have ended, or ends them after the limit.
func (s *Server) Drain(ctx context.Context, limit time.Duration) {
	s.mu.Lock()
	s.draining, s.deadline, s.queue = true, time.Now().Add(limit), nil
	s.mu.Unlock()
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for time.Now().Before(s.deadline) {
		s.mu.Lock()
		alive := s.alive()
		s.mu.Unlock()
		if alive == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Close ends all sandboxes and removes their data.
func (s *Server) Close() error {
	s.mu.Lock()
	s.draining, s.closed, s.queue = true, true, nil
	s.mu.Unlock()
	s.stop()
	s.sweeping.Wait()
	s.starting.Wait()
	s.keys.close()
	s.endEach(func(*place) bool { return true })
	s.ending.Wait()
	s.release()
	if err := os.RemoveAll(s.temp); err != nil {
		return fmt.Errorf("removing the demo's directory: %w", err)
	}
	return nil
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// newID returns 260 random bits as text.
func newID() string { return rand.Text() + rand.Text() }
