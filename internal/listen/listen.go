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

// Grace is how long running requests and jobs have to finish after the
// context has ended.
const Grace = 10 * time.Second

// The time that a client has, so that slow ones hold no connection for long.
const (
	HeaderTime = 5 * time.Second  // to send a request's head
	ReadTime   = 30 * time.Second // to send a whole request
)

// HeadSize is the most that is read of a request's head, in bytes. net/http
// adds some 4 kB to it.
const HeadSize = 4 << 10

// errorLines is how much of what the server itself notes is logged in a
// minute: strangers can cause it, by TLS handshakes that fail.
const errorLines = 10

// Serve answers on ln until ctx ends, then calls stop, which ends event
// streams, and waits up to Grace for what still runs. It returns nil after an
// orderly end.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler, log *slog.Logger, stop func()) error {
	server := &http.Server{
		Handler:                      markWork(handler),
		ConnContext:                  withMember,
		ErrorLog:                     slog.NewLogLogger(logs.Bounded(log.Handler(), errorLines), slog.LevelWarn),
		ReadHeaderTimeout:            HeaderTime,
		ReadTimeout:                  ReadTime,
		WriteTimeout:                 2 * time.Minute,
		IdleTimeout:                  30 * time.Second,
		MaxHeaderBytes:               HeadSize,
		DisableGeneralOptionsHandler: true, // OPTIONS * goes the way of all others
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
