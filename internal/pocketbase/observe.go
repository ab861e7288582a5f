package pocketbase

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
)

// ReadAhead sends what Observe would, each request once, so that an Observe in the same moment finds the answers.
func ReadAhead(ctx context.Context, cfg rest.Config, q link.Query) {
	cfg.Token = cfg.Token.AsPasted()
	c := rest.NewClient(cfg, rest.Identity{})
	c.Wire.Reads.Tries = 1
	_, _ = newFacade(c).Observe(ctx, q) // Observe sends again what failed
}

// Observe returns the auth collections, the settings, and of the queried collection the number of people linked to each
// slot. It sends three requests at once, more for long lists. The error is a *report.Fault.
func (c *Client) Observe(ctx context.Context, q link.Query) (link.PocketBaseSnapshot, error) {
	snap := link.PocketBaseSnapshot{Taken: time.Now(), URL: c.URL(), Version: c.Identity().Version,
		SecretsByPlace: !c.Release().Since(rest.MergesByName)}
	var links rest.Links
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		snap.Settings, err = c.ReadSettings(groupCtx, q.Collection)
		return err
	})
	group.Go(func() (err error) {
		snap.Collections, err = c.AuthCollections(groupCtx)
		return err
	})
	if q.Collection != "" && !q.Unwarned {
		group.Go(func() (err error) {
			links, err = c.Links(groupCtx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return link.PocketBaseSnapshot{}, err
	}
	queried := snap.Collection(q.Collection)
	if queried == nil || q.Unwarned {
		return snap, nil
	}
	var err error
	if snap.Linked, err = c.Linked(ctx, links, queried.ID); err != nil {
		return link.PocketBaseSnapshot{}, err
	}
	return snap, nil
}
