package authentiksim

import (
	"slices"
	"strconv"
)

// appListKey names a cached page of applications: they are kept by user and
// page number, and by nothing else of the request.
type appListKey struct{ user, page int }

// cachedApp is an application as it was when the list was cached.
type cachedApp = Application

// listApplications answers GET core/applications/. Only a superuser who asks
// for superuser_full_list gets a list of what is there. Everybody else gets
// what they may use: without a search from a cache that ignores the filters,
// so that the pagination tells of one list and the results are of another.
func listApplications(c *call) (answer, error) {
	if full, _ := boolWord(c.query.Get("superuser_full_list")); full && c.isSuperuser() {
		return applicationResource.list(c)
	}
	rows, err := applicationResource.selected(c, c.st.applications.all())
	if err != nil {
		return answer{}, err
	}
	cut, err := paginate(c, rows)
	if err != nil {
		return answer{}, err
	}
	usable, err := c.usableApplications(cut)
	if err != nil {
		return answer{}, err
	}
	if withURL, _ := boolWord(c.query.Get("only_with_launch_url")); withURL {
		usable = slices.DeleteFunc(usable, func(a *Application) bool { return c.launchURL(a) == "" })
	}
	results, err := applicationResource.renderAll(c, usable)
	if err != nil {
		return answer{}, err
	}
	return listAnswer(cut.pagination, results, nil)
}

// usableApplications is the part of a page its user may use, or a page cached before.
func (c *call) usableApplications(cut page[*Application]) ([]*Application, error) {
	if asked := c.query.Get("for_user"); asked != "" {
		pk, isNumber := readNumber(asked)
		user := c.st.users.get(pk)
		if !isNumber || user == nil || !c.mayOn("authentik_core.view_user_applications", strconv.Itoa(pk)) {
			return nil, refuse(400, obj{"for_user": "User not found"})
		}
		return c.onlyUsable(cut.rows, user), nil
	}
	if c.query.Get("search") != "" {
		return c.onlyUsable(cut.rows, c.user), nil
	}
	key := appListKey{user: c.user.PK, page: cut.number}
	if len(c.st.appLists[key]) == 0 {
		var cached []cachedApp
		for _, a := range c.onlyUsable(cut.rows, c.user) {
			cached = append(cached, *a)
		}
		c.st.appLists[key] = cached
	}
	var usable []*Application
	for i := range c.st.appLists[key] {
		usable = append(usable, &c.st.appLists[key][i])
	}
	return usable, nil
}

func (c *call) onlyUsable(rows []*Application, user *User) []*Application {
	return slices.DeleteFunc(slices.Clone(rows), func(a *Application) bool { return !c.access(a, user) })
}

// checkAccess answers GET core/applications/{key}/check_access/, for any token.
func checkAccess(c *call) (answer, error) {
	a := c.st.applicationBySlug(c.param("key"))
	if a == nil {
		return answer{}, notFound("Application")
	}
	user := c.user
	if asked := c.query.Get("for_user"); asked != "" && c.isSuperuser() {
		pk, isNumber := readNumber(asked)
		if !isNumber {
			return answer{}, refuse(400, obj{"for_user": "for_user must be numerical"})
		}
		if user = c.st.users.get(pk); user == nil {
			return answer{}, refuse(400, obj{"for_user": "User not found"})
		}
	}
	return ok(obj{"passing": c.access(a, user), "messages": []string{}, "log_messages": []obj{}})
}
