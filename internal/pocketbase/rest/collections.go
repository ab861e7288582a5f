package rest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

const (
	collectionFields = "id,name,system,updated,oauth2,createRule,authRule,mfa,passwordAuth,otp,indexes,fields"
	collectionsPage  = 100 // a collection of 200 fields takes 60 kB, and an answer may have 8 MB
	maxPages         = 20

	pathCollections = "/api/collections"
)

// AuthCollections returns all auth collections, with their fields' options and their indexes.
func (c *Client) AuthCollections(ctx context.Context) ([]link.CollectionState, error) {
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
	return nil, NewFault(report.FaultOther, "",
		say.Of("PocketBase has more than %d auth collections.", maxPages*collectionsPage),
		say.Of("This is more than authpocket reads, so it cannot see which of them are linked."),
		fmt.Errorf("listing the auth collections: more than %d pages", maxPages))
}

func (c *Client) collections(ctx context.Context, filter string, page int) (List[collection], error) {
	query := url.Values{
		"filter":  {filter},
		"sort":    {"name"},
		"page":    {strconv.Itoa(page)},
		"perPage": {strconv.Itoa(collectionsPage)},
		"fields":  {collectionFields},
	}
	var got List[collection]
	err := c.Read(ctx, Call{Path: pathCollections, Query: query}, &got)
	return got, err
}

// FindCollection returns one of all auth collections, by its id or else its name, or nil if it is gone. It shares their
// list with the others of one moment.
func (c *Client) FindCollection(ctx context.Context, id, name string) (*link.CollectionState, error) {
	all, err := c.AuthCollections(ctx)
	return link.Find(all, func(one link.CollectionState) bool {
		return one.ID == id || id == "" && one.Name == name
	}), err
}

// ReadCollection is FindCollection without the others, for writes. Like everything here it reads by list.
func (c *Client) ReadCollection(ctx context.Context, id, name string) (*link.CollectionState, error) {
	filter := "id=" + Quoted(id)
	if id == "" {
		filter = "name=" + Quoted(name)
	}
	got, err := c.collections(ctx, `type="auth" && `+filter, 1)
	if err != nil || len(got.Items) == 0 {
		return nil, err
	}
	return new(got.Items[0].state()), nil
}

// ReadSettings returns the settings that matter to a link with the collection.
func (c *Client) ReadSettings(ctx context.Context, collection string) (link.SettingsState, error) {
	var got settings
	err := c.Read(ctx, settingsCall(), &got)
	return got.state(collection), err
}

func settingsCall() Call {
	return Call{Path: "/api/settings", Query: url.Values{"fields": {"meta,rateLimits,superuserIPs"}}}
}

// linksPage is how many links are read to be counted here.
const linksPage = 200

// Links are the links of people to the slots of all collections, as many as one page holds.
type Links = List[struct {
	Collection string `json:"collectionRef"`
	Slot       string `json:"provider"`
}]

// Links returns the first links of people to slots.
func (c *Client) Links(ctx context.Context) (got Links, err error) {
	slots := link.Each(link.Slots(), func(slot string) string { return "provider=" + Quoted(slot) })
	err = c.Read(ctx, linksOf(strings.Join(slots, " || "), linksPage), &got)
	return got, err
}

func linksOf(filter string, page int) Call {
	return Call{Path: "/api/collections/_externalAuths/records", Query: url.Values{
		"filter": {filter}, "perPage": {strconv.Itoa(page)}, "fields": {"collectionRef,provider"}}}
}

// Linked returns how many people of a collection have signed in through each slot. It has PocketBase count them if
// there are more links than were read. The links outlive the provider in the slot.
func (c *Client) Linked(ctx context.Context, links Links, collectionID string) (map[string]int, error) {
	slots := link.Slots()
	counts := make([]int, len(slots))
	group, ctx := errgroup.WithContext(ctx)
	for i, slot := range slots {
		for _, one := range links.Items {
			if one.Collection == collectionID && one.Slot == slot {
				counts[i]++
			}
		}
		if links.TotalItems <= len(links.Items) {
			continue
		}
		group.Go(func() error {
			var got List[struct{}]
			err := c.Read(ctx, linksOf("collectionRef="+Quoted(collectionID)+" && provider="+Quoted(slot), 1), &got)
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

// Quoted returns s as a string literal of PocketBase's filter language, without quotes and backslashes. Names and ids
// consist of letters, digits and underscores, so they lose nothing.
func Quoted(s string) string {
	return `"` + strings.NewReplacer(`"`, "", `\`, "").Replace(s) + `"`
}

// List is one page of a list answer.
type List[T any] struct {
	Items      []T `json:"items"`
	TotalItems int `json:"totalItems"`
	TotalPages int `json:"totalPages"`
}

// CollectionGone returns the fault for an auth collection that no longer exists.
func CollectionGone(collection string) *report.Fault {
	return NewFault(report.FaultStale, "pocketbase.collection", say.Of("PocketBase no longer has the auth collection "+
		"“%s”.", collection), say.Of("Choose another collection, or make this one again."),
		errors.New("the collection is gone"))
}
