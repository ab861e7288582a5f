package rest

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"authpocket/internal/link"
)

// searchSize is the number of matches that a search returns.
const searchSize = 20

// SearchGroups returns the first groups whose name contains query, by name.
func (c *Client) SearchGroups(ctx context.Context, query string) ([]link.Ref, error) {
	n := Need{What: "groups", Perm: link.PermViewGroup, Field: "access.groups"}
	return c.search(ctx, n, Named, func(ctx context.Context) error {
		r := c.API.CoreAPI.CoreGroupsList(ctx).IncludeUsers(false).Ordering("name").PageSize(searchSize)
		if query != "" {
			r = r.Search(query)
		}
		_, _, err := r.Execute()
		return err
	})
}

// SearchUsers returns the first users whose name, username or address contains query, by username. The ID of
// each is its primary key in digits.
func (c *Client) SearchUsers(ctx context.Context, query string) ([]link.Ref, error) {
	n := Need{What: "users", Perm: link.PermViewUser, Field: "access.users"}
	return c.search(ctx, n, UserRef, func(ctx context.Context) error {
		r := c.API.CoreAPI.CoreUsersList(ctx).IncludeGroups(false).Ordering("username").PageSize(searchSize)
		if query != "" {
			r = r.Search(query)
		}
		_, _, err := r.Execute()
		return err
	})
}

// FindUser returns the user with a username, an e-mail address or a primary key, in that order. Its error is a
// *link.Fault that names similar users.
func (c *Client) FindUser(ctx context.Context, named string) (link.Ref, error) {
	n := Need{What: "users", Perm: link.PermViewUser}
	found, _, err := c.page(ctx, List{n, func(ctx context.Context, _ int32) error {
		_, _, err := c.API.CoreAPI.CoreUsersList(ctx).IncludeGroups(false).Ordering("username").PageSize(PageSize).
			Search(named).Execute()
		return err
	}}, 1)
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
	if pk, err := strconv.ParseInt(named, 10, 32); err == nil {
		return c.userByKey(ctx, int32(pk))
	}
	near := make([]string, 0, len(found))
	for _, one := range found {
		near = append(near, Plain(one.Text("username")))
	}
	what := "authentik has no user “" + Plain(named) + "”."
	if len(near) > 0 {
		what += " Similar usernames: " + strings.Join(near[:min(len(near), searchSize)], ", ") + "."
	}
	return link.Ref{}, NewFault(link.FaultRefused, "", what, "Enter a username or an e-mail address.",
		errors.New("no such user"))
}

func (c *Client) userByKey(ctx context.Context, pk int32) (link.Ref, error) {
	n := Need{What: "users", Perm: link.PermViewUser}
	o, err := c.One(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.CoreAPI.CoreUsersRetrieve(ctx, pk).Execute()
		return err
	})
	if err == nil && o.Number("pk") != int(pk) {
		err = NewFault(link.FaultRefused, "", "authentik has no user with the ID "+strconv.Itoa(int(pk))+".",
			"Enter a username or an e-mail address.", errors.New("no such user"))
	}
	if err != nil {
		return link.Ref{}, err
	}
	return UserRef(o), nil
}

// SearchPolicies returns the first policies whose name contains query, by name.
func (c *Client) SearchPolicies(ctx context.Context, query string) ([]link.Ref, error) {
	n := Need{What: "policies", Perm: link.PermViewPolicy, Field: "access.policies"}
	return c.search(ctx, n, Named, func(ctx context.Context) error {
		r := c.API.PoliciesAPI.PoliciesAllList(ctx).Ordering("name").PageSize(searchSize)
		if query != "" {
			r = r.Search(query)
		}
		_, _, err := r.Execute()
		return err
	})
}

func (c *Client) search(ctx context.Context, n Need, reference func(Object) link.Ref, do Execute) ([]link.Ref, error) {
	found, _, err := c.page(ctx, List{n, func(ctx context.Context, _ int32) error { return do(ctx) }}, 1)
	if err != nil {
		return nil, err
	}
	matches := make([]link.Ref, len(found))
	for i, one := range found {
		matches[i] = reference(one)
	}
	return matches, nil
}
