package command

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/listen"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
	"authpocket/web"
	"authpocket/web/connections"
	"authpocket/web/door"
)

// listenFlags are where the wizard listens.
type listenFlags struct {
	Listen  string
	TLSCert string
}

type serveFlags struct {
	listenFlags
	program.StateFlag

	TLSKey       string
	PublicURL    string
	TrustedProxy []string
	InsecureHTTP bool
}

func newServe(s *program.Shared) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the web wizard (the default)",
		Long:  "Starts the web wizard and prints its address and setup code. It runs until it is interrupted.",
		Example: "  authpocket serve\n" +
			"  authpocket serve --listen 127.0.0.1:0\n" +
			"  authpocket serve --listen :8443 --tls-cert cert.pem --tls-key key.pem",
		Args: option.AtMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.Level = cmp.Or(s.Level, "warn")
			return f.run(cmd.Context(), s.Run())
		},
	}
	f.add(cmd)
	return cmd
}

func (f *listenFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Listen, "listen", "127.0.0.1:8480", "`address` to listen on; a port alone is one of this "+
		"machine; other addresses\nneed TLS, a trusted proxy or --insecure-http")
	flags.StringVar(&f.TLSCert, "tls-cert", "", "certificate for https, a PEM `file`")
	option.FromEnv(flags, "listen", "AUTHPOCKET_LISTEN")
	option.FromEnv(flags, "tls-cert", "AUTHPOCKET_TLS_CERT")
}

func (f *serveFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.listenFlags.add(cmd)
	f.StateFlag.Add(cmd)
	flags.StringVar(&f.TLSKey, "tls-key", "", "private key of the certificate, a PEM `file`")
	flags.StringVar(&f.PublicURL, "public-url", "", "the wizard's address (`URL`) in the browser, if it differs from "+
		"the\naddress listened on")
	flags.Var((*option.CommaList)(&f.TrustedProxy), "trusted-proxy", "address or `network` of a proxy that terminates "+
		"https and sets\nX-Forwarded-Proto; needs --public-url")
	flags.BoolVar(&f.InsecureHTTP, "insecure-http", false, "allow plain http from other machines; anyone who can read "+
		"the traffic\ncan read the admin tokens")
	for name, variable := range map[string]string{
		"tls-key": "AUTHPOCKET_TLS_KEY", "public-url": "AUTHPOCKET_PUBLIC_URL",
		"trusted-proxy": "AUTHPOCKET_TRUSTED_PROXY",
		"insecure-http": "AUTHPOCKET_INSECURE_HTTP",
	} {
		option.FromEnv(flags, name, variable)
	}
}

func (f serveFlags) options() listen.Options {
	return listen.Options{
		Address: f.Listen, CertFile: f.TLSCert, KeyFile: f.TLSKey,
		PublicURL: f.PublicURL, TrustedProxies: f.TrustedProxy, InsecureHTTP: f.InsecureHTTP,
	}
}

// run runs the web wizard until the context ends.
func (f serveFlags) run(ctx context.Context, p *program.Run) error {
	store, err := disk.OpenStore(f.State)
	if err != nil {
		said := report.MessageOf(err)
		p.Tell(say.Join(say.Raw("authpocket:"), said.What()))
		p.Tell(said.Advice(report.InFile))
		p.Log.ErrorContext(ctx, "opening the state directory", slog.Any("error", err))
		return output.ExitError
	}
	ca, err := p.CA(ctx)
	if err != nil {
		return p.View(false).Fail(output.Interrupted(ctx, output.Failing(say.Of("reading the CA file"), err)))
	}
	ln, err := listen.Open(ctx, f.options())
	if err != nil {
		cannotListen(p, f.Listen, err)
		return output.ExitError
	}
	if ln.Exposed {
		p.Tell(say.Of("authpocket: WARNING: listening on plain http for other machines. " +
			"Anyone who can read the traffic can read the admin tokens and take over the session."))
	}
	terminal := door.Terminal{Out: p.Out, URL: ln.URL, Say: p.Say}
	wizard := web.New(web.Config{
		Log: p.Log, Prefill: connections.Prefill{CA: ca}, Receipts: store, Version: releaseVersion(),
		Hosts: door.Hosts{Public: ln.Public, Proxies: ln.Proxies}, Print: terminal.Print, Closed: terminal.Closed,
	})
	visible.Fprintf(p.Out, "%s\n", p.Say(say.Of("authpocket is ready: %s", ln.URL)))
	if ln.Loopback && os.Getenv("SSH_CONNECTION") != "" {
		tellTunnel(p, ln.Addr())
	}
	visible.Fprintln(p.Out)
	wizard.NewCode()
	if p.Lost() != nil {
		wizard.Close()
		_ = ln.Close()
		return output.ExitError // nobody sees the code
	}
	if err := listen.Serve(ctx, ln, wizard.Handler(), p.Log, wizard.Close); err != nil {
		p.Tell(say.Join(say.Raw("authpocket:"), say.Raw(err.Error())))
		return output.ExitError
	}
	return nil
}

// tellTunnel prints how a browser on the admin's own machine reaches a wizard that was started over SSH.
func tellTunnel(p *program.Run, at net.Addr) {
	_, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return
	}
	host, err := os.Hostname()
	if err != nil {
		host = "HOST"
	}
	visible.Fprintln(p.Out, p.Say(say.Of("It listens on this machine only. To open it from yours, run this there "+
		"first:")))
	visible.Fprintf(p.Out, "  ssh -N -L %[1]s:%[2]s %[3]s\n", port, at.String(), host)
}

// cannotListen prints why listening failed and what to do.
func cannotListen(p *program.Run, address string, err error) {
	todo := say.Text{}
	if refused, ok := errors.AsType[*net.OpError](err); ok {
		err, todo = refused, say.Of("Choose another address with --listen, for example --listen 127.0.0.1:0.")
	} else if errors.Is(err, listen.ErrUnprotected) {
		todo = say.Of("Use --tls-cert and --tls-key, or --trusted-proxy and --public-url, or accept the risk with " +
			"--insecure-http.")
	}
	p.Tell(say.Of("authpocket: cannot listen on %s: %s", address, err.Error()))
	if !todo.Empty() {
		p.Tell(todo)
	}
}
