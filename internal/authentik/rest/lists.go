package rest

import (
	"context"
	"net/url"
	"strconv"

	"authpocket/internal/link"
)

// What a call requests, for messages. They also identify the lists that a single broken provider makes fail.
const (
	WhatProviders   = "OAuth2 providers"
	WhatApplication = "application"
)

// The paths of the objects that a link needs.
const (
	PathFlows        = "/flows/instances/"
	PathKeys         = "/crypto/certificatekeypairs/"
	PathMappings     = "/propertymappings/provider/scope/"
	PathProviders    = "/providers/oauth2/"
	PathApplications = "/core/applications/"
	PathBindings     = "/policies/bindings/"
)

// Item returns the path of one object in a list.
func Item(list, key string) string { return list + url.PathEscape(key) + "/" }

// The lists that an observation reads completely are ordered by a unique field, so that pages read in parallel are
// consistent.

// FlowList returns the list of flows.
func FlowList() List {
	return List{Need{What: "flows", Perm: link.PermViewFlow}, Get(PathFlows, "ordering", "slug")}
}

// KeyList returns the list of key pairs that can sign.
func KeyList() List {
	return List{Need{What: "signing keys", Perm: link.PermViewKey},
		Get(PathKeys, "has_key", "true", "ordering", "name")}
}

// MappingList returns the list of scope mappings.
func MappingList() List {
	return List{Need{What: "scope mappings", Perm: link.PermViewMapping}, Get(PathMappings, "ordering", "name")}
}

// ProviderList returns the list of OAuth2/OpenID providers.
func ProviderList() List {
	return List{Need{What: WhatProviders, Perm: link.PermViewProvider}, Get(PathProviders, "ordering", "name")}
}

// BindingList returns the list of an application's bindings.
func BindingList(applicationPK string) List {
	return List{Need{What: "policy bindings", Perm: link.PermViewBinding},
		Get(PathBindings, "target", applicationPK, "ordering", "order")}
}

// AnyProviderList returns the list of providers of any kind whose name contains search.
func AnyProviderList(search string) List {
	return List{Need{What: "providers", Perm: link.PermViewAnyProvider},
		searching(Get("/providers/all/", "ordering", "name"), search)}
}

// searching adds a search to the call, unless it is empty.
func searching(call Call, search string) Call {
	if search != "" {
		call.Query.Set("search", search)
	}
	return call
}

func needGroups() Need { return Need{What: "groups", Perm: link.PermViewGroup, Field: "access.groups"} }

func needUsers() Need { return Need{What: "users", Perm: link.PermViewUser, Field: "access.users"} }

func needPolicies() Need {
	return Need{What: "policies", Perm: link.PermViewPolicy, Field: "access.policies"}
}

// GroupList returns the list of groups with that name.
func GroupList(name string) List {
	return List{needGroups(), Get("/core/groups/", "name", name, "include_users", "false")}
}

// UserList returns the list of users with that username.
func UserList(username string) List {
	return List{needUsers(), Get("/core/users/", "username", username, "include_groups", "false")}
}

// PolicyList returns the list of policies whose name contains search: authentik has no exact filter.
func PolicyList(search string) List {
	return List{needPolicies(), Get("/policies/all/", "search", search, "ordering", "name")}
}

// FlowBySlug returns the list of flows with that slug.
func FlowBySlug(flow link.FlowField) List {
	return List{Need{What: "flows", Perm: link.PermViewFlow, Field: flow.Spec}, Get(PathFlows, "slug", flow.Ref.Name)}
}

// KeyByName returns the list of key pairs with that name.
func KeyByName(name string) List {
	return List{Need{What: "signing keys", Perm: link.PermViewKey, Field: "provider.signing_key"},
		Get(PathKeys, "name", name, "has_key", "true")}
}

// MappingByName returns the list of scope mappings with that name.
func MappingByName(name string) List {
	return List{Need{What: "scope mappings", Perm: link.PermViewMapping, Field: "provider.scope_mappings"},
		Get(PathMappings, "name", name)}
}

// ProviderByName returns the list of OAuth2 providers with that name.
func ProviderByName(name string) List {
	return List{Need{What: WhatProviders, Perm: link.PermViewProvider, Field: "provider.name"},
		Get(PathProviders, "name", name)}
}

// ProviderByClientID returns the list of OAuth2 providers with that client ID.
func ProviderByClientID(id string) List {
	return List{Need{What: WhatProviders, Perm: link.PermViewProvider, Field: "provider.client_id"},
		Get(PathProviders, "client_id", id)}
}

// Application returns the application with that slug, nil for none. It does not use the list's slug filter,
// which returns cached results that ignore it.
func (c *Client) Application(ctx context.Context, slug string) (Object, error) {
	n := Need{What: WhatApplication, Perm: link.PermViewApplication, Field: "application.slug"}
	return c.One(ctx, n, Get(Item(PathApplications, slug)))
}

// Provider returns the OAuth2 provider with that primary key, nil for none.
func (c *Client) Provider(ctx context.Context, pk int) (Object, error) {
	n := Need{What: "OAuth2 provider", Perm: link.PermViewProvider}
	return c.One(ctx, n, Get(Item(PathProviders, strconv.Itoa(pk))))
}

// Settings returns the system settings.
func (c *Client) Settings(ctx context.Context) (Object, error) {
	return c.One(ctx, Need{What: "system settings", Perm: link.PermViewSettings}, Get("/admin/settings/"))
}

// searchSize is the number of matches that a search returns.
const searchSize = 20

// SearchGroups returns the first groups whose name contains query, by name.
func (c *Client) SearchGroups(ctx context.Context, query string) ([]link.Ref, error) {
	return c.search(ctx, needGroups(), Named, query, Get("/core/groups/", "include_users", "false", "ordering", "name"))
}

// SearchUsers returns the first users whose name, username or address contains query, by username. The ID of
// each is its primary key in digits.
func (c *Client) SearchUsers(ctx context.Context, query string) ([]link.Ref, error) {
	return c.search(ctx, needUsers(), UserRef, query,
		Get("/core/users/", "include_groups", "false", "ordering", "username"))
}

// SearchPolicies returns the first policies whose name contains query, by name.
func (c *Client) SearchPolicies(ctx context.Context, query string) ([]link.Ref, error) {
	return c.search(ctx, needPolicies(), Named, query, Get("/policies/all/", "ordering", "name"))
}

func (c *Client) search(ctx context.Context, n Need, reference func(Object) link.Ref, query string,
	call Call) ([]link.Ref, error) {
	found, _, err := c.page(ctx, List{n, searching(call, query)}, 1, searchSize)
	return link.Each(found, reference), err
}
