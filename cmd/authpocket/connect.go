package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	"authpocket/internal/visible"
)

// open reads the link file and connects to both systems at the same time.
func (p program) open(ctx context.Context, f fileFlags) (*engine.Engine, link.Spec, error) {
	file, err := linkfile.Open(f.File, os.LookupEnv)
	if err != nil {
		return nil, link.Spec{}, err
	}
	spec, problems := file.Spec()
	if len(problems) > 0 {
		return nil, spec, problems
	}
	var (
		a     *authentik.Client
		b     *pocketbase.Client
		errs  [2]error
		group errgroup.Group
	)
	group.Go(func() error { a, errs[0] = p.connectAuthentik(ctx, file.Authentik); return nil })
	group.Go(func() error { b, errs[1] = p.connectPocketBase(ctx, file.PocketBase); return nil })
	_ = group.Wait() // both are asked whatever the other answers
	if err := errors.Join(errs[0], errs[1]); err != nil {
		return nil, spec, err
	}
	p.tellToken(b.Identity())
	authentikURL, _ := link.ParseAddress("authentik address", "authentik.url", file.Authentik.URL)
	pocketbaseURL, _ := link.ParseAddress("PocketBase address", "pocketbase.url", file.PocketBase.URL)
	return engine.New(a, b, p.log).For(authentikURL, pocketbaseURL), spec, nil
}

// tellToken says so where PocketBase's token ends soon.
func (p program) tellToken(who pocketbase.Identity) {
	if who.Expires.IsZero() || time.Until(who.Expires) > time.Hour {
		return
	}
	renew := "It cannot be renewed: make another one in PocketBase's dashboard."
	if who.Refreshable {
		renew = "Sign in again for another one."
	}
	visible.Fprintf(p.err, "The PocketBase token ends on %s. %s\n", who.Expires.Local().Format(time.DateTime), renew)
}

func (p program) connectAuthentik(ctx context.Context, f linkfile.Authentik) (*authentik.Client, error) {
	client, err := httpClient(cmp.Or(f.CAFile, p.caFile))
	if err != nil {
		return nil, fmt.Errorf("authentik.ca_file: %w", err)
	}
	address, _ := link.ParseAddress("authentik address", "authentik.url", f.URL)
	return authentik.Connect(ctx, authentik.Config{URL: address, Token: f.Token, HTTP: client, Log: p.log})
}

func (p program) connectPocketBase(ctx context.Context, f linkfile.PocketBase) (*pocketbase.Client, error) {
	client, err := httpClient(cmp.Or(f.CAFile, p.caFile))
	if err != nil {
		return nil, fmt.Errorf("pocketbase.ca_file: %w", err)
	}
	address, _ := link.ParseAddress("PocketBase address", "pocketbase.url", f.URL)
	return pocketbase.Connect(ctx, pocketbase.Config{
		URL: address, Token: f.Token, Email: f.Email, Password: f.Password, HTTP: client, Log: p.log,
	})
}

// httpClient trusts the CAs in the file, if one is named, beside the
// system's.
func httpClient(caFile string) (*http.Client, error) {
	var roots *x509.CertPool
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		if roots, err = outbound.Roots(pem); err != nil {
			return nil, err
		}
	}
	return outbound.New(outbound.Config{Roots: roots}), nil
}

// readCA is the text of the CA file, empty where none is named.
func (p program) readCA() (string, error) {
	if p.caFile == "" {
		return "", nil
	}
	pem, err := os.ReadFile(p.caFile)
	if err == nil {
		_, err = outbound.Roots(pem)
	}
	if err != nil {
		return "", fmt.Errorf("reading the CA file: %w", err)
	}
	return string(pem), nil
}
