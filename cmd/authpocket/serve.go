package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"authpocket/internal/link"
	"authpocket/internal/listen"
	"authpocket/internal/visible"
	"authpocket/web"
	"authpocket/web/door"
)

type serveFlags struct {
	Listen string `help:"${help_listen}" default:"127.0.0.1:8480" env:"AUTHPOCKET_LISTEN" placeholder:"ADDRESS"`
	stateFlag

	TLSCert      string   `name:"tls-cert" help:"${help_tls_cert}" env:"AUTHPOCKET_TLS_CERT" placeholder:"FILE"`
	TLSKey       string   `name:"tls-key" help:"${help_tls_key}" env:"AUTHPOCKET_TLS_KEY" placeholder:"FILE"`
	PublicURL    string   `name:"public-url" help:"${help_public_url}" env:"AUTHPOCKET_PUBLIC_URL" placeholder:"URL"`
	TrustedProxy []string `name:"trusted-proxy" help:"${help_proxy}" env:"AUTHPOCKET_TRUSTED_PROXY" placeholder:"CIDR"`
	InsecureHTTP bool     `name:"insecure-http" help:"${help_insecure_http}" env:"AUTHPOCKET_INSECURE_HTTP"`
}

func (f serveFlags) options() listen.Options {
	return listen.Options{
		Address: f.Listen, CertFile: f.TLSCert, KeyFile: f.TLSKey,
		PublicURL: f.PublicURL, TrustedProxies: f.TrustedProxy, InsecureHTTP: f.InsecureHTTP,
	}
}

// run runs the web wizard until the context ends.
func (f serveFlags) run(ctx context.Context, p program) int {
	store, err := openStore(f.State)
	if err != nil {
		said := link.MessageOf(err)
		visible.Fprintf(p.err, "authpocket: %s\n%s\n", said.What(), said.Advice(link.InFile))
		p.log.ErrorContext(ctx, "opening the state directory", slog.Any("error", err))
		return exitError
	}
	ca, err := readCA(p.caFile)
	if err != nil {
		return p.view(false).fail(fmt.Errorf("reading the CA file: %w", err))
	}
	ln, err := listen.Open(ctx, f.options())
	if err != nil {
		p.cannotListen(f.Listen, err)
		return exitError
	}
	if ln.Exposed {
		visible.Fprintln(p.err, "authpocket: WARNING: listening on plain http for other machines. "+
			"Anyone who can read the traffic can read the admin tokens and take over the session.")
	}
	terminal := door.Terminal{Out: p.out, URL: ln.URL}
	wizard := web.New(web.Config{
		Log: p.log, Prefill: web.Prefill{CA: ca}, Receipts: store, Version: buildVersion(),
		Hosts: door.Hosts{Public: ln.Public, Proxies: ln.Proxies}, Print: terminal.Print, Closed: terminal.Closed,
	})
	visible.Fprintf(p.out, "authpocket is ready: %s\n\n", ln.URL)
	wizard.NewCode()
	if err := listen.Serve(ctx, ln, wizard.Handler(), p.log, wizard.Close); err != nil {
		visible.Fprintln(p.err, "authpocket:", err)
		return exitError
	}
	return exitOK
}

// cannotListen prints why listening failed and what to do.
func (p program) cannotListen(address string, err error) {
	if failed, ok := errors.AsType[*net.OpError](err); ok {
		visible.Fprintf(p.err, "authpocket: cannot listen on %s: %v\n", address, failed)
		visible.Fprintln(p.err, "Choose another address with --listen, for example --listen 127.0.0.1:0.")
		return
	}
	visible.Fprintf(p.err, "authpocket: cannot listen on %s: %v\n", address, err)
	if errors.Is(err, listen.ErrUnprotected) {
		visible.Fprintln(p.err, "Use --tls-cert and --tls-key, or --trusted-proxy and --public-url, "+
			"or accept the risk with --insecure-http.")
	}
}
