package authentiksim

import (
	"net/http"
	"slices"
	"strings"
)

// overviewView is the page in place of the dashboard: what the server holds, as tables.
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

// overviewEvents is how many of the youngest events the page shows.
const overviewEvents = 25

// overview answers GET /, /if/admin/ and /if/user/. It shows no secrets.
func overview(c *call) (answer, error) {
	view := overviewView{Version: c.cfg.Version, Tables: []overviewTable{
		c.applicationTable(), c.providerTable(), c.mappingTable(), c.userTable(), c.eventTable(),
	}}
	return c.pages.render(http.StatusOK, "overview", pageView{
		Title: "Simulated authentik", Heading: "Simulated authentik", Wide: true, Body: view}), nil
}

func (c *call) applicationTable() overviewTable {
	t := overviewTable{ID: "applications", Title: "Applications", Columns: []string{"Name", "Slug", "Group", "Provider", "Who may use it"},
		Empty: "There are no applications yet."}
	for _, a := range c.st.applications.all() {
		provider := "none"
		if p := c.st.providers.get(a.Provider); p != nil {
			provider = p.Name
		}
		t.Rows = append(t.Rows, []string{a.Name, a.Slug, a.Group, provider, c.audience(a)})
	}
	return t
}

// audience says in words who may use an application.
func (c *call) audience(a *Application) string {
	var who []string
	for _, b := range c.st.bindingsOf(a.PK) {
		switch {
		case b.Group != "":
			who = append(who, "group "+c.st.groups.get(b.Group).Name)
		case b.User != 0:
			who = append(who, "user "+c.st.users.get(b.User).Username)
		default:
			who = append(who, "policy "+c.st.policies.get(b.Policy).Name)
		}
	}
	if len(who) == 0 {
		return "everybody"
	}
	return strings.Join(who, ", ")
}

func (c *call) providerTable() overviewTable {
	t := overviewTable{ID: "providers", Title: "Providers", Columns: []string{"Name", "Client ID", "Redirect URIs", "Scopes", "Signing key"},
		Empty: "There are no providers yet."}
	for _, p := range c.st.providers.all() {
		var uris []string
		for _, u := range p.RedirectURIs {
			uris = append(uris, u.URL)
		}
		key := "none (HS256)"
		if pair := c.st.keys.get(p.SigningKey); pair != nil {
			key = pair.Name
		}
		t.Rows = append(t.Rows, []string{p.Name, p.ClientID, strings.Join(uris, "\n"), strings.Join(c.st.scopesOf(p), " "), key})
	}
	return t
}

func (c *call) mappingTable() overviewTable {
	t := overviewTable{ID: "scope-mappings", Title: "Scope mappings", Columns: []string{"Name", "Scope", "Made by", "Expression"}}
	for _, m := range c.st.mappings.all() {
		by := "authentik"
		if m.Managed == "" {
			by = "an administrator"
		}
		t.Rows = append(t.Rows, []string{m.Name, m.ScopeName, by, m.Expression})
	}
	return t
}

func (c *call) userTable() overviewTable {
	t := overviewTable{ID: "users", Title: "Users", Columns: []string{"User name", "Name", "E-mail", "Groups"}}
	for _, u := range c.st.users.all() {
		if u.Username == anonymousName {
			continue
		}
		var groups []string
		for _, g := range c.st.directGroups(u.PK) {
			groups = append(groups, g.Name)
		}
		t.Rows = append(t.Rows, []string{u.Username, u.Name, u.Email, strings.Join(groups, ", ")})
	}
	return t
}

func (c *call) eventTable() overviewTable {
	t := overviewTable{ID: "events", Title: "Latest events", Columns: []string{"When (UTC)", "What", "Who", "About"},
		Empty: "Nothing has happened yet."}
	events := slices.Clone(c.st.events[max(0, len(c.st.events)-overviewEvents):])
	slices.Reverse(events)
	for _, e := range events {
		about := contextText(e.Context, "model", "name")
		if about == "" {
			about = contextText(e.Context, "authorized_application", "name") + contextText(e.Context, "message")
		}
		t.Rows = append(t.Rows, []string{e.Created.Format("2006-01-02 15:04:05"), strings.ReplaceAll(e.Action, "_", " "),
			contextText(e.User, "username"), about})
	}
	return t
}
