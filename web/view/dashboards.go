package view

import "authpocket/internal/link"

// ApplicationURL is the application's page in authentik's admin interface.
func ApplicationURL(base, slug string) string { return base + "/if/admin/#/core/applications/" + slug }

// TokensURL is the page of authentik where tokens are made and deleted.
func TokensURL(base string) string { return base + "/if/admin/#/core/tokens" }

// CollectionURL is a collection's page in PocketBase's dashboard.
func CollectionURL(base, id string) string { return base + "/_/#/collections?collection=" + id }

// SuperusersURL is the page of PocketBase where superusers are.
func SuperusersURL(base string) string { return CollectionURL(base, link.Superusers) }
