package pocketbase

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
)

// Observe returns the auth collections, the settings, and the number of people linked to each slot of the queried
// collection. It sends five requests, and one more for each further 200 auth collections. The error is a *link.Fault.
func (c *Client) Observe(ctx context.Context, q link.Query) (link.PocketBaseSnapshot, error) {
	snap := link.PocketBaseSnapshot{Taken: time.Now(), URL: c.URL(), Version: c.Identity().Version,
		SecretsByPlace: !c.Release().Since(rest.MergesByName)}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		snap.Settings, err = c.ReadSettings(groupCtx, q.Collection)
		return err
	})
	group.Go(func() (err error) {
		snap.Collections, err = c.AuthCollections(groupCtx)
		return err
	})
	if err := group.Wait(); err != nil {
		return link.PocketBaseSnapshot{}, err
	}
	queried := snap.Collection(q.Collection)
	if queried == nil {
		return snap, nil
	}
	linked, err := c.Linked(ctx, queried.ID)
	if err != nil {
		return link.PocketBaseSnapshot{}, err
	}
	snap.Linked = linked
	return snap, nil
}
