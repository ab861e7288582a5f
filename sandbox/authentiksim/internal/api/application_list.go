package api

import (
	"slices"
	"strconv"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// listApplications answers GET core/applications/. A superuser who asks for superuser_full_list gets every
// application; other users get those they may use. Without a search those come from a cache that ignores the filters,
// so that the pagination and the results may describe different lists.
func listApplications(c *serve.Call) (serve.Answer, error) {
	if full, _ := rest.BoolWord(c.Query.Get("superuser_full_list")); full && c.IsSuperuser() {
		return ApplicationResource().List(c)
	}
	rows, err := ApplicationResource().Selected(c, c.State.Applications.All())
	if err != nil {
		return serve.Answer{}, err
	}
	cut, err := rest.Paginate(c, rows)
	if err != nil {
		return serve.Answer{}, err
	}
	usable, err := usableApplications(c, cut)
	if err != nil {
		return serve.Answer{}, err
	}
	if withURL, _ := rest.BoolWord(c.Query.Get("only_with_launch_url")); withURL {
		usable = slices.DeleteFunc(usable, func(a *store.Application) bool { return LaunchURL(c, a) == "" })
	}
	results, err := ApplicationResource().RenderAll(c, usable)
	if err != nil {
		return serve.Answer{}, err
	}
	return rest.ListAnswer(cut.Pagination, results, nil)
}

// usableApplications returns the part of a page that its user may use, or the cached page.
func usableApplications(c *serve.Call, cut rest.Page[*store.Application]) ([]*store.Application, error) {
	if asked := c.Query.Get("for_user"); asked != "" {
		pk, isNumber := rest.ReadNumber(asked)
		user := c.State.Users.Get(pk)
		if !isNumber || user == nil || !c.MayOn("authentik_core.view_user_applications", strconv.Itoa(pk)) {
			return nil, serve.Refuse(400, obj{"for_user": "User not found"})
		}
		return onlyUsable(c, cut.Rows, user), nil
	}
	if c.Query.Get("search") != "" {
		return onlyUsable(c, cut.Rows, c.User), nil
	}
	key := store.AppListKey{User: c.User.PK, Page: cut.Number}
	if len(c.State.AppLists[key]) == 0 {
		var cached []store.CachedApp
		for _, a := range onlyUsable(c, cut.Rows, c.User) {
			cached = append(cached, *a)
		}
		c.State.AppLists[key] = cached
	}
	var usable []*store.Application
	for i := range c.State.AppLists[key] {
		usable = append(usable, &c.State.AppLists[key][i])
	}
	return usable, nil
}

func onlyUsable(c *serve.Call, rows []*store.Application, user *store.User) []*store.Application {
	denied := func(a *store.Application) bool { return !c.State.MayUse(a, user, c.Now()) }
	return slices.DeleteFunc(slices.Clone(rows), denied)
}

// checkAccess answers GET core/applications/{key}/check_access/, for any token.
func checkAccess(c *serve.Call) (serve.Answer, error) {
	a := c.State.ApplicationBySlug(c.Param("key"))
	if a == nil {
		return serve.Answer{}, serve.NotFound("Application")
	}
	user := c.User
	if asked := c.Query.Get("for_user"); asked != "" && c.IsSuperuser() {
		pk, isNumber := rest.ReadNumber(asked)
		if !isNumber {
			return serve.Answer{}, serve.Refuse(400, obj{"for_user": "for_user must be numerical"})
		}
		if user = c.State.Users.Get(pk); user == nil {
			return serve.Answer{}, serve.Refuse(400, obj{"for_user": "User not found"})
		}
	}
	return serve.OK(obj{"passing": c.State.MayUse(a, user, c.Now()), "messages": []string{}, "log_messages": []obj{}})
}
