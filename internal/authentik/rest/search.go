package rest

import (
	"context"

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
