package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"authpocket/internal/listen"
	"authpocket/internal/logs"
	"authpocket/sandbox/pocketbasehost"
	"authpocket/sandbox/public"
)

// Connections of a public demo: a browser opens six, and some wait or start.
const (
	connectionsPerSandbox = 6
	connectionsBeside     = 96
)

// Open files of a public demo beside its connections: a sandbox has 9, and more while it is busy.
const (
	filesPerSandbox = 12
	filesBeside     = 40
)

// fits returns an error if the program may not have as many files open as its sandboxes need: in the middle of it, all
// of them would fail.
func fits(sandboxes int, limit uint64) error {
	const each, beside = connectionsPerSandbox + filesPerSandbox, connectionsBeside + filesBeside
	need := each*uint64(max(sandboxes, 0)) + beside // #nosec G115 -- not negative
	if need <= limit {
		return nil
	}
	return fmt.Errorf("%d sandboxes need %d open files, and the limit is %d: raise it, as by ulimit -n %d, or give -max %d",
		sandboxes, need, limit, need, (max(limit, beside+each)-beside)/each)
}

// publicFlags are the flags of the demo that anybody can open.
type publicFlags struct {
	on      bool
	url     string
	frames  []string
	proxies []netip.Prefix
	max     int
	starts  int
	life    time.Duration
	drain   time.Duration
	data    string
	pod     string
}

func (f *publicFlags) add(set *flag.FlagSet) {
	set.BoolVar(&f.on, "public", false, "give each visitor a sandbox of their own, without a setup code")
	set.StringVar(&f.url, "public-url", "", "with -public: the `address` in the browser, such as "+
		"https://docs.example/demo/; TLS ends at a proxy, which passes path and Host on unchanged")
	set.Func("frame-origin", "with -public: an `origin` that may show the demo in a frame, such as "+
		"https://docs.example; repeatable", func(origin string) error {
		f.frames = append(f.frames, origin)
		return nil
	})
	set.Func("trusted-proxy", "with -public: a proxy or `network` whose X-Forwarded-For counts for "+
		"-starts-per-minute; repeatable", func(raw string) error {
		network, err := netip.ParsePrefix(raw)
		if err != nil {
			address, failed := netip.ParseAddr(raw)
			if failed != nil {
				return errors.New("neither an address nor a network such as 10.0.0.0/24")
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		f.proxies = append(f.proxies, network.Masked())
		return nil
	})
	set.IntVar(&f.max, "max", 200, "with -public: how many sandboxes there may be at once; who comes later waits")
	set.IntVar(&f.starts, "starts-per-minute", 6, "with -public: how many sandboxes one address may start in a minute")
	set.DurationVar(&f.life, "lifetime", 30*time.Minute, "with -public: after which time a sandbox ends")
	set.DurationVar(&f.drain, "drain", 30*time.Minute, "with -public: how long sandboxes may go on after SIGTERM")
	set.StringVar(&f.data, "data", "", "with -public: the `directory` for the data of sandboxes, which is removed at "+
		"the end; empty means a temporary one")
	set.StringVar(&f.pod, "pod-cookie", "", "with -public: the `cookie` by which a gateway keeps visitors at one of "+
		"several demos; after SIGTERM, those without a sandbox are sent to another one")
}

// base returns the public address without a slash at the end.
func (f *publicFlags) base(listener string) (*url.URL, error) {
	raw := f.url
	if raw == "" {
		raw = listener
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !hasPort(u) ||
		u.User != nil || u.RawQuery != "" || u.ForceQuery ||
		u.Fragment != "" || u.EscapedPath() != u.Path {
		return nil, fmt.Errorf("-public-url %q is not of the form https://docs.example/demo/", raw)
	}
	base := &url.URL{Scheme: u.Scheme, Host: u.Host}
	if clean := path.Clean("/" + u.Path); clean != "/" {
		base.Path = clean
	}
	return base, nil
}

// publicDemo serves a sandbox to each visitor until ctx ends and all sandboxes have ended. Where the system allows it,
// the program starts itself anew when it is empty and keeps too much memory.
func publicDemo(ctx context.Context, address, authentik string, f publicFlags, stdout, stderr io.Writer) (err error) {
	if limit, known := filesLimit(); known {
		if err := fits(f.max, limit); err != nil {
			return err
		}
	}
	http.DefaultTransport = pocketbasehost.Outgoing{} // PocketBase sends through it
	ln, renewed, err := f.open(ctx, address)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", address, err)
	}
	base, err := f.base(ln.URL)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	cfg := public.Config{URL: base, Frames: f.frames, Proxies: f.proxies, Max: f.max, StartsPerMinute: f.starts,
		Lifetime: f.life, Dir: f.data, PodCookie: f.pod, AuthentikVersion: authentik,
		Log: logs.New(stderr, slog.LevelWarn)}
	var renewing atomic.Bool
	if canRenew {
		cfg.Renew = func() { renewing.Store(true); stop() }
	}
	demo, err := public.New(cfg)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	if !renewed {
		fmt.Fprintf(stdout, "Each visitor of %s/ gets a sandbox, %d at once, for %s.\nPress Ctrl-C to stop.\n", base, f.max,
			f.life)
	}
	var draining sync.WaitGroup
	draining.Go(func() {
		defer stop()
		select {
		case <-serving.Done():
			return
		case <-ctx.Done():
		}
		fmt.Fprintf(stdout, "Stopping when all sandboxes have ended, in %s at the latest.\n", f.drain)
		demo.Drain(serving, f.drain)
	})
	socket, err := serve(serving, ln, demo, cfg.Log, &renewing)
	stop()
	draining.Wait()
	switch {
	case socket == nil:
		return err
	case ctx.Err() != nil:
		return socket.Close()
	}
	return renew(socket)
}

// serve serves the demo until ctx ends. If it is to be renewed then, serve returns the listening socket, which stays
// open.
func serve(ctx context.Context, ln *listen.Opened, demo *public.Server, log *slog.Logger, renewing *atomic.Bool) (
	socket *os.File, err error) {
	var failed error
	err = listen.Serve(ctx, ln, demo.Handler(), log, func() {
		if renewing.Load() { // no page is open that would have to end before the listener closes
			socket, failed = ln.Socket()
			return
		}
		failed = demo.Close()
	})
	if socket == nil {
		return nil, errors.Join(err, failed)
	}
	if errors.Is(err, context.DeadlineExceeded) { // a client that sends slowly keeps nobody off
		err = nil
	}
	if err = errors.Join(err, demo.Close()); err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	return socket, nil
}

// open listens on the address, or goes on with the listener of the program that this one renews.
func (f *publicFlags) open(ctx context.Context, address string) (ln *listen.Opened, renewed bool, err error) {
	left, err := leftListener()
	if err != nil {
		return nil, false, err
	}
	ln, err = listen.Open(ctx, listen.Options{Address: address, Listener: left, InsecureHTTP: true,
		Connections: connectionsPerSandbox*f.max + connectionsBeside})
	return ln, left != nil, err
}
