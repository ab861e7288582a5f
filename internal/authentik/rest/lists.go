package rest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
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
	PathUsers        = "/core/users/"
)

// Item returns the path of one object in a list.
func Item(list, key string) string { return list + url.PathEscape(key) + "/" }

// The lists that an observation reads completely are ordered by a unique field, so that pages read in parallel are
// consistent.

// FlowList returns the list of flows.
func FlowList() List {
	return List{Need{What: say.Of("flows"), Perm: report.PermViewFlow}, Get(PathFlows, "ordering", "slug")}
}

// KeyList returns the list of key pairs that can sign.
func KeyList() List {
	return List{Need{What: say.Of("signing keys"), Perm: report.PermViewKey},
		Get(PathKeys, "has_key", "true", "ordering", "name")}
}

// MappingList returns the list of scope mappings.
func MappingList() List {
	return List{Need{What: say.Of("scope mappings"), Perm: report.PermViewMapping},
		Get(PathMappings, "ordering", "name")}
}

// ProviderList returns the list of OAuth2/OpenID providers.
func ProviderList() List {
	return List{Need{What: say.Of(WhatProviders), Perm: report.PermViewProvider},
		Get(PathProviders, "ordering", "name")}
}

// FewProviders is how many providers are read if a few will do: authentik takes 10 ms or more for each.
const FewProviders = 20

// BindingList returns the list of an application's bindings.
func BindingList(applicationPK string) List {
	return List{Need{What: say.Of("policy bindings"), Perm: report.PermViewBinding},
		Get(PathBindings, "target", applicationPK, "ordering", inOrder)}
}

// bindingsOf returns the list of the bindings of several objects.
func bindingsOf(targets []string) List {
	list := BindingList("")
	list.Call.Query["target_in"] = targets
	list.Call.Query.Del("target")
	return list
}

