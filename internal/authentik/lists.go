package authentik

import (
	"context"
	"net/http"
)

// What calls ask for, in words. Those that a single provider can make fail
// are told apart by them.
const (
	whatProviders   = "OAuth2 providers"
	whatApplication = "application"
)

// The lists below are what an observation reads whole. Each is ordered by
// something unique, so that pages read at the same time fit together.

func (c *Client) flowList() list {
	return list{need{what: "flows", perm: permViewFlow}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.FlowsAPI.FlowsInstancesList(ctx).Ordering("slug").PageSize(pageSize).Page(page).Execute()
		return err
	}}
}

func (c *Client) keyList() list {
	return list{need{what: "signing keys", perm: permViewKey}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.CryptoAPI.CryptoCertificatekeypairsList(ctx).HasKey(true).Ordering("name").
			PageSize(pageSize).Page(page).Execute()
		return err
	}}
}

func (c *Client) mappingList() list {
	return list{need{what: "scope mappings", perm: permViewMapping}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeList(ctx).Ordering("name").
			PageSize(pageSize).Page(page).Execute()
		return err
	}}
}

func (c *Client) providerList() list {
	return list{need{what: whatProviders, perm: permViewProvider}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.ProvidersAPI.ProvidersOauth2List(ctx).Ordering("name").PageSize(pageSize).Page(page).
			Execute()
		return err
	}}
}

func (c *Client) bindingList(applicationPK string) list {
	return list{need{what: "policy bindings", perm: permViewBinding}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.PoliciesAPI.PoliciesBindingsList(ctx).Target(applicationPK).Ordering("order").
			PageSize(pageSize).Page(page).Execute()
		return err
	}}
}

// anyProviderList finds providers of every kind by a part of their name.
func (c *Client) anyProviderList(search string) list {
	return list{need{what: "providers", perm: permViewAnyProvider}, func(ctx context.Context, page int32) error {
		r := c.API.ProvidersAPI.ProvidersAllList(ctx).Ordering("name").PageSize(pageSize).Page(page)
		if search != "" {
			r = r.Search(search)
		}
		_, _, err := r.Execute()
		return err
	}}
}

func (c *Client) groupList(name string) list {
	return list{need{what: "groups", perm: permViewGroup, field: "access.groups"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.CoreAPI.CoreGroupsList(ctx).Name(name).IncludeUsers(false).PageSize(pageSize).Page(page).
				Execute()
			return err
		}}
}

func (c *Client) userList(username string) list {
	return list{need{what: "users", perm: permViewUser, field: "access.users"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.CoreAPI.CoreUsersList(ctx).Username(username).IncludeGroups(false).PageSize(pageSize).
				Page(page).Execute()
			return err
		}}
}

// policyList has no filter by name, only a search for a part of it.
func (c *Client) policyList(search string) list {
	return list{need{what: "policies", perm: permViewPolicy, field: "access.policies"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.PoliciesAPI.PoliciesAllList(ctx).Search(search).Ordering("name").PageSize(pageSize).
				Page(page).Execute()
			return err
		}}
}

// application reads the application with that slug: nil when there is none.
// It never asks the list's slug filter, which answers from a cache that
// ignores it.
func (c *Client) application(ctx context.Context, slug string) (object, error) {
	n := need{what: whatApplication, perm: permViewApplication, field: "application.slug"}
	return c.one(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.CoreAPI.CoreApplicationsRetrieve(ctx, slug).Execute()
		return err
	})
}

// provider reads the OAuth2 provider with that primary key: nil when there is
// none.
func (c *Client) provider(ctx context.Context, pk int) (object, error) {
	n := need{what: "OAuth2 provider", perm: permViewProvider}
	return c.one(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.ProvidersAPI.ProvidersOauth2Retrieve(ctx, int32(pk)).Execute()
		return err
	})
}

// one reads one object: nil when authentik says that there is none.
func (c *Client) one(ctx context.Context, n need, do execute) (object, error) {
	a, err := c.read(ctx, n, do)
	if a.Status == http.StatusNotFound && !a.HTML() && a.Err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o, _ := a.object()
	return o, nil
}

// exactly reads the objects of a list whose key has exactly that value.
func (c *Client) exactly(ctx context.Context, l list, key, value string) ([]object, error) {
	objects, err := c.all(ctx, l)
	var matching []object
	for _, o := range objects {
		if o.text(key) == value {
			matching = append(matching, o)
		}
	}
	return matching, err
}

// settings reads the system settings.
func (c *Client) settings(ctx context.Context) (object, error) {
	n := need{what: "system settings", perm: permViewSettings}
	return c.one(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.AdminAPI.AdminSettingsRetrieve(ctx).Execute()
		return err
	})
}
