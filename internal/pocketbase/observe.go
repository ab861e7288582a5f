package pocketbase

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
)

// Observe returns the auth collections, the settings, and of the queried collection its fields' options and the number
// of people linked to each slot. It sends six requests, and one more for each further 200 auth collections. The error
// is a *link.Fault.
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
	group, groupCtx = errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		snap.Linked, err = c.Linked(groupCtx, queried.ID)
		return err
	})
	group.Go(func() error {
		whole, err := c.ReadCollection(groupCtx, queried.ID, queried.Name)
		if whole != nil {
			queried.Fields, queried.Indexes = whole.Fields, whole.Indexes
		}
		return err
	})
	if err := group.Wait(); err != nil {
		return link.PocketBaseSnapshot{}, err
	}
	return snap, nil
}
