package pocketbase

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
)

const (
	// collectionFields trims the list to what a link needs: a collection of
	// 200 fields is 10 kB instead of 60.
	collectionFields = "id,name,system,updated,oauth2,createRule,authRule,mfa," +
		"fields.name,fields.type,fields.system,fields.required"
	collectionsPage = 200
	maxPages        = 10
)

// Observe reads the auth collections, the settings, and how many people are
// linked to each slot of the queried collection: five requests, and one more
// for each 200 auth collections. The error is a *link.Fault.
func (c *Client) Observe(ctx context.Context, q link.Query) (link.PocketBaseSnapshot, error) {
	snap := link.PocketBaseSnapshot{Taken: time.Now(), URL: c.cfg.URL, Version: c.identity.Version,
		SecretsByPlace: !c.release().since(mergesByName)}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		snap.Settings, err = c.settings(groupCtx, q.Collection)
		return err
	})
	group.Go(func() (err error) {
		snap.Collections, err = c.authCollections(groupCtx)
		return err
	})
	if err := group.Wait(); err != nil {
		return link.PocketBaseSnapshot{}, err
	}
	queried := snap.Collection(q.Collection)
	if queried == nil {
		return snap, nil
	}
	linked, err := c.linked(ctx, queried.ID)
	if err != nil {
		return link.PocketBaseSnapshot{}, err
	}
	snap.Linked = linked
	return snap, nil
}

// list is one page of a list answer.
type list[T any] struct {
	Items      []T `json:"items"`
	TotalItems int `json:"totalItems"`
	TotalPages int `json:"totalPages"`
}

func (c *Client) authCollections(ctx context.Context) ([]link.CollectionState, error) {
	var all []link.CollectionState
	for page := 1; page <= maxPages; page++ {
		got, err := c.collections(ctx, `type="auth"`, page)
		if err != nil {
			return nil, err
		}
		for _, one := range got.Items {
			all = append(all, one.state())
		}
		if page >= got.TotalPages {
			return all, nil
		}
	}
	return nil, fault(link.FaultOther, "",
		fmt.Sprintf("PocketBase has more than %d auth collections.", maxPages*collectionsPage),
		"This is more than authpocket reads, so it cannot see which of them are linked.",
		fmt.Errorf("listing the auth collections: more than %d pages", maxPages))
}

func (c *Client) collections(ctx context.Context, filter string, page int) (list[collection], error) {
	query := url.Values{
		"filter":  {filter},
		"sort":    {"name"},
		"page":    {strconv.Itoa(page)},
		"perPage": {strconv.Itoa(collectionsPage)},
		"fields":  {collectionFields},
	}
	var got list[collection]
	err := c.read(ctx, call{path: "/api/collections", query: query}, &got)
	return got, err
}

// collection reads one auth collection, by list as always, or nil where it
// is gone.
func (c *Client) collection(ctx context.Context, id, name string) (*link.CollectionState, error) {
	filter := "id=" + quoted(id)
	if id == "" {
		filter = "name=" + quoted(name)
	}
	got, err := c.collections(ctx, `type="auth" && `+filter, 1)
	if err != nil || len(got.Items) == 0 {
		return nil, err
	}
	state := got.Items[0].state()
	return &state, nil
}

// quoted writes a value of PocketBase's filter language. Names and ids have
// letters, digits and underscores only, so that nothing of theirs is lost.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`"`, "", `\`, "").Replace(s) + `"`
}

func (c *Client) settings(ctx context.Context, collection string) (link.SettingsState, error) {
	var got settings
	query := url.Values{"fields": {"meta,rateLimits,superuserIPs"}}
	err := c.read(ctx, call{path: "/api/settings", query: query}, &got)
	return got.state(collection), err
}

// linked counts the people of a collection that have signed in through each
// slot. The links outlive the provider in the slot.
func (c *Client) linked(ctx context.Context, collectionID string) (map[string]int, error) {
	slots := link.Slots()
	counts := make([]int, len(slots))
	group, ctx := errgroup.WithContext(ctx)
	for i, slot := range slots {
		group.Go(func() error {
			query := url.Values{
				"filter":  {"collectionRef=" + quoted(collectionID) + " && provider=" + quoted(slot)},
				"perPage": {"1"},
				"fields":  {"id"},
			}
			var got list[struct{}]
			err := c.read(ctx, call{path: "/api/collections/_externalAuths/records", query: query}, &got)
			counts[i] = got.TotalItems
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	linked := make(map[string]int, len(slots))
	for i, slot := range slots {
		linked[slot] = counts[i]
	}
	return linked, nil
}
