package main

import (
	"context"
	"fmt"
	"net"

	"authpocket/internal/listen"
	"authpocket/web"
)

type serveFlags struct {
	Listen string `help:"Address to listen on." default:"127.0.0.1:8480" env:"AUTHPOCKET_LISTEN" placeholder:"ADDRESS"`
}

// serve runs the web wizard until the context ends.
func (p program) serve(ctx context.Context, f serveFlags) int {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", f.Listen)
	if err != nil {
		fmt.Fprintf(p.err, "authpocket: cannot listen on %s: %v\n", f.Listen, err)
		fmt.Fprintln(p.err, "Choose another address with --listen, for example --listen 127.0.0.1:0.")
		return exitError
	}
	wizard := web.New(web.Config{Log: p.log})
	fmt.Fprintf(p.out, "authpocket is ready: http://%s/\n", ln.Addr())
	if err := listen.Serve(ctx, ln, wizard.Handler(), wizard.Close); err != nil {
		fmt.Fprintln(p.err, "authpocket:", err)
		return exitError
	}
	return exitOK
}
