package command

import (
	"cmp"
	"context"
	"errors"

	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/output"
	"authpocket/internal/connect"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

// reading shows that a plan is made, and returns what erases it.
func (p program) reading() (erase func()) {
	return p.Status(say.Of("Reading authentik and PocketBase"))
}

// open reads the link file, connects to both systems concurrently and opens
// the receipts. From then on, the view shows places in the file.
func (p program) open(ctx context.Context, v *output.View, f fileFlags, receipts store) (*engine.Engine, link.Spec,
	error) {
	file, err := p.reader(f.sourceFlags).One(ctx, f.File)
	if err != nil {
		return nil, link.Spec{}, err
	}
	v.File = file
	return p.reach(ctx, &file, receipts, nil)
}

// ahead returns what a command observes.
type ahead func(link.Spec) link.Query

// reach connects to both systems of a link file concurrently and opens the
// receipts. Several links share theirs. What the command observes in the moment
// of ctx is read meanwhile, nothing if ahead is nil.
func (p program) reach(ctx context.Context, file *linkfile.File, receipts store, ahead ahead) (*engine.Engine,
	link.Spec, error) {
	spec, problems := file.Spec()
	if len(problems) > 0 {
		return nil, spec, problems
	}
	if ahead != nil {
		p.ahead = new(ahead(spec))
	}
	cfg, err := p.connectBoth(ctx, *file)
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

// hold locks the two systems of a link file, so that an apply that nobody looks at can read ahead. If it can't, it
// returns no lock.
func (p program) hold(ctx context.Context, file *linkfile.File, receipts store) (store, func(), error) {
	opened, err := receipts()
	if err != nil {
		return nil, nil, err
	}
	return func() (*engine.Store, error) { return opened, nil },
		engine.Hold(ctx, opened, file.Authentik.Base, file.PocketBase.Base), nil
}

// connectBoth connects to both systems and reports the errors of both.
func (p program) connectBoth(ctx context.Context, file linkfile.File) (engine.Config, error) {
	cfg := engine.Config{Program: releaseVersion(), Log: p.log, AuthentikURL: file.Authentik.Base,
		PocketBaseURL: file.PocketBase.Base, Others: file.Others}
	if _, err := readCA(ctx, p.caFile); err != nil {
		return cfg, caFault("", "", err)
	}
	var (
		a     connect.Authentik
		b     connect.PocketBase
		errs  [2]error
		group sync.WaitGroup
	)
	group.Go(func() { a, errs[0] = p.connectAuthentik(ctx, file.Authentik) })
	group.Go(func() { b, errs[1] = p.connectPocketBase(ctx, file.PocketBase) })
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
func (p program) warnExpiry(b connect.PocketBase) {
	who := b.Who
	if who.Expires.IsZero() || time.Until(who.Expires) > time.Hour {
		return
	}
	renew := say.Of("It cannot be renewed. Create another one in the PocketBase dashboard.")
	if who.Refreshable {
		renew = say.Of("Sign in again to get a new one.")
	}
	expires := say.Of("The PocketBase token expires on %s.", who.Expires.Local().Format(time.DateTime))
	p.Tell(say.Join(expires, renew))
}

func (p program) connector() connect.Connector {
	c := connect.Connector{Log: p.log, Ahead: p.ahead}
	if p.common != nil {
		c.Clients = &p.common.clients
	}
	return c
}

func (p program) connectAuthentik(ctx context.Context, f linkfile.Authentik) (connect.Authentik, error) {
	ca, err := readCA(ctx, cmp.Or(f.CAFile, p.caFile))
	if err != nil {
		return connect.Authentik{}, caFault("authentik", f.CAFile, err)
	}
	return p.connector().ToAuthentik(ctx, connect.AuthentikLogin{URL: f.Base, Token: f.Token, CA: ca})
}

func (p program) connectPocketBase(ctx context.Context, f linkfile.PocketBase) (connect.PocketBase, error) {
	ca, err := readCA(ctx, cmp.Or(f.CAFile, p.caFile))
	if err != nil {
		return connect.PocketBase{}, caFault("pocketbase", f.CAFile, err)
	}
	return p.connector().ToPocketBase(ctx, connect.PocketBaseLogin{
		URL: f.Base, Token: f.Token, Email: f.Email, Password: f.Password, CA: ca,
	})
}

// caFault returns the error for a CA file, that of a link file or else of --ca-file.
func caFault(system, inFile string, err error) error {
	if inFile == "" {
		return failed(say.Raw("--ca-file"), err)
	}
	return failed(say.Raw(system+".ca_file"), err)
}

// readCA returns the text of a CA file, or nothing if none is given.
func readCA(ctx context.Context, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	pem, err := readPEM(ctx, file)
	if err == nil {
		err = connect.CheckCA(string(pem))
	}
	return string(pem), err
}

// maxPEM bounds a CA file. A system's whole CA bundle has some 200 kB.
const maxPEM = 4 << 20

func readPEM(ctx context.Context, path string) ([]byte, error) {
	pem, err := readFile(ctx, path, maxPEM)
	if err == nil && len(pem) > maxPEM {
		return nil, refused(say.Of("%s is larger than 4 MB, so it is not a CA file.", path), say.Text{})
	}
	return pem, err
}

// users suggests usernames of authentik, if there is a link file.
func (f *sourceFlags) users(ctx context.Context, p program, typed string) []cobra.Completion {
	if f.File == "" {
		return nil
	}
	file, err := p.reader(*f).One(ctx, f.File)
	if err != nil {
		return nil
	}
	a, err := p.connectAuthentik(ctx, file.Authentik)
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
