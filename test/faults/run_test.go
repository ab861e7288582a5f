package faults_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	pbrest "authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// run is one run of authpocket, in the way of the command line.
type run struct {
	l     *lab
	fault *fault // what fails at which call, or nil
	at    call
	state string // the state directory, empty for that of the lab

	struck  atomic.Bool // the fault has occurred
	printed locked      // log and messages
	checks  report.Checks
	plan    link.Plan
}

// operation is what a run does after connecting.
type operation struct {
	name string
	do   func(context.Context, *run, *engine.Engine, link.Spec) error
}

func planning() operation {
	return operation{"plan", func(ctx context.Context, r *run, e *engine.Engine, s link.Spec) (err error) {
		r.plan, err = e.Plan(ctx, s)
		return err
	}}
}

func applying() operation {
	return operation{"apply", carrying((*engine.Engine).Plan)}
}

func rotating() operation {
	return operation{"rotate", carrying((*engine.Engine).Rotation)}
}

func removing() operation {
	return operation{"remove", carrying((*engine.Engine).Removal)}
}

func undoing() operation {
	return operation{"undo", carrying(func(e *engine.Engine, ctx context.Context, spec link.Spec) (link.Plan, error) {
		id, err := e.Newest(&spec)
		if err != nil {
			return link.Plan{}, err
		}
		return e.Undo(ctx, id, false)
	})}
}

func verifying() operation {
	return operation{"verify", func(ctx context.Context, r *run, e *engine.Engine, s link.Spec) error {
		d, err := e.Desire(ctx, &s)
		if err != nil {
			return err
		}
		r.checks = e.Verify(ctx, d, 0)
		return nil
	}}
}

func carrying(make func(*engine.Engine, context.Context, link.Spec) (link.Plan, error)) func(context.Context, *run,
	*engine.Engine, link.Spec) error {
	return func(ctx context.Context, r *run, e *engine.Engine, s link.Spec) (err error) {
		if r.plan, err = make(e, ctx, s); err != nil {
			return err
		}
		return e.Apply(ctx, r.plan, r.record)
	}
}

// record stores the messages of a hook's events.
func (r *run) record(event apply.Event) {
	_, _ = r.printed.Write([]byte(string(event.State) + " " + event.Change.ID() + " " + fmt.Sprint(event.Messages) +
		"\n"))
}

// start connects and runs the operation, as a new run for the proxies.
func (r *run) start(op operation, spec link.Spec) error {
	a, b := r.client(r.l.authentik), r.client(r.l.pb)
	defer a.CloseIdleConnections()
	defer b.CloseIdleConnections()
	e, err := r.connect(a, b)
	if err != nil {
		return err
	}
	return op.do(background(r.l.t), r, e, spec)
}

// client returns a client for the system behind p, and sets its fault.
func (r *run) client(p *proxy) *http.Client {
	disturb := r.disturbing(p.system)
	client := outbound.New(outbound.Config{})
	if disturb == nil || !r.fault.refused && !r.fault.hangs {
		p.next(disturb)
		return client
	}
	own := &proxy{system: p.system}
	own.next(disturb)
	client.Transport = detour{client.Transport, outbound.New(outbound.Config{Timeout: patience}).Transport, own}
	p.next(nil)
	p.hang(r.fault)
	return client
}

// disturbing returns a function that decides which calls to the system fail.
func (r *run) disturbing(system report.System) func(call) *fault {
	if r.fault == nil || r.at.system != system {
		return nil
	}
	return func(c call) *fault {
		switch {
		case c == r.at:
			r.struck.Store(true)
		case r.fault.twice && r.struck.Load() && c.what == r.at.what && c.nth == r.at.nth+1:
		case !r.fault.stays || !r.struck.Load():
			return nil
		}
		return r.fault
	}
}

// connect connects to both systems at the same time, like the command line.
func (r *run) connect(clientA, clientB *http.Client) (*engine.Engine, error) {
	ctx := background(r.l.t)
	var (
		a     *authentik.Client
		b     *pocketbase.Client
		errs  [2]error
		group errgroup.Group
	)
	log := slog.New(slog.NewTextHandler(&r.printed, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfgA := rest.Config{URL: r.l.authentikURL, Token: secret.New(adminToken), HTTP: clientA, Log: log, Pause: noPause}
	cfgB := pbrest.Config{URL: r.l.pocketbaseURL, Token: secret.New(r.l.pocketbase.Token()), HTTP: clientB,
		Log: log, Pause: noPause}
	group.Go(func() error { a, errs[0] = authentik.Connect(ctx, cfgA); return nil })
	group.Go(func() error { b, errs[1] = pocketbase.Connect(ctx, cfgB); return nil })
	_ = group.Wait() // both are contacted whatever the other responds
	if err := errors.Join(errs[0], errs[1]); err != nil {
		return nil, err
	}
	if r.state == "" {
		r.state = r.l.state()
	}
	store, err := journal.Open(r.state)
	if err != nil {
		return nil, err
	}
	return engine.New(engine.Config{
		Authentik: a, PocketBase: b, AuthentikURL: r.l.authentikURL, PocketBaseURL: r.l.pocketbaseURL,
		Receipts: store, Program: "test", Log: log,
	}), nil
}

// noPause does not wait.
func noPause(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// locked is a buffer for concurrent writers.
type locked struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *locked) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *locked) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
