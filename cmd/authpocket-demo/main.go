// Command authpocket-demo starts the wizard in front of a sandbox: a real
// PocketBase and a simulated authentik, both in this process.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"authpocket/internal/journal"
	"authpocket/internal/listen"
	"authpocket/internal/logs"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/sandbox"
	"authpocket/sandbox/authentiksim"
	"authpocket/web"
	"authpocket/web/connections"
	"authpocket/web/door"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program immediately
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set := flag.NewFlagSet("authpocket-demo", flag.ContinueOnError)
	set.SetOutput(stderr)
	address := set.String("listen", "127.0.0.1:8480", "`address` of the wizard")
	tokens := set.Bool("tokens", false, "also print both admin tokens, for the command line")
	authentik := set.String("authentik", authentiksim.DefaultVersion, "the `version` that the simulated authentik "+
		"answers as, such as 2026.8")
	pages := set.Bool("storybook", false, "serve every page in every state, and nothing else")
	var public publicFlags
	public.add(set)
	if err := set.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if err := errors.Join(clash(set, public.on, *pages), public.check(), checkVersion(*authentik)); err != nil {
		fmt.Fprintln(stderr, "authpocket-demo:", err)
		return 2
	}
	chosen := false
	set.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "listen" })
	serve := func() error { return demo(ctx, *address, chosen, *tokens, *authentik, stdout, stderr) }
	if *pages {
		serve = func() error { return storybook(ctx, *address, chosen, stdout, stderr) }
	}
	if public.on {
		serve = func() error { return publicDemo(ctx, *address, *authentik, public, stdout, stderr) }
	}
	if err := serve(); err != nil {
		fmt.Fprintln(stderr, "authpocket-demo:", err)
		return 1
	}
	return 0
}

// open listens on the address. If it is taken and not chosen by the user, open listens on a free port.
func open(ctx context.Context, address string, chosen bool, stdout io.Writer) (*listen.Opened, error) {
	ln, err := listen.Open(ctx, listen.Options{Address: address, InsecureHTTP: true}) // there are no real secrets
	if err == nil {
		return ln, nil
	}
	if chosen || !errors.Is(err, listen.ErrTaken) {
		return nil, fmt.Errorf("listening on %s: %w", address, err)
	}
	if ln, err = listen.Open(ctx, listen.Options{Address: "127.0.0.1:0", InsecureHTTP: true}); err != nil {
		return nil, err
	}
	fmt.Fprintf(stdout, "%s is already in use, perhaps by another authpocket. Using another port.\n", address)
	return ln, nil
}

func demo(ctx context.Context, address string, chosen, tokens bool, authentik string,
	stdout, stderr io.Writer) (err error) {
	ln, err := open(ctx, address, chosen, stdout)
	if err != nil {
		return err
	}
	box, err := sandbox.Start(ctx, sandbox.Config{AuthentikVersion: authentik})
	if err != nil {
		return errors.Join(fmt.Errorf("starting the sandbox: %w", err), ln.Close())
	}
	defer func() { err = cmp.Or(err, box.Close()) }()
	state, err := os.MkdirTemp("", "authpocket-demo-")
	if err != nil {
		return fmt.Errorf("creating a directory for receipts: %w", err)
	}
	defer func() { err = cmp.Or(err, os.RemoveAll(state)) }()
	store, err := journal.Open(state)
	if err != nil {
		return fmt.Errorf("opening the directory for receipts: %w", err)
	}
	terminal := door.Terminal{Out: stdout, URL: ln.URL}
	log := logs.New(stderr, slog.LevelWarn)
	wizard := web.New(web.Config{
		Print: terminal.Print, Closed: terminal.Closed,
		Receipts: store, Version: "demo",
		Log: log,
		Prefill: connections.Prefill{
			AuthentikURL: box.AuthentikURL, AuthentikToken: secret.New(box.AuthentikToken),
			PocketBaseURL: box.PocketBaseURL, PocketBaseToken: secret.New(box.PocketBaseToken),
		},
		Note: note(box),
	})
	fmt.Fprint(stdout, "The demo runs a simulated authentik and a real PocketBase.\n")
	wizard.NewCode()
	if tokens {
		fmt.Fprintf(stdout, "For the command line:\n"+
			"    export AUTHENTIK_URL=%s AUTHENTIK_TOKEN=%s\n    export POCKETBASE_URL=%s POCKETBASE_TOKEN=%s\n",
			box.AuthentikURL, box.AuthentikToken, box.PocketBaseURL, box.PocketBaseToken)
	}
	fmt.Fprintf(stdout, "PocketBase's dashboard is at %s/_/: sign in as %s with the password %s\n", box.PocketBaseURL,
		box.SuperuserEmail, box.SuperuserPassword)
	fmt.Fprintf(stdout, "%s\nPress Ctrl-C to stop. All data is then removed.\n", note(box))
	return listen.Serve(ctx, ln, wizard.Handler(), log, wizard.Close)
}

func note(box *sandbox.Sandbox) say.Text {
	const text = "Sign in to the simulated authentik as %s with the password %s."
	return say.Of(text, box.Person.Username, box.Person.Password)
}
