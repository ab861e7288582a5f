package rest

import (
	"context"

	"authpocket/internal/link"
)

// The lists of objects with a given name.

// FlowBySlug returns the list of flows with that slug.
func (c *Client) FlowBySlug(flow link.FlowField) List {
	return List{Need{What: "flows", Perm: link.PermViewFlow, Field: flow.Spec},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.FlowsAPI.FlowsInstancesList(ctx).Slug(flow.Ref.Name).PageSize(PageSize).Page(
				page).Execute()
			return err
		}}
}

// KeyByName returns the list of key pairs with that name.
func (c *Client) KeyByName(name string) List {
	return List{Need{What: "signing keys", Perm: link.PermViewKey, Field: "provider.signing_key"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.CryptoAPI.CryptoCertificatekeypairsList(ctx).Name(name).HasKey(true).PageSize(PageSize).
				Page(page).Execute()
			return err
		}}
}

// MappingByName returns the list of scope mappings with that name.
func (c *Client) MappingByName(name string) List {
	return List{Need{What: "scope mappings", Perm: link.PermViewMapping, Field: "provider.scope_mappings"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeList(ctx).Name(name).PageSize(PageSize).
				Page(page).Execute()
			return err
		}}
}

// ProviderByName returns the list of OAuth2 providers with that name.
func (c *Client) ProviderByName(name string) List {
	return List{Need{What: WhatProviders, Perm: link.PermViewProvider, Field: "provider.name"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.ProvidersAPI.ProvidersOauth2List(ctx).Name(name).PageSize(PageSize).Page(page).Execute()
			return err
		}}
}

// ProviderByClientID returns the list of OAuth2 providers with that client ID.
func (c *Client) ProviderByClientID(id string) List {
	return List{Need{What: WhatProviders, Perm: link.PermViewProvider, Field: "provider.client_id"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.ProvidersAPI.ProvidersOauth2List(ctx).ClientId(id).PageSize(PageSize).Page(page).
				Execute()
			return err
		}}
}
