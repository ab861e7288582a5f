package view

import (
	"strconv"

	"authpocket/internal/link"
)

// ApplicationURL returns the application's page in authentik's admin interface.
func ApplicationURL(base, slug string) string { return base + "/if/admin/#/core/applications/" + slug }

// ProviderURL returns the provider's page in authentik's admin interface.
func ProviderURL(base string, pk int) string {
	return base + "/if/admin/#/core/providers/" + strconv.Itoa(pk)
}

// TokensURL returns authentik's page for creating and deleting tokens.
func TokensURL(base string) string { return base + "/if/admin/#/core/tokens" }

// CollectionURL returns a collection's page in PocketBase's dashboard.
func CollectionURL(base, id string) string { return base + "/_/#/collections?collection=" + id }

// SuperusersURL returns PocketBase's page of superusers.
func SuperusersURL(base string) string { return CollectionURL(base, link.Superusers) }
