package program

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/output"
	"authpocket/internal/connect"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

// Reading shows that a plan is made, and returns what erases it.
func (p *Run) Reading() (erase func()) {
	return p.Status(say.Of("Reading authentik and PocketBase"))
}

// Open reads the link file, connects to both systems concurrently and opens
// the receipts. From then on, the view shows places in the file.
func (p *Run) Open(ctx context.Context, v *output.View, f FileFlags, receipts disk.Store) (*engine.Engine,
	link.Spec, error) {
	file, err := p.Reader(f.SourceFlags).One(ctx, f.File)
	if err != nil {
		return nil, link.Spec{}, err
	}
	v.File = file
	return p.Reach(ctx, &file, receipts, nil)
}

// Reach connects to both systems of a link file concurrently and opens the
// receipts. Several links share theirs. What the command observes in the moment
// of ctx is read meanwhile, nothing if ahead is nil.
func (p *Run) Reach(ctx context.Context, file *linkfile.File, receipts disk.Store,
	ahead func(link.Spec) link.Query) (*engine.Engine, link.Spec, error) {
	spec, problems := file.Spec()
	if len(problems) > 0 {
		return nil, spec, problems
	}
	if ahead != nil {
		p = new(*p)
		p.ahead = new(ahead(spec))
	}
	cfg, err := p.ConnectBoth(ctx, *file)
	if err != nil {
		return nil, spec, output.Interrupted(ctx, err)
	}
	if p.common != nil {
		receipts, cfg.Joint = p.common.receipts, p.common.joint
	}
	cfg.Held = p.held
	if cfg.Receipts, err = receipts(); err != nil {
		return nil, spec, err
	}
	return engine.New(cfg), spec, nil
}

// AheadOfPlan returns what a plan observes. Most of many links are there.
func (p *Run) AheadOfPlan(receipts disk.Store, file *linkfile.File) func(link.Spec) link.Query {
	return func(spec link.Spec) link.Query {
		if p.common != nil {
			q := engine.Ahead(spec)
			q.Linked = true
			return q
		}
		kept, err := receipts()
		if err != nil {
			kept = nil // told once both systems are connected
		}
		return engine.AheadKnowing(kept, engine.Key(file.Authentik.Base, file.PocketBase.Base), spec)
	}
}

// Hold locks the two systems of a link file, so that an apply that nobody looks at can read ahead. The store is opened
// then, and release releases the lock. It is nil if they cannot be locked.
func (p *Run) Hold(ctx context.Context, file *linkfile.File, receipts disk.Store) (holding *Run,
	opened disk.Store, release func(), err error) {
	store, err := receipts()
	if err != nil {
		return nil, nil, nil, err
	}
	holding = new(*p)
	holding.held = engine.Hold(ctx, store, file.Authentik.Base, file.PocketBase.Base)
	return holding, func() (*engine.Store, error) { return store, nil }, holding.held, nil
}

// ConnectBoth connects to both systems and reports the errors of both.
func (p *Run) ConnectBoth(ctx context.Context, file linkfile.File) (engine.Config, error) {
	cfg := engine.Config{Program: p.version, Log: p.Log, AuthentikURL: file.Authentik.Base,
		PocketBaseURL: file.PocketBase.Base, Others: file.Others}
	if _, err := p.CA(ctx); err != nil {
		return cfg, caFault("", "", err)
	}
	var (
		a     connect.Authentik
		b     connect.PocketBase
		errs  [2]error
		group sync.WaitGroup
	)
	group.Go(func() { a, errs[0] = p.ConnectAuthentik(ctx, file.Authentik) })
	group.Go(func() { b, errs[1] = p.ConnectPocketBase(ctx, file.PocketBase) })
	erase := p.Status(say.Of("Connecting to authentik and PocketBase"))
	group.Wait()
	erase()
	for _, client := range []*http.Client{a.HTTP, b.HTTP} { // a command that repeats connects anew each time
		if client != nil && p.common == nil { // several links close theirs together
			context.AfterFunc(ctx, client.CloseIdleConnections)
		}
	}
	if err := errors.Join(errs[0], errs[1]); err != nil {
		return cfg, err
	}
	p.warnExpiry(b)
	cfg.Authentik, cfg.PocketBase = a.System, b.System
	return cfg, nil
}

// warnExpiry warns if the PocketBase token expires within an hour.
func (p *Run) warnExpiry(b connect.PocketBase) {
	who := b.Who
	if who.Expires.IsZero() || time.Until(who.Expires) > time.Hour {
		return
	}
	renew := say.Of("It cannot be renewed. Create another one in the PocketBase dashboard.")
	if who.Refreshable {
		renew = say.Of("Sign in again to get a new one.")
	}
	expires := say.Of("The PocketBase token expires on %s.", p.Screen(p.Err).Time(who.Expires))
	p.Tell(say.Join(expires, renew))
}

func (p *Run) connector() connect.Connector {
	c := connect.Connector{Log: p.Log, Ahead: p.ahead}
	if p.common != nil {
		c.Clients = &p.common.clients
	}
	return c
}

// ConnectAuthentik connects to the authentik of a link file.
func (p *Run) ConnectAuthentik(ctx context.Context, f linkfile.Authentik) (connect.Authentik, error) {
	ca, err := disk.CA(ctx, cmp.Or(f.CAFile, p.caFile))
	if err != nil {
		return connect.Authentik{}, caFault("authentik", f.CAFile, err)
	}
	return p.connector().ToAuthentik(ctx, connect.AuthentikLogin{URL: f.Base, Token: f.Token, CA: ca})
}

// ConnectPocketBase connects to the PocketBase of a link file.
func (p *Run) ConnectPocketBase(ctx context.Context, f linkfile.PocketBase) (connect.PocketBase, error) {
	ca, err := disk.CA(ctx, cmp.Or(f.CAFile, p.caFile))
	if err != nil {
		return connect.PocketBase{}, caFault("pocketbase", f.CAFile, err)
	}
	return p.connector().ToPocketBase(ctx, connect.PocketBaseLogin{
		URL: f.Base, Token: f.Token, Email: f.Email, Password: f.Password, CA: ca,
	})
}

// CA returns the text of the CA file of --ca-file, or nothing if none is given.
func (p *Run) CA(ctx context.Context) (string, error) { return disk.CA(ctx, p.caFile) }

// caFault returns the error for a CA file, that of a link file or else of --ca-file.
func caFault(system, inFile string, err error) error {
	if inFile == "" {
		return output.Failing(say.Raw("--ca-file"), err)
	}
	return output.Failing(say.Raw(system+".ca_file"), err)
}

// Users suggests usernames of authentik, if there is a link file.
func (f *SourceFlags) Users(ctx context.Context, p *Run, typed string) []cobra.Completion {
	if f.File == "" {
		return nil
	}
	file, err := p.Reader(*f).One(ctx, f.File)
	if err != nil {
		return nil
	}
	a, err := p.ConnectAuthentik(ctx, file.Authentik)
	if err != nil {
		return nil
	}
	found, err := a.System.SearchUsers(ctx, typed)
	if err != nil {
		return nil
	}
	names := make([]cobra.Completion, len(found))
	for i, user := range found {
		names[i] = user.Name
	}
	return names
}
