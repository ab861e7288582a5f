package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
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
)

// open reads the link file and connects to both systems at the same time.
func (p program) open(ctx context.Context, f fileFlags) (*engine.Engine, link.Spec, error) {
	file, err := linkfile.Open(ctx, f.File, linkfile.Variables{Lookup: os.LookupEnv, Allowed: f.AllowEnv})
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
	return engine.New(a, b, p.log).For(file.Authentik.Base, file.PocketBase.Base), spec, nil
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
	fmt.Fprintf(p.err, "The PocketBase token ends on %s. %s\n", who.Expires.Local().Format(time.DateTime), renew)
}

func (p program) connectAuthentik(ctx context.Context, f linkfile.Authentik) (*authentik.Client, error) {
	client, err := httpClient(cmp.Or(f.CAFile, p.caFile))
	if err != nil {
		return nil, fmt.Errorf("authentik.ca_file: %w", err)
	}
	return authentik.Connect(ctx, authentik.Config{URL: f.Base, Token: f.Token, HTTP: client, Log: p.log})
}

func (p program) connectPocketBase(ctx context.Context, f linkfile.PocketBase) (*pocketbase.Client, error) {
	client, err := httpClient(cmp.Or(f.CAFile, p.caFile))
	if err != nil {
		return nil, fmt.Errorf("pocketbase.ca_file: %w", err)
	}
	return pocketbase.Connect(ctx, pocketbase.Config{
		URL: f.Base, Token: f.Token, Email: f.Email, Password: f.Password, HTTP: client, Log: p.log,
	})
}

// httpClient trusts the CAs in the file, if one is named, beside the
// system's.
func httpClient(caFile string) (*http.Client, error) {
	var roots *x509.CertPool
	if caFile != "" {
		pem, err := readPEM(caFile)
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
	pem, err := readPEM(p.caFile)
	if err == nil {
		_, err = outbound.Roots(pem)
	}
	if err != nil {
		return "", fmt.Errorf("reading the CA file: %w", err)
	}
	return string(pem), nil
}

// maxPEM bounds a CA file. That of a whole system has some 200 kB.
const maxPEM = 4 << 20

func readPEM(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pem, err := io.ReadAll(io.LimitReader(f, maxPEM+1))
	if err == nil && len(pem) > maxPEM {
		return nil, fmt.Errorf("%s: larger than 4 MB, so not a CA file", path)
	}
	return pem, err
}
