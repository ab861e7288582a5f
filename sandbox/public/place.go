package public

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"authpocket/internal/connect"
	"authpocket/internal/journal"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/pocketbasehost"
	"authpocket/web"
	"authpocket/web/connections"
	"authpocket/web/door"
)

// Limits of one sandbox. A visitor who goes through the whole wizard makes some 100 requests.
const (
	placeRequests = 5000      // in its life
	placeAtOnce   = 32        // requests at a time
	placeBody     = 256 << 10 // of a request, in bytes
	placeTaken    = 2 << 20   // of all requests in its life, in bytes, of what may stay in memory
	placeKept     = 16 << 20  // on disk, in bytes
	placeLook     = 50        // requests between two looks at the disk
	placeEvents   = 2000      // of authentik
)

// placeDisk is what most sandboxes need of the disk, in bytes. It is left to those that are there.
const placeDisk = 1 << 20

// hangUpAfter is how long a client may take at the end for what it is being sent or sends.
const hangUpAfter = 2 * time.Second

// The parts of a sandbox, as the first name of a path below its root.
const (
	wizardPart     = "/wizard"
	authentikPart  = "/authentik"
	pocketbasePart = "/pocketbase"
)

// placeCookie shows that a browser is the one that started a sandbox.
const placeCookie door.Cookie = "authpocket-sandbox"

// placeConfig configures a sandbox.
type placeConfig struct {
	Public    *url.URL // of the demo, without a slash at the end
	Dir       string   // in which it makes its own
	Template  string   // of pocketbasehost.Template
	Key       *rsa.PrivateKey
	Version   string // of authentik
	Frames    []string
	Framed    bool
	Ends      time.Time
	Languages *say.Languages
	Dashboard http.Handler // the page in place of PocketBase's dashboard
	Log       *slog.Logger
}

// place is one visitor's sandbox: a wizard, a simulated authentik and a PocketBase, which reach each other and nothing
// else.
type place struct {
	id, key string
	root    url.URL // without a slash at the end
	framed  bool
	ends    time.Time
	dir     string
	person  string // who can sign in
	secret  string // their password

	authentik  *authentiksim.Server
	pocketbase *pocketbasehost.Inside
	wizard     *web.Server
	parts      map[string]http.Handler
	ways       *reach

	answered atomic.Int64
	taken    atomic.Int64 // bytes
	full     atomic.Bool  // the directory has more than placeKept
	turns    chan struct{}

	mu      sync.Mutex
	over    bool
	clients map[*http.ResponseController]struct{} // of the requests that parts answer
	running sync.WaitGroup
}

// openPlace starts a sandbox.
func openPlace(cfg placeConfig) (*place, error) {
	p := &place{id: rand.Text(), key: rand.Text() + rand.Text(), framed: cfg.Framed, ends: cfg.Ends,
		person: "ada", secret: rand.Text()[:12], turns: make(chan struct{}, placeAtOnce),
		clients: map[*http.ResponseController]struct{}{}}
	p.root = *cfg.Public
	p.root.Path += placesPath + p.id
	var err error
	if p.dir, err = os.MkdirTemp(cfg.Dir, "sandbox-"); err != nil {
		return nil, fmt.Errorf("creating a sandbox's directory: %w", err)
	}
	if err = p.open(cfg); err != nil {
		return nil, errors.Join(err, os.RemoveAll(p.dir))
	}
	return p, nil
}

