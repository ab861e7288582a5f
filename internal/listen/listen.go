// Package listen runs an HTTP server until its context ends.
package listen

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"authpocket/internal/logs"
)

// Grace is how long running requests and jobs may take to finish once the
// context has ended.
const Grace = 10 * time.Second

// Time limits for clients, so that slow ones do not keep a connection.
const (
	HeaderTime = 5 * time.Second  // for the request head
	ReadTime   = 30 * time.Second // for the whole request
)

// HeadSize is the maximum size of a request head, in bytes. net/http allows
// about 4 kB on top.
const HeadSize = 4 << 10

// errorLines is how many of net/http's own errors are logged per minute.
// Strangers can cause them, for example with failing TLS handshakes.
const errorLines = 10

// Serve handles requests on ln until ctx ends. It then calls stop, which must
// end event streams, and waits up to Grace for running requests. It returns nil
// after an orderly shutdown.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler, log *slog.Logger, stop func()) error {
	server := &http.Server{
		Handler:                      trackWork(handler),
		ConnContext:                  withConn,
		ErrorLog:                     slog.NewLogLogger(logs.Bounded(log.Handler(), errorLines), slog.LevelWarn),
		ReadHeaderTimeout:            HeaderTime,
		ReadTimeout:                  ReadTime,
		WriteTimeout:                 2 * time.Minute,
		IdleTimeout:                  30 * time.Second,
		MaxHeaderBytes:               HeadSize,
		DisableGeneralOptionsHandler: true, // OPTIONS * goes to handler like any other request
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case err := <-failed:
		stop()
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	stop()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), Grace)
	defer cancel()
	err := server.Shutdown(grace)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", served)
	}
	if err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	return nil
}
