// Package pocketbasehost runs a real PocketBase in this process, for the demo and for tests. It is the complete server
// with dashboard, CORS, realtime and request logs, on its own listener and data directory.
package pocketbasehost

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // the schema of a fresh install
)

// superuserEmail is the address of the superuser that Start creates.
const superuserEmail = "admin@example.com"

// tokenLife is the validity of the superuser's token.
const tokenLife = 30 * 24 * time.Hour

// cheapest is bcrypt's lowest cost. PocketBase hashes a password for each account that a sign-in makes.
const cheapest = 4

// Config configures a Server.
type Config struct {
	// DataDir is PocketBase's data directory. It must exist; Close keeps it.
	DataDir string
	// Addr is the TCP address to listen on. Empty means a free port of 127.0.0.1.
	Addr string
}

// Server is a running PocketBase.
type Server struct {
	app      core.App // for tests that inspect its data
	front    *guarded // answers requests
	url      string
	token    string
	password string

	served chan error // the result of apis.Serve
	close  sync.Once
	err    error // the result of the first Close
}

// Start starts a PocketBase with the collections of a fresh install and one superuser, and returns once it answers. The
// context bounds the start only; the server runs until Close.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if info, err := os.Stat(cfg.DataDir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("starting PocketBase: data directory %q does not exist", cfg.DataDir)
	}
	addr := cfg.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening for PocketBase: %w", err)
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: cfg.DataDir})
	s := &Server{
		app:      app,
		front:    guard(app),
		url:      "http://" + listener.Addr().String(),
		password: rand.Text(),
		served:   make(chan error, 1),
	}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, listener.Close(), s.app.ResetBootstrapState())
	}
	if err := s.serve(listener); err != nil {
		return nil, errors.Join(err, listener.Close(), s.app.ResetBootstrapState())
	}
	return s, nil
}

// prepare migrates the databases and creates the superuser and its token.
func (s *Server) prepare() error {
	s.app.OnCollectionCreate().BindFunc(hashCheaply)
	if err := s.app.Bootstrap(); err != nil {
		return fmt.Errorf("bootstrapping PocketBase: %w", err)
	}
	if err := s.app.RunAllMigrations(); err != nil {
		return fmt.Errorf("migrating PocketBase: %w", err)
	}
	settings := s.app.Settings()
	settings.Meta.AppURL = s.url
	if err := s.app.Save(settings); err != nil {
		return fmt.Errorf("saving PocketBase's address: %w", err)
	}
	return s.ensureSuperuser()
}

// hashCheaply lowers the cost of the new collection's passwords, unless it is given.
func hashCheaply(e *core.CollectionEvent) error {
	if field, ok := e.Collection.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField); ok && field.Cost == 0 {
		field.Cost = cheapest
	}
	return e.Next()
}

// ensureSuperuser creates the superuser, or sets a new password if an earlier run in the same data directory created
// it.
func (s *Server) ensureSuperuser() error {
	superusers, err := s.app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return fmt.Errorf("finding the superusers: %w", err)
	}
	record, err := s.app.FindAuthRecordByEmail(superusers, superuserEmail)
	if err != nil {
		record = core.NewRecord(superusers)
		record.SetEmail(superuserEmail)
	}
	record.SetPassword(s.password)
	if err := s.app.Save(record); err != nil {
		return fmt.Errorf("saving the superuser: %w", err)
	}
	s.token, err = record.NewStaticAuthToken(tokenLife)
	if err != nil {
		return fmt.Errorf("signing the superuser's token: %w", err)
	}
	return nil
}

// serve starts apis.Serve on the listener and returns when it accepts requests or has failed.
func (s *Server) serve(listener net.Listener) error {
	ready := make(chan struct{})
	s.app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		e.InstallerFunc = nil // no installer account, no browser
		e.Router.BindFunc(sendPlain)
		if err := e.Next(); err != nil {
			return err
		}
		close(ready)
		return nil
	})
	s.front.startLog()
	go func() {
		s.served <- apis.Serve(s.front, apis.ServeConfig{HttpAddr: listener.Addr().String()})
	}()
	select {
	case <-ready:
		return nil
	case err := <-s.served:
		return errors.Join(fmt.Errorf("serving PocketBase: %w", err), s.front.stopLog())
	}
}

// sendPlain has the dashboard's files sent as they are: compressing takes longer than sending them to the same machine.
func sendPlain(e *core.RequestEvent) error {
	if strings.HasPrefix(e.Request.URL.Path, "/_/") {
		e.Request.Header.Del("Accept-Encoding")
	}
	return e.Next()
}

// URL returns the server's address without a trailing slash.
func (s *Server) URL() string { return s.url }

// Token returns a superuser's token, valid for 30 days.
func (s *Server) Token() string { return s.token }

// Email returns the superuser's address.
func (s *Server) Email() string { return superuserEmail }

// Password returns the superuser's password. Every Start sets a new one.
func (s *Server) Password() string { return s.password }

// App returns the running application, for tests that inspect its data.
func (s *Server) App() core.App { return s.app }

// Close stops the server, waits for it and closes its databases. It keeps the data directory. A second Close does
// nothing.
func (s *Server) Close() error {
	s.close.Do(func() {
		event := &core.TerminateEvent{App: s.app}
		terminated := s.app.OnTerminate().Trigger(event, func(*core.TerminateEvent) error { return nil })
		served := <-s.served
		if err := errors.Join(terminated, served, s.front.stopLog(), s.app.ResetBootstrapState()); err != nil {
			s.err = fmt.Errorf("stopping PocketBase: %w", err)
		}
	})
	return s.err
}