func (p *place) open(cfg placeConfig) error {
	authentik, pocketbase := p.base(authentikPart), p.base(pocketbasePart)
	p.ways = &reach{}
	var err error
	if p.pocketbase, err = pocketbasehost.Open(pocketbasehost.InsideConfig{Template: cfg.Template, DataDir: p.dir,
		URL: pocketbase.String(), Through: p.ways}); err != nil {
		return err
	}
	p.authentik = authentiksim.New(authentiksim.Config{Version: cfg.Version, SigningKey: cfg.Key,
		EventsKept: placeEvents, URL: authentik.String(), ShowPassword: map[string]string{p.person: p.secret}})
	p.authentik.AddPerson(p.person, "Ada Lovelace", "ada@example.com", p.secret, nil)
	inside := http.StripPrefix(pocketbase.Path, p.pocketbase)
	p.ways.ways = []way{{authentik, p.authentik}, {pocketbase, inside}}

	receipts := filepath.Join(p.dir, "receipts")
	if err := os.Mkdir(receipts, 0o700); err != nil {
		return errors.Join(fmt.Errorf("creating the directory of receipts: %w", err), p.pocketbase.Close())
	}
	store, err := journal.Open(receipts)
	if err != nil {
		return errors.Join(fmt.Errorf("opening the directory of receipts: %w", err), p.pocketbase.Close())
	}
	p.wizard = web.New(web.Config{
		Log: cfg.Log, Receipts: store, Version: "demo", Languages: cfg.Languages, Shared: true,
		Connect: connect.Connector{Through: p.ways},
		Hosts:   door.Hosts{Public: cfg.Public},
		Mount:   door.Mount{Path: p.base(wizardPart).Path, Frames: cfg.Frames, Framed: cfg.Framed},
		Prefill: connections.Prefill{
			AuthentikURL: authentik.String(), AuthentikToken: secret.New(p.authentik.AdminToken()),
			PocketBaseURL: pocketbase.String(), PocketBaseToken: secret.New(p.pocketbase.Token()),
		},
		Note: say.Of("Sign in to the simulated authentik as %s with the password %s.", p.person, p.secret),
	})
	p.parts = map[string]http.Handler{
		wizardPart:    p.wizard.Handler(),
		authentikPart: fromOutside(cfg.Frames, p.authentik),
		pocketbasePart: fromOutside(cfg.Frames,
			http.StripPrefix(pocketbase.Path, visitorsOnly(cfg.Dashboard, p.pocketbase))),
	}
	return nil
}

// base returns the address of a part.
func (p *place) base(part string) *url.URL {
	u := p.root
	u.Path += part
	return &u
}

// mount is where the cookie of the sandbox belongs.
func (p *place) mount() door.Mount { return door.Mount{Path: p.root.Path, Framed: p.framed} }

// knows reports whether a browser is the visitor's. In a frame of another site the window of a sign-in has no cookie,
// so that the two systems are open to whoever has the path, which nobody can guess; they ask for passwords and tokens
// of their own.
func (p *place) knows(r *http.Request, part string) bool {
	got := placeCookie.Value(p.mount().Of(r))
	return subtle.ConstantTimeCompare([]byte(got), []byte(p.key)) == 1 || p.framed && part != wizardPart
}

// admit gives the visitor's browser its cookie.
func (p *place) admit(w http.ResponseWriter, r *http.Request) {
	placeCookie.Set(w, p.mount().Of(r), p.key, 0)
}

// partOf returns the part that a path below the root leads to, empty for none.
func (p *place) partOf(path string) string {
	rest := strings.TrimPrefix(path, p.root.Path)
	for part := range p.parts {
		if rest == part || strings.HasPrefix(rest, part+"/") {
			return part
		}
	}
	return ""
}

// enter begins a request. It answers false for a sandbox that has ended.
func (p *place) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return false
	}
	p.running.Add(1)
	return true
}

// serve answers a request to a part, or returns false if the sandbox answers too many. The caller has entered.
func (p *place) serve(w http.ResponseWriter, r *http.Request, part string) bool {
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	default:
		return false
	}
	client := http.NewResponseController(w)
	p.change(func() { p.clients[client] = struct{}{} })
	defer p.change(func() { delete(p.clients, client) })
	r.Body = http.MaxBytesReader(w, p.counted(r.Body), placeBody)
	p.parts[part].ServeHTTP(w, r)
	return true
}

func (p *place) change(what func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what()
}

// close ends all requests and work, and removes everything. A change that is being written is finished first.
func (p *place) close() error {
	p.change(func() { p.over = true })
	p.wizard.Close()
	p.pocketbase.EndStreams()
	late := time.AfterFunc(hangUpAfter, p.hangUp)
	p.running.Wait()
	late.Stop()
	return errors.Join(p.pocketbase.Close(), os.RemoveAll(p.dir))
}

// hangUp ends the requests that wait for their client. PocketBase's event stream would wait without end.
func (p *place) hangUp() {
	p.change(func() {
		now := time.Now()
		for client := range p.clients { // one that cannot has no client to wait for
			_, _ = client.SetReadDeadline(now), client.SetWriteDeadline(now)
		}
	})
}

// client returns a client that reaches the parts of this sandbox only, as its visitor's browser does.
func (p *place) client(mark func(*http.Request) *http.Request) *http.Client {
	ways := &reach{}
	for part, handler := range p.parts {
		ways.ways = append(ways.ways, way{p.base(part), http.HandlerFunc(
			func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, mark(r)) })})
	}
	return &http.Client{Transport: ways}
}
