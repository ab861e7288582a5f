package authentiksim

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var reservedSlugs = []string{"authorize", "token", "device", "userinfo", "introspect", "revoke"}

var engineModes = []string{"all", "any"}

// iconPattern is what meta_icon may hold besides a web address.
var iconPattern = regexp.MustCompile(`^(https?://\S+|fa://[a-zA-Z0-9-]+|[a-zA-Z0-9._/%() -]*)$`)

var applicationResource = &resource[Application]{
	app: "authentik_core", model: "application", noun: "Application",
	rows:    func(st *state) []*Application { return st.applications.all() },
	key:     func(a *Application) string { return a.PK },
	lookup:  func(a *Application) string { return a.Slug },
	title:   func(a *Application) string { return a.Name },
	render:  func(c *call, a *Application) (obj, error) { return c.renderApplication(a) },
	filters: func(*call) map[string]filter[Application] { return applicationFilters },
	search: func(a *Application) []string {
		return []string{a.Name, a.Slug, a.LaunchURL, a.Description, a.Publisher, a.Group}
	},
	orders: map[string]func(a, b *Application) int{
		"name":  byText(func(a *Application) string { return a.Name }),
		"slug":  byText(func(a *Application) string { return a.Slug }),
		"group": byText(func(a *Application) string { return a.Group }),
	},
	byDefault: "name",

	rules: applicationRules,
	fresh: func(*call) *Application {
		return &Application{PK: newID(), PolicyEngineMode: "any", BackchannelProviders: []int{}}
	},
	check: checkApplication,
	store: func(c *call, a *Application) { c.st.addApplication(a) },
	saved: func(c *call, before, a *Application) {
		c.was = before
		delete(c.st.byProvider, before.Provider)
		c.st.linkProvider(a)
	},
	remove: func(c *call, a *Application) {
		c.st.applications.remove(a.PK)
		delete(c.st.byProvider, a.Provider)
		for _, b := range c.st.bindingsOf(a.PK) {
			c.st.bindings.remove(b.PK)
		}
	},
}

// addApplication stores a new application, which empties the cached lists.
func (st *state) addApplication(a *Application) {
	st.applications.put(a.PK, a)
	st.linkProvider(a)
	clear(st.appLists)
}

func (st *state) linkProvider(a *Application) {
	if a.Provider != 0 {
		st.byProvider[a.Provider] = a.PK
	}
}

func (st *state) applicationOf(provider int) *Application {
	return st.applications.get(st.byProvider[provider])
}

func (st *state) applicationBySlug(slug string) *Application {
	return st.applications.find(func(a *Application) bool { return a.Slug == slug })
}

var applicationFilters = map[string]filter[Application]{
	"name":             exactly(func(a *Application) string { return a.Name }),
	"slug":             exactly(func(a *Application) string { return a.Slug }),
	"meta_launch_url":  exactly(func(a *Application) string { return a.LaunchURL }),
	"meta_description": exactly(func(a *Application) string { return a.Description }),
	"meta_publisher":   exactly(func(a *Application) string { return a.Publisher }),
	"group":            exactly(func(a *Application) string { return a.Group }),
}

func applicationRules(c *call) []rule[Application] {
	slug := text("slug", func(a *Application) *string { return &a.Slug }).matching(slugPattern, notASlug)
	read := slug.set
	slug.set = func(a *Application, v any) any {
		if s, _ := v.(string); slices.Contains(reservedSlugs, s) {
			return messages("The slug '" + s + "' is reserved and cannot be used for applications.")
		}
		return read(a, v)
	}
	rules := []rule[Application]{
		text("name", func(a *Application) *string { return &a.Name }).need(),
		slug.need(),
		refNumber("provider", c.st.providers.has, func(a *Application) *int { return &a.Provider }).null(),
		refs("backchannel_providers", func(v any) (int, any) { return readRefNumber(v, c.st.providers.has) },
			func(a *Application) *[]int { return &a.BackchannelProviders }),
		flag("open_in_new_tab", func(a *Application) *bool { return &a.OpenInNewTab }),
		webAddress("meta_launch_url", func(a *Application) *string { return &a.LaunchURL }),
		blankText("meta_description", func(a *Application) *string { return &a.Description }),
		blankText("meta_publisher", func(a *Application) *string { return &a.Publisher }),
		choice("policy_engine_mode", engineModes, func(a *Application) *string { return &a.PolicyEngineMode }),
		blankText("group", func(a *Application) *string { return &a.Group }),
	}
	if c.features.keyTypes {
		rules = append(rules, blankText("meta_icon", func(a *Application) *string { return &a.Icon }).
			matching(iconPattern, "Enter a valid path or URL."))
	}
	if c.features.hide {
		rules = append(rules, flag("meta_hide", func(a *Application) *bool { return &a.Hide }))
	}
	return rules
}

func checkApplication(c *call, a *Application) obj {
	errs := obj{}
	for _, other := range c.st.applications.all() {
		if other.PK == a.PK {
			continue
		}
		if other.Slug == a.Slug {
			errs["slug"] = messages("Application with this slug already exists.")
		}
		if a.Provider != 0 && other.Provider == a.Provider {
			errs["provider"] = messages("Application with this provider already exists.")
		}
	}
	return errs
}

func (c *call) renderApplication(a *Application) (obj, error) {
	rendered := obj{
		"pk": a.PK, "name": a.Name, "slug": a.Slug, "provider": nil, "provider_obj": nil,
		"backchannel_providers": a.BackchannelProviders, "backchannel_providers_obj": []obj{},
		"launch_url": orNull(c.launchURL(a)), "open_in_new_tab": a.OpenInNewTab, "meta_launch_url": a.LaunchURL,
		"meta_icon": a.Icon, "meta_icon_url": orNull(iconURL(a.Icon)), "meta_icon_themed_urls": nil,
		"meta_description": a.Description, "meta_publisher": a.Publisher,
		"policy_engine_mode": a.PolicyEngineMode, "group": a.Group,
	}
	if p := c.st.providers.get(a.Provider); p != nil {
		if p.poisoned() {
			return nil, c.crash()
		}
		rendered["provider"], rendered["provider_obj"] = p.PK, c.renderBaseProvider(p)
	}
	backchannel := []obj{}
	for _, pk := range a.BackchannelProviders {
		if p := c.st.providers.get(pk); p != nil {
			backchannel = append(backchannel, c.renderBaseProvider(p))
		}
	}
	rendered["backchannel_providers_obj"] = backchannel
	if c.features.hide {
		rendered["meta_hide"] = a.Hide
	}
	return rendered, nil
}

// launchURL is where the application's tile leads, with the asking user's name
// in the places kept for it.
func (c *call) launchURL(a *Application) string {
	if a.LaunchURL == "" {
		return launchRoot(c.st.providers.get(a.Provider))
	}
	if c.user == nil {
		return a.LaunchURL
	}
	return strings.NewReplacer("%(username)s", c.user.Username, "%(email)s", c.user.Email,
		"%(name)s", c.user.Name, "%(pk)s", strconv.Itoa(c.user.PK)).Replace(a.LaunchURL)
}

// iconURL is where the browser finds an icon. The simulator has no files of its own.
func iconURL(icon string) string {
	if icon == "" || strings.HasPrefix(icon, "http") || strings.HasPrefix(icon, "fa://") || strings.HasPrefix(icon, "/") {
		return icon
	}
	return "/media/public/" + icon
}
