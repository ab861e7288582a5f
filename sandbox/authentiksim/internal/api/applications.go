package api

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

func reservedSlugs() []string {
	return []string{"authorize", "token", "device", "userinfo", "introspect", "revoke"}
}

// iconPattern matches the values of meta_icon.
var iconPattern = regexp.MustCompile(`^(https?://\S+|fa://[a-zA-Z0-9-]+|[a-zA-Z0-9._/%() -]*)$`)

// ApplicationResource describes applications.
func ApplicationResource() *rest.Resource[store.Application] {
	return &rest.Resource[store.Application]{
		App: "authentik_core", Model: "application", Noun: "Application",
		Rows:    func(st *store.State) []*store.Application { return st.Applications.All() },
		Key:     func(a *store.Application) string { return a.PK },
		Lookup:  func(a *store.Application) string { return a.Slug },
		Title:   func(a *store.Application) string { return a.Name },
		Render:  func(c *serve.Call, a *store.Application) (obj, error) { return renderApplication(c, a) },
		Filters: func(*serve.Call) rest.Filters[store.Application] { return applicationFilters() },
		Search: func(a *store.Application) []string {
			return []string{a.Name, a.Slug, a.LaunchURL, a.Description, a.Publisher, a.Group}
		},
		Orders: rest.Orders[store.Application]{
			"name":  rest.ByText(func(a *store.Application) string { return a.Name }),
			"slug":  rest.ByText(func(a *store.Application) string { return a.Slug }),
			"group": rest.ByText(func(a *store.Application) string { return a.Group }),
		},
		ByDefault: "name",

		Rules: applicationRules,
		Fresh: func(*serve.Call) *store.Application {
			return &store.Application{PK: store.NewID(), PolicyEngineMode: "any", BackchannelProviders: []int{}}
		},
		Check: checkApplication,
		Store: func(c *serve.Call, a *store.Application) { c.State.AddApplication(a) },
		Saved: func(c *serve.Call, before, a *store.Application) {
			c.Before = before
			delete(c.State.ByProvider, before.Provider)
			c.State.LinkProvider(a)
		},
		Remove: func(c *serve.Call, a *store.Application) {
			c.State.Applications.Remove(a.PK)
			delete(c.State.ByProvider, a.Provider)
			for _, b := range c.State.BindingsOf(a.PK) {
				c.State.Bindings.Remove(b.PK)
			}
		},
	}
}

func applicationFilters() rest.Filters[store.Application] {
	return rest.Filters[store.Application]{
		"name":             rest.Equals(func(a *store.Application) string { return a.Name }),
		"slug":             rest.Equals(func(a *store.Application) string { return a.Slug }),
		"meta_launch_url":  rest.Equals(func(a *store.Application) string { return a.LaunchURL }),
		"meta_description": rest.Equals(func(a *store.Application) string { return a.Description }),
		"meta_publisher":   rest.Equals(func(a *store.Application) string { return a.Publisher }),
		"group":            rest.Equals(func(a *store.Application) string { return a.Group }),
	}
}

func applicationRules(c *serve.Call) []rest.Rule[store.Application] {
	slug := rest.Text("slug", func(a *store.Application) *string { return &a.Slug }).Slug()
	read := slug.Set
	slug.Set = func(a *store.Application, v any) any {
		if s, _ := v.(string); slices.Contains(reservedSlugs(), s) {
			return rest.Messages("The slug '" + s + "' is reserved and cannot be used for applications.")
		}
		return read(a, v)
	}
	providers := c.State.Providers.Has
	rules := []rest.Rule[store.Application]{
		rest.Text("name", func(a *store.Application) *string { return &a.Name }).Required(),
		slug.Required(),
		rest.NumberRef("provider", providers, func(a *store.Application) *int { return &a.Provider }).Nullable(),
		rest.NumberRefList("backchannel_providers", providers,
			func(a *store.Application) *[]int { return &a.BackchannelProviders }),
		rest.Flag("open_in_new_tab", func(a *store.Application) *bool { return &a.OpenInNewTab }),
		rest.URL("meta_launch_url", func(a *store.Application) *string { return &a.LaunchURL }),
		rest.BlankText("meta_description", func(a *store.Application) *string { return &a.Description }),
		rest.BlankText("meta_publisher", func(a *store.Application) *string { return &a.Publisher }),
		rest.Choice("policy_engine_mode", []string{"all", "any"},
			func(a *store.Application) *string { return &a.PolicyEngineMode }),
		rest.BlankText("group", func(a *store.Application) *string { return &a.Group }),
	}
	if c.Features.KeyTypes {
		rules = append(rules, rest.BlankText("meta_icon", func(a *store.Application) *string { return &a.Icon }).
			Matching(iconPattern, "Enter a valid path or URL."))
	}
	if c.Features.Hide {
		rules = append(rules, rest.Flag("meta_hide", func(a *store.Application) *bool { return &a.Hide }))
	}
	return rules
}

func checkApplication(c *serve.Call, a *store.Application) obj {
	errs := obj{}
	for _, other := range c.State.Applications.All() {
		if other.PK == a.PK {
			continue
		}
		if other.Slug == a.Slug {
			errs["slug"] = rest.Messages("Application with this slug already exists.")
		}
		if a.Provider != 0 && other.Provider == a.Provider {
			errs["provider"] = rest.Messages("Application with this provider already exists.")
		}
	}
	return errs
}

func renderApplication(c *serve.Call, a *store.Application) (obj, error) {
	rendered := obj{
		"pk": a.PK, "name": a.Name, "slug": a.Slug, "provider": nil, "provider_obj": nil,
		"backchannel_providers": a.BackchannelProviders, "backchannel_providers_obj": []obj{},
		"launch_url": orNull(LaunchURL(c, a)), "open_in_new_tab": a.OpenInNewTab, "meta_launch_url": a.LaunchURL,
		"meta_icon": a.Icon, "meta_icon_url": orNull(iconURL(a.Icon)), "meta_icon_themed_urls": nil,
		"meta_description": a.Description, "meta_publisher": a.Publisher,
		"policy_engine_mode": a.PolicyEngineMode, "group": a.Group,
	}
	if p := c.State.Providers.Get(a.Provider); p != nil {
		if p.Broken() {
			return nil, c.Crash()
		}
		rendered["provider"], rendered["provider_obj"] = p.PK, renderBaseProvider(c, p)
	}
	backchannel := []obj{}
	for _, pk := range a.BackchannelProviders {
		if p := c.State.Providers.Get(pk); p != nil {
			backchannel = append(backchannel, renderBaseProvider(c, p))
		}
	}
	rendered["backchannel_providers_obj"] = backchannel
	if c.Features.Hide {
		rendered["meta_hide"] = a.Hide
	}
	return rendered, nil
}

// LaunchURL returns the target of the application's tile, with the caller's names filled in.
func LaunchURL(c *serve.Call, a *store.Application) string {
	if a.LaunchURL == "" {
		return store.LaunchRoot(c.State.Providers.Get(a.Provider))
	}
	if c.User == nil {
		return a.LaunchURL
	}
	return strings.NewReplacer("%(username)s", c.User.Username, "%(email)s", c.User.Email,
		"%(name)s", c.User.Name, "%(pk)s", strconv.Itoa(c.User.PK)).Replace(a.LaunchURL)
}

// iconURL returns the URL of an icon. The simulator serves no files of its own.
func iconURL(icon string) string {
	for _, prefix := range []string{"http", "fa://", "/"} {
		if icon == "" || strings.HasPrefix(icon, prefix) {
			return icon
		}
	}
	return "/media/public/" + icon
}
