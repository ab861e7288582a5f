// Package pocketbasehost runs a real PocketBase in this process, for the demo and for tests. It is the complete server
// with dashboard, CORS, realtime and request logs, on its own listener and data directory.
package pocketbasehost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

// Config configures a Server.
type Config struct {
	// DataDir is PocketBase's data directory. It must exist; Close keeps it.
	DataDir string
	// Addr is the TCP address to listen on. Empty means a free port of 127.0.0.1.
	Addr string
}

// Server is a running PocketBase with a listener.
type Server struct {
	instance
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
	s := &Server{instance: newInstance(app, "http://"+listener.Addr().String()), served: make(chan error, 1)}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, listener.Close(), s.app.ResetBootstrapState())
	}
	if err := s.serve(listener); err != nil {
		return nil, errors.Join(err, listener.Close(), s.app.ResetBootstrapState())
	}
	return s, nil
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
