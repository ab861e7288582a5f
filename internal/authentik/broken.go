package authentik

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// maxExamined is the number of providers to read one by one when looking for a broken one.
const maxExamined = 300

// explainBroken replaces err by a fault that names the broken provider, if err is a failed list and the
// provider can be found. One redirect URI that was stored without its matching mode breaks every list of
// providers and applications.
func (c *Client) explainBroken(ctx context.Context, err error) error {
	failed, ok := errors.AsType[*rest.StatusError](err)
	if !ok || failed.Status != http.StatusInternalServerError ||
		!slices.Contains([]string{rest.WhatProviders, rest.WhatApplication}, failed.What) {
		return err
	}
	providers, listErr := c.All(ctx, rest.AnyProviderList(""))
	if listErr != nil {
		c.Log.DebugContext(ctx, "looking for the provider that cannot be read", "err", listErr)
	}
	broken := c.broken(ctx, providers)
	if broken == nil {
		return rest.NewFault(report.FaultOther, "", say.Of("authentik failed to list its providers or applications."),
			say.Of("A redirect URI without a matching mode can cause this. If a provider was recently changed "+
				"through the API, send its full list of redirect URIs again. Otherwise check authentik's server "+
				"log."), err)
	}
	number := broken.Number("pk")
	return rest.NewFault(report.FaultOther, "",
		say.Of("authentik cannot read its own provider %q (ID %d), so it cannot list providers.",
			rest.Plain(broken.Text("name")), number),
		say.Of("One of its redirect URIs has no matching mode. Send the full list again through the API: PATCH "+
			"/api/v3/providers/oauth2/%d/ with {\"redirect_uris\": [{\"matching_mode\": \"strict\", \"url\": "+
			"\"…\"}]}.", number), err)
}

// broken returns a provider that authentik can't read, nil for none.
func (c *Client) broken(ctx context.Context, providers []rest.Object) rest.Object {
	var (
		mu    sync.Mutex
		found rest.Object
	)
	once := *c
	once.Reads = wire.Reads{} // the list was already retried
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(rest.MaxParallel)
	for _, p := range providers[:min(len(providers), maxExamined)] {
		if !isOAuth2(p) {
			continue
		}
		group.Go(func() error {
			_, err := once.Provider(ctx, p.Number("pk"))
			if rest.StatusOf(err) != http.StatusInternalServerError {
				return nil // readable, or not for this reason
			}
			mu.Lock()
			defer mu.Unlock()
			if found == nil { // cancelled reads also return this error, as their cause
				found = p
			}
			return err // one is enough
		})
	}
	if err := group.Wait(); err != nil {
		c.Log.DebugContext(ctx, "found a provider that cannot be read", "err", err)
	}
	return found
}
