package authentik

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/wire"
)

// maxExamined is how many providers are read one by one to find the one that
// authentik cannot read.
const maxExamined = 300

// explainBroken names the provider that makes authentik answer its lists with
// an error, where err is such an error and the provider can be found. One
// redirect URI that was stored without its matching mode does that to every
// list of providers and of applications.
func (c *Client) explainBroken(ctx context.Context, err error) error {
	failed, ok := errors.AsType[*statusError](err)
	if !ok || failed.status != http.StatusInternalServerError || !slices.Contains([]string{whatProviders, whatApplication}, failed.what) {
		return err
	}
	providers, listErr := c.all(ctx, c.anyProviderList(""))
	if listErr != nil {
		c.log.DebugContext(ctx, "looking for the provider that cannot be read", "err", listErr)
	}
	broken := c.broken(ctx, providers)
	if broken == nil {
		return fault(link.FaultOther, "", "authentik ran into an error of its own while listing its providers or applications.",
			"A provider with a redirect URI that has no matching mode does this. If one was changed through the API lately, write its redirect URIs again, whole; otherwise look into authentik's server log.", err)
	}
	number := broken.number("pk")
	return fault(link.FaultOther, "", fmt.Sprintf("authentik cannot read its own provider %q (number %d), and therefore no list of providers.", plain(broken.text("name")), number),
		fmt.Sprintf("One of its redirect URIs has no matching mode. Write them again through the API, whole: PATCH /api/v3/providers/oauth2/%d/ with {\"redirect_uris\": [{\"matching_mode\": \"strict\", \"url\": \"…\"}]}.", number), err)
}

// broken is one of the providers that authentik cannot read; nil where none
// was found.
func (c *Client) broken(ctx context.Context, providers []object) object {
	var (
		mu    sync.Mutex
		found object
	)
	once := *c
	once.reads = wire.Reads{} // the list was asked for often enough
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxParallel)
	for _, p := range providers[:min(len(providers), maxExamined)] {
		if !isOAuth2(p) {
			continue
		}
		group.Go(func() error {
			_, err := once.provider(ctx, p.number("pk"))
			if statusOf(err) != http.StatusInternalServerError {
				return nil // readable, or not for this reason
			}
			mu.Lock()
			defer mu.Unlock()
			if found == nil { // those cancelled after it carry its error as their cause
				found = p
			}
			return err // one is enough
		})
	}
	if err := group.Wait(); err != nil {
		c.log.DebugContext(ctx, "found a provider that cannot be read", "err", err)
	}
	return found
}
