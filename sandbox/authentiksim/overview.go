package authentiksim

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"authpocket/sandbox/authentiksim/internal/api"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// overviewView is the content of the page that replaces the dashboard.
type overviewView struct {
	Version string
	Tables  []overviewTable
}

// overviewTable is one table. Rows have as many cells as there are columns.
type overviewTable struct {
	ID, Title string
	Columns   []string
	Rows      [][]string
	Empty     string
}

// overviewEvents is the number of latest events on the page.
const overviewEvents = 25

// overview answers GET /, /if/admin/ and /if/user/. It shows no secrets.
func overview(c *serve.Call) (serve.Answer, error) {
	view := overviewView{Version: c.Config.Version, Tables: []overviewTable{
		applicationTable(c), providerTable(c), mappingTable(c), userTable(c), eventTable(c),
	}}
	return c.Pages.Render(http.StatusOK, "overview", serve.PageView{
		Title: "Simulated authentik", Heading: "Simulated authentik", Wide: true, Body: view}), nil
}

func applicationTable(c *serve.Call) overviewTable {
	t := overviewTable{ID: "applications", Title: "Applications",
		Columns: []string{"Name", "Slug", "Group", "Provider", "Who may use it"},
		Empty:   "There are no applications yet."}
	for _, a := range c.State.Applications.All() {
		provider := "none"
		if p := c.State.Providers.Get(a.Provider); p != nil {
			provider = p.Name
		}
		t.Rows = append(t.Rows, []string{a.Name, a.Slug, a.Group, provider, audience(c, a)})
	}
	return t
}

// audience describes who may use an application.
func audience(c *serve.Call, a *store.Application) string {
	var who []string
	for _, b := range c.State.BindingsOf(a.PK) {
		switch {
		case b.Group != "":
			who = append(who, "group "+c.State.Groups.Get(b.Group).Name)
		case b.User != 0:
			who = append(who, "user "+c.State.Users.Get(b.User).Username)
		default:
			who = append(who, "policy "+c.State.Policies.Get(b.Policy).Name)
		}
	}
	if len(who) == 0 {
		return "everyone"
	}
	return strings.Join(who, ", ")
}

func providerTable(c *serve.Call) overviewTable {
	t := overviewTable{ID: "providers", Title: "Providers",
		Columns: []string{"Name", "Client ID", "Redirect URIs", "Scopes", "Signing key"},
		Empty:   "There are no providers yet."}
	for _, p := range c.State.Providers.All() {
		var uris []string
		for _, u := range p.RedirectURIs {
			uris = append(uris, u.URL)
		}
		key := "none (HS256)"
		if pair := c.State.Keys.Get(p.SigningKey); pair != nil {
			key = pair.Name
		}
		scopes := strings.Join(c.State.ScopesOf(p), " ")
		t.Rows = append(t.Rows, []string{p.Name, p.ClientID, strings.Join(uris, "\n"), scopes, key})
	}
	return t
}

func mappingTable(c *serve.Call) overviewTable {
	t := overviewTable{ID: "scope-mappings", Title: "Scope mappings",
		Columns: []string{"Name", "Scope", "Managed by", "Expression"}}
	for _, m := range c.State.Mappings.All() {
		by := "authentik"
		if m.Managed == "" {
			by = "an administrator"
		}
		t.Rows = append(t.Rows, []string{m.Name, m.ScopeName, by, m.Expression})
	}
	return t
}

func userTable(c *serve.Call) overviewTable {
	t := overviewTable{ID: "users", Title: "Users", Columns: []string{"User name", "Name", "E-mail", "Groups"}}
	for _, u := range c.State.Users.All() {
		if u.Username == store.AnonymousName {
			continue
		}
		var groups []string
		for _, g := range c.State.DirectGroups(u.PK) {
			groups = append(groups, g.Name)
		}
		t.Rows = append(t.Rows, []string{u.Username, u.Name, u.Email, strings.Join(groups, ", ")})
	}
	return t
}

func eventTable(c *serve.Call) overviewTable {
	t := overviewTable{ID: "events", Title: "Latest events", Columns: []string{"When (UTC)", "What", "Who", "About"},
		Empty: "Nothing has happened yet."}
	events := slices.Clone(c.State.Events[max(0, len(c.State.Events)-overviewEvents):])
	slices.Reverse(events)
	for _, e := range events {
		about := api.ContextText(e.Context, "model", "name")
		if about == "" {
			about = api.ContextText(e.Context, "authorized_application", "name") + api.ContextText(e.Context, "message")
		}
		when, action := e.Created.Format(time.DateTime), strings.ReplaceAll(e.Action, "_", " ")
		t.Rows = append(t.Rows, []string{when, action, api.ContextText(e.User, "username"), about})
	}
	return t
}

// overviewRoutes registers the overview, its style and the health checks.
func overviewRoutes(s *serve.Server) {
	for _, path := range []string{"/", "/if/admin/", "/if/user/"} {
		s.Page(path, serve.Methods{"GET": overview})
	}
	s.Page("/static/simulated/style.css", serve.Methods{"GET": serve.Stylesheet})
	s.Page("/-/health/live/", serve.Methods{"GET": healthy})
	s.Page("/-/health/ready/", serve.Methods{"GET": healthy})
}

// healthy answers the health checks.
func healthy(*serve.Call) (serve.Answer, error) {
	return serve.Answer{Status: http.StatusOK, ContentType: serve.HTML}, nil
}
