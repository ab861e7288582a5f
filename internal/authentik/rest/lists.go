package rest

import (
	"context"
	"net/http"

	"authpocket/internal/link"
)

// What calls ask for, in words. Those that a single provider can make fail
// are told apart by them.
const (
	WhatProviders   = "OAuth2 providers"
	WhatApplication = "application"
)

// The lists below are what an observation reads whole. Each is ordered by
// something unique, so that pages read at the same time fit together.

// FlowList lists the flows.
func (c *Client) FlowList() List {
	return List{Need{What: "flows", Perm: link.PermViewFlow}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.FlowsAPI.FlowsInstancesList(ctx).Ordering("slug").PageSize(PageSize).Page(page).Execute()
		return err
	}}
}

// KeyList lists the key pairs that can sign.
func (c *Client) KeyList() List {
	return List{Need{What: "signing keys", Perm: link.PermViewKey}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.CryptoAPI.CryptoCertificatekeypairsList(ctx).HasKey(true).Ordering("name").
			PageSize(PageSize).Page(page).Execute()
		return err
	}}
}

// MappingList lists the scope mappings.
func (c *Client) MappingList() List {
	return List{Need{What: "scope mappings", Perm: link.PermViewMapping}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeList(ctx).Ordering("name").
			PageSize(PageSize).Page(page).Execute()
		return err
	}}
}

// ProviderList lists the OAuth2/OpenID providers.
func (c *Client) ProviderList() List {
	return List{Need{What: WhatProviders, Perm: link.PermViewProvider}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.ProvidersAPI.ProvidersOauth2List(ctx).Ordering("name").PageSize(PageSize).Page(page).
			Execute()
		return err
	}}
}

// BindingList lists an application's bindings.
func (c *Client) BindingList(applicationPK string) List {
	return List{Need{What: "policy bindings", Perm: link.PermViewBinding}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.PoliciesAPI.PoliciesBindingsList(ctx).Target(applicationPK).Ordering("order").
			PageSize(PageSize).Page(page).Execute()
		return err
	}}
}

// AnyProviderList finds providers of every kind by a part of their name.
func (c *Client) AnyProviderList(search string) List {
	return List{Need{What: "providers", Perm: link.PermViewAnyProvider}, func(ctx context.Context, page int32) error {
		r := c.API.ProvidersAPI.ProvidersAllList(ctx).Ordering("name").PageSize(PageSize).Page(page)
		if search != "" {
			r = r.Search(search)
		}
		_, _, err := r.Execute()
		return err
	}}
}

// GroupList lists the groups with that name.
func (c *Client) GroupList(name string) List {
	return List{Need{What: "groups", Perm: link.PermViewGroup, Field: "access.groups"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.CoreAPI.CoreGroupsList(ctx).Name(name).IncludeUsers(false).PageSize(PageSize).Page(page).
				Execute()
			return err
		}}
}

// UserList lists the users with that username.
func (c *Client) UserList(username string) List {
	return List{Need{What: "users", Perm: link.PermViewUser, Field: "access.users"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.CoreAPI.CoreUsersList(ctx).Username(username).IncludeGroups(false).PageSize(PageSize).
				Page(page).Execute()
			return err
		}}
}

// PolicyList has no filter by name, only a search for a part of it.
func (c *Client) PolicyList(search string) List {
	return List{Need{What: "policies", Perm: link.PermViewPolicy, Field: "access.policies"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.PoliciesAPI.PoliciesAllList(ctx).Search(search).Ordering("name").PageSize(PageSize).
				Page(page).Execute()
			return err
		}}
}

// Application reads the application with that slug: nil when there is none.
// It never asks the list's slug filter, which answers from a cache that
// ignores it.
func (c *Client) Application(ctx context.Context, slug string) (Object, error) {
	n := Need{What: WhatApplication, Perm: link.PermViewApplication, Field: "application.slug"}
	return c.One(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.CoreAPI.CoreApplicationsRetrieve(ctx, slug).Execute()
		return err
	})
}

// Provider reads the OAuth2 provider with that primary key: nil when there is
// none.
func (c *Client) Provider(ctx context.Context, pk int) (Object, error) {
	n := Need{What: "OAuth2 provider", Perm: link.PermViewProvider}
	return c.One(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.ProvidersAPI.ProvidersOauth2Retrieve(ctx, int32(pk)).Execute()
		return err
	})
}

// One reads one object: nil when authentik says that there is none.
func (c *Client) One(ctx context.Context, n Need, do Execute) (Object, error) {
	a, err := c.Read(ctx, n, do)
	if a.Status == http.StatusNotFound && !a.HTML() && a.Err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o, _ := a.Object()
	return o, nil
}

// Exactly reads the objects of a list whose key has exactly that value.
func (c *Client) Exactly(ctx context.Context, l List, key, value string) ([]Object, error) {
	objects, err := c.All(ctx, l)
	var matching []Object
	for _, o := range objects {
		if o.Text(key) == value {
			matching = append(matching, o)
		}
	}
	return matching, err
}

// Settings reads the system settings.
func (c *Client) Settings(ctx context.Context) (Object, error) {
	n := Need{What: "system settings", Perm: link.PermViewSettings}
	return c.One(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.AdminAPI.AdminSettingsRetrieve(ctx).Execute()
		return err
	})
}