// Bindings returns the bindings of objects by object, with one request for all that are not known in this moment.
func (c *Client) Bindings(ctx context.Context, targets ...string) (map[string][]Object, error) {
	found, unknown := map[string][]Object{}, []string{}
	for _, target := range Set(targets) {
		if _, known := wire.Known(ctx, c.key(BindingList(target).Page(1, PageSize))); !known {
			unknown = append(unknown, target)
			continue
		}
		if err := c.bindingsAlone(ctx, target, found); err != nil {
			return nil, err
		}
	}
	if len(unknown) > 1 {
		all, err := c.All(ctx, bindingsOf(unknown))
		if StatusOf(err) != http.StatusBadRequest { // an object that is gone is no valid choice
			for _, b := range all {
				found[b.Text("target")] = append(found[b.Text("target")], b)
			}
			return found, err
		}
	}
	for _, target := range unknown {
		if err := c.bindingsAlone(ctx, target, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (c *Client) bindingsAlone(ctx context.Context, target string, found map[string][]Object) (err error) {
	found[target], err = c.All(ctx, BindingList(target))
	return err
}

// inOrder sorts what is bound in the order in which authentik evaluates it.
const inOrder = "order"

// StageBindingList returns the list of a flow's stages, in their order.
func StageBindingList(flow string) List {
	return List{Need{What: say.Of("stage bindings"), Perm: report.PermViewStageBinding},
		Get("/flows/bindings/", "target", flow, "ordering", inOrder)}
}

// AnyProviderList returns the list of providers of any kind whose name contains search.
func AnyProviderList(search string) List {
	return List{Need{What: say.Of("providers"), Perm: report.PermViewAnyProvider},
		searching(Get("/providers/all/", "ordering", "name"), search)}
}

// searching adds a search to the call, unless it is empty.
func searching(call Call, search string) Call {
	if search != "" {
		call.Query.Set("search", search)
	}
	return call
}

// Admitted is a kind of objects that a binding admits: groups, users or policies.
type Admitted struct {
	List
	Name string // the key of the name
	Ref  func(Object) link.Ref
}

// AdmittedKind returns the list of a kind of binding, false for another text.
func AdmittedKind(kind string) (Admitted, bool) {
	list, found := map[string]Admitted{
		"group": {List{Need{What: say.Of("groups"), Perm: report.PermViewGroup, Field: AccessField(kind)},
			Get("/core/groups/", "include_users", "false")}, "name", Named},
		"user": {List{Need{What: say.Of("users"), Perm: report.PermViewUser, Field: AccessField(kind)},
			Get(PathUsers, "include_groups", "false")}, "username", UserRef},
		"policy": {List{Need{What: say.Of("policies"), Perm: report.PermViewPolicy, Field: AccessField(kind)},
			Get("/policies/all/")}, "name", Named},
	}[kind]
	return list, found
}

// Called returns the list of those with that name, or with names that contain it: authentik has no exact filter for
// policies.
func (a Admitted) Called(name string) List {
	if a.Need.Perm == report.PermViewPolicy {
		a.Call.Query.Set("search", name)
		a.Call.Query.Set("ordering", "name")
	} else {
		a.Call.Query.Set(a.Name, name)
	}
	return a.List
}

// FlowBySlug returns the list of flows with that slug.
func FlowBySlug(flow link.FlowField) List {
	return List{Need{What: say.Of("flows"), Perm: report.PermViewFlow, Field: flow.Spec}, Get(PathFlows, "slug",
		flow.Ref.Name)}
}

// KeyByName returns the list of key pairs with that name.
func KeyByName(name string) List {
	return List{Need{What: say.Of("signing keys"), Perm: report.PermViewKey, Field: "provider.signing_key"},
		Get(PathKeys, "name", name, "has_key", "true")}
}

// UserByName returns the list of users with that username.
func UserByName(name string) List {
	return List{Need{What: say.Of("users"), Perm: report.PermViewUser}, Get(PathUsers, "username", name)}
}

// MappingByName returns the list of scope mappings with that name.
func MappingByName(name string) List {
	return List{Need{What: say.Of("scope mappings"), Perm: report.PermViewMapping, Field: "provider.scope_mappings"},
		Get(PathMappings, "name", name)}
}

// ProviderByName returns the list of OAuth2 providers with that name.
func ProviderByName(name string) List {
	return List{Need{What: say.Of(WhatProviders), Perm: report.PermViewProvider, Field: "provider.name"},
		Get(PathProviders, "name", name)}
}

// ProviderByClientID returns the list of OAuth2 providers with that client ID.
func ProviderByClientID(id string) List {
	return List{Need{What: say.Of(WhatProviders), Perm: report.PermViewProvider, Field: "provider.client_id"},
		Get(PathProviders, "client_id", id)}
}

// Application returns the application with that slug, nil for none. It does not use the list's slug filter,
// which returns cached results that ignore it.
func (c *Client) Application(ctx context.Context, slug string) (Object, error) {
	n := Need{What: say.Of(WhatApplication), Perm: report.PermViewApplication, Field: "application.slug"}
	return c.One(ctx, n, Get(Item(PathApplications, slug)))
}

// ApplicationByKey returns the application with that primary key, nil for none. A token that is not a superuser's finds
// it among those that its user may use, which may come from a cache.
func (c *Client) ApplicationByKey(ctx context.Context, pk string) (Object, error) {
	all, err := c.All(ctx, List{Need{What: say.Of("applications"), Perm: report.PermViewApplication},
		Get(PathApplications, "superuser_full_list", "true", "ordering", "slug")})
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if one.Text("pk") != pk {
			continue
		}
		if now, err := c.Application(ctx, one.Text("slug")); now.Text("pk") == pk || err != nil {
			return now, err
		}
	}
	return nil, nil
}

// Provider returns the OAuth2 provider with that primary key, nil for none.
func (c *Client) Provider(ctx context.Context, pk int) (Object, error) {
	n := Need{What: say.Of("OAuth2 provider"), Perm: report.PermViewProvider}
	return c.One(ctx, n, Get(Item(PathProviders, strconv.Itoa(pk))))
}

// ProviderWith returns the OAuth2 provider with that client ID, nil for none. near is the name of a provider that it
// may be, empty for none: it is not read again if it was read in this moment by that name, or among the first ones.
func (c *Client) ProviderWith(ctx context.Context, clientID, near string) (Object, error) {
	return c.uniqueProvider(ctx, "client_id", clientID, ProviderByClientID(clientID), ProviderByName(near))
}

// ProviderCalled returns the OAuth2 provider with that name, nil for none.
func (c *Client) ProviderCalled(ctx context.Context, name string) (Object, error) {
	return c.uniqueProvider(ctx, "name", name, ProviderByName(name))
}

// uniqueProvider returns the provider with a value that no other has. It is in list, if not among others that were read
// in this moment.
func (c *Client) uniqueProvider(ctx context.Context, key, value string, list List, others ...List) (Object, error) {
	if value == "" {
		return nil, nil
	}
	has := func(o Object) bool { return o.Text(key) == value }
	known := []Call{ProviderList().Page(1, FewProviders)}
	for _, other := range others {
		known = append(known, other.Page(1, PageSize))
	}
	for _, call := range known {
		a, _ := wire.Known(ctx, c.key(call))
		o, _ := ParseObject(a.Body)
		if objects := o.Objects("results"); slices.ContainsFunc(objects, has) {
			return objects[slices.IndexFunc(objects, has)], nil
		}
	}
	found, err := c.Exactly(ctx, list, key, value)
	if len(found) == 0 {
		return nil, err
	}
	return found[0], err
}

// Settings returns the system settings.
func (c *Client) Settings(ctx context.Context) (Object, error) {
	return c.One(ctx, Need{What: say.Of("system settings"), Perm: report.PermViewSettings}, Get("/admin/settings/"))
}

// searchSize is the number of matches that a search returns.
const searchSize = 20

// SearchGroups returns the first groups whose name contains query, by name.
func (c *Client) SearchGroups(ctx context.Context, query string) ([]link.Ref, error) {
	return c.search(ctx, "group", query)
}

// SearchUsers returns the first users whose name, username or address contains query, by username. The ID of
// each is its primary key in digits.
func (c *Client) SearchUsers(ctx context.Context, query string) ([]link.Ref, error) {
	return c.search(ctx, "user", query)
}

// SearchPolicies returns the first policies whose name contains query, by name.
func (c *Client) SearchPolicies(ctx context.Context, query string) ([]link.Ref, error) {
	return c.search(ctx, "policy", query)
}

func (c *Client) search(ctx context.Context, kind, query string) ([]link.Ref, error) {
	a, _ := AdmittedKind(kind)
	a.Call.Query.Set("ordering", a.Name)
	a.Call = searching(a.Call, query)
	found, _, err := c.page(ctx, a.List, 1, searchSize)
	return link.Each(found, a.Ref), err
}

// FindUser returns the user with a username, an e-mail address or a primary key, in that order. Its error is a
// *report.Fault that names similar users.
func (c *Client) FindUser(ctx context.Context, named string) (link.Ref, error) {
	users, _ := AdmittedKind("user")
	users.Call.Query.Set("ordering", users.Name)
	users.Call = searching(users.Call, named)
	found, _, err := c.page(ctx, users.List, 1, PageSize)
	if err != nil {
		return link.Ref{}, err
	}
	for _, key := range []string{"username", "email"} {
		for _, one := range found {
			if strings.EqualFold(one.Text(key), named) {
				return UserRef(one), nil
			}
		}
	}
	if pk, err := strconv.Atoi(named); err == nil {
		if one, err := c.User(ctx, pk); one != nil || err != nil {
			return UserRef(one), err
		}
	}
	what := say.Of("authentik has no user “%s”.", Plain(named))
	if len(found) > 0 {
		near := link.Each(found[:min(len(found), searchSize)],
			func(o Object) string { return Plain(o.Text("username")) })
		what = say.Of("%s Similar usernames: %s.", what, strings.Join(near, ", "))
	}
	return link.Ref{}, NewFault(report.FaultRefused, "", what, say.Of("Enter a username or an e-mail address."),
		errors.New("no such user"))
}
