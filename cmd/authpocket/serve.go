package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"authpocket/internal/link"
	"authpocket/internal/listen"
	"authpocket/web"
)

type serveFlags struct {
	Listen string `help:"Address to listen on." default:"127.0.0.1:8480" env:"AUTHPOCKET_LISTEN" placeholder:"ADDRESS"`
	State  string `help:"Directory for receipts. Default: authpocket below $$XDG_STATE_HOME or ~/.local/state." env:"AUTHPOCKET_STATE" placeholder:"DIR"`
}

// serve runs the web wizard until the context ends.
func (p program) serve(ctx context.Context, f serveFlags) int {
	store, err := openStore(f.State)
	if err != nil {
		summary, todo := link.Words(err)
		fmt.Fprintf(p.err, "authpocket: %s\n%s\n", summary, todo)
		p.log.ErrorContext(ctx, "opening the state directory", slog.Any("error", err))
		return exitError
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", f.Listen)
	if err != nil {
		fmt.Fprintf(p.err, "authpocket: cannot listen on %s: %v\n", f.Listen, err)
		fmt.Fprintln(p.err, "Choose another address with --listen, for example --listen 127.0.0.1:0.")
		return exitError
	}
	wizard := web.New(web.Config{Log: p.log, Receipts: store, Version: buildVersion()})
	fmt.Fprintf(p.out, "authpocket is ready: http://%s/\n", ln.Addr())
	if err := listen.Serve(ctx, ln, wizard.Handler(), wizard.Close); err != nil {
		fmt.Fprintln(p.err, "authpocket:", err)
		return exitError
	}
	return exitOK
}
