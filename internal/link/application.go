package link

import (
	"time"

	"authpocket/internal/say"
)

// Application is what a spec sets of the authentik application.
type Application struct {
	Name             *string `yaml:"name" json:"name"`
	Slug             *string `yaml:"slug" json:"slug"` // default "pocketbase"
	Group            *string `yaml:"group" json:"group"`
	PolicyEngineMode *string `yaml:"policy_engine_mode" json:"policy_engine_mode"` // "any" or "all"
	LaunchURL        *string `yaml:"launch_url" json:"launch_url"`
	Icon             *string `yaml:"icon" json:"icon"` // URL or fa://name
	Publisher        *string `yaml:"publisher" json:"publisher"`
	Description      *string `yaml:"description" json:"description"`
	OpenInNewTab     *bool   `yaml:"open_in_new_tab" json:"open_in_new_tab"`
	Hide             *bool   `yaml:"hide" json:"hide"` // authentik 2026.5 and later
}

// ApplicationState is an application, current or wanted.
type ApplicationState struct {
	PK               string   `json:"pk"`
	Slug             string   `json:"slug"`
	Name             string   `json:"name"`
	Group            string   `json:"group"`
	PolicyEngineMode string   `json:"policy_engine_mode"`
	LaunchURL        string   `json:"launch_url"`
	Icon             string   `json:"icon"`
	Publisher        string   `json:"publisher"`
	Description      string   `json:"description"`
	OpenInNewTab     bool     `json:"open_in_new_tab"`
	Hide             bool     `json:"hide"`
	Other            []string `json:"other,omitzero"` // settings that no link has, with their values
	Provider         int      `json:"provider"`       // primary key, 0 for none
	ProviderName     string   `json:"provider_name"`  // for display
	ProviderKind     string   `json:"provider_kind"`  // "OAuth2/OpenID Provider" and the like, as authentik names it
}

const policyEngineMode = "policy_engine_mode"

// ApplicationAttrs returns the table of an application's fields.
func ApplicationAttrs() []*Attr[*Application, *ApplicationState] {
	type (
		W = *Application
		S = *ApplicationState
	)
	return []*Attr[W, S]{
		text(&Meta{
			Key: "name", Spec: "application.name", Label: "Application name", check: required,
			Ask: Ask{Control: AskText, Group: AskNames, Hint: "Shown to users in authentik", Needed: true},
			Doc: Doc{"name shown to users", "`" + DefaultName + "`"},
		}, func(s S) *string { return &s.Name }, func(w W) **string { return &w.Name }),
		text(&Meta{
			Key: "slug", Spec: "application.slug", Label: "Slug", Fixed: true, check: checkSlug,
			Ask: Ask{Control: AskCode, Group: AskNames, Hint: "Part of the application's URLs in authentik. Users " +
				"don't see it", Needed: true, Short: true},
			Doc: Doc{"part of the issuer URL", "`" + DefaultSlug + "`, or that of the existing link"},
		}, func(s S) *string { return &s.Slug }, func(w W) **string { return &w.Slug }),
		assigned[W](&Meta{Key: "provider", Label: "Provider"},
			func(s S) *int { return &s.Provider }, func(s S) *string { return &s.ProviderName }),
		text(&Meta{
			Key: "group", Spec: "application.group", Label: "Group", check: optional,
			Ask: Ask{Control: AskText, Group: AskMore,
				Hint: "Group on the My applications page"},
			Doc: Doc{"group on “My applications”", "none"},
		}, func(s S) *string { return &s.Group }, func(w W) **string { return &w.Group }),
		text(&Meta{
			Key: policyEngineMode, Spec: "application.policy_engine_mode", Label: "Policy engine mode",
			Default: "any", Values: []string{"any", "all"},
			Ask: Ask{
				Control: AskChoice, Group: AskAccess, Label: "When several are listed", Named: true,
				Answers: []say.Name{"Any of them must match", "All of them must match"},
			},
			Doc: Doc{What: "whether `any` or `all` of the bindings must match"},
		}, func(s S) *string { return &s.PolicyEngineMode }, func(w W) **string { return &w.PolicyEngineMode }),
		text(&Meta{
			Key: "meta_launch_url", Spec: "application.launch_url", Label: "Launch URL", check: checkLaunchURL,
			Ask: Ask{Control: AskCode, Group: AskMore, Hint: "Opens when a user selects the application. Leave empty " +
				"to let authentik choose"},
			Doc: Doc{"URL that opens from authentik", "chosen by authentik"},
		}, func(s S) *string { return &s.LaunchURL }, func(w W) **string { return &w.LaunchURL }),
		text(&Meta{
			Key: "meta_icon", Spec: "application.icon", Label: "Icon", check: checkIcon,
			Ask: Ask{Control: AskCode, Group: AskMore, Hint: "URL of an image, or a name such as " +
				"fa://fa-database"},
			Doc: Doc{"URL or `fa://name`", "none"},
		}, func(s S) *string { return &s.Icon }, func(w W) **string { return &w.Icon }),
		text(&Meta{
			Key: "meta_publisher", Spec: "application.publisher", Label: "Publisher", check: optional,
			Ask: Ask{Control: AskText, Group: AskMore},
			Doc: Doc{"", "none"},
		}, func(s S) *string { return &s.Publisher }, func(w W) **string { return &w.Publisher }),
		trimmed(&Meta{
			Key: "meta_description", Spec: "application.description", Label: "Description", check: checkDescription,
			Ask: Ask{Control: AskArea, Group: AskMore, Hint: "Shown to users below the name"},
			Doc: Doc{"", "none"},
		}, func(s S) *string { return &s.Description }, func(w W) **string { return &w.Description }),
		tick(&Meta{
			Key: "open_in_new_tab", Spec: "application.open_in_new_tab", Label: "Open in a new tab",
			Ask: Ask{Control: AskTick, Group: AskMore},
			Doc: Doc{"`true` or `false`", "`false`"},
		}, func(s S) *bool { return &s.OpenInNewTab }, func(w W) **bool { return &w.OpenInNewTab }),
		tick(&Meta{
			Key: "meta_hide", Spec: "application.hide", Label: "Hide from My applications",
			Since: "2026.5", needs: func(f Features) bool { return f.MetaHide },
			Ask: Ask{Control: AskTick, Group: AskMore, Hint: "Signing in from your app still works", Named: true},
			Doc: Doc{"hide it from “My applications”", "`false`"},
		}, func(s S) *bool { return &s.Hide }, func(w W) **bool { return &w.Hide }),
	}
}

// Access lists who may use the application, in addition to existing bindings. Without any entry or binding, everyone
// with an account may.
type Access struct {
	Groups   []string `yaml:"groups" json:"groups"`     // by name
	Users    []string `yaml:"users" json:"users"`       // by username
	Policies []string `yaml:"policies" json:"policies"` // by name
}

// Empty reports whether a lists nobody.
func (a *Access) Empty() bool {
	return a == nil || len(a.Groups)+len(a.Users)+len(a.Policies) == 0
}

// Of returns the names of a kind of binding, nil for an unknown kind.
func (a *Access) Of(kind string) *[]string {
	return map[string]*[]string{"group": &a.Groups, "user": &a.Users, "policy": &a.Policies}[kind]
}

// BindingState lets one group, user or policy use the application.
type BindingState struct {
	PK          string `json:"pk"`
	Application Ref    `json:"application"` // ID is empty until the application exists; Name is its slug
	Kind        string `json:"kind"`        // "group", "user" or "policy"
	Target      Ref    `json:"target"`
	Order       int    `json:"order"`
	Timeout     int    `json:"timeout,omitzero"` // in seconds, of an existing one
	Negate      bool   `json:"negate"`
	Enabled     bool   `json:"enabled"`
	Expires     string `json:"expires,omitempty"`   // expiry date, since authentik 2026.8; empty for never
	Superusers  bool   `json:"superusers,omitzero"` // the group's members are superusers
}

// AccessAttrs returns the table of the lists of who may use the application.
func AccessAttrs() []*Attr[*Access, *struct{}] {
	list := func(kind string, label, hint say.Name, doc Doc, want func(*Access) *[]string) *Attr[*Access, *struct{}] {
		return texts[*Access, *struct{}](&Meta{
			Spec: "access." + kind, Label: label, Ask: Ask{Control: AskLines, Hint: hint, Given: true, Named: true},
			Doc: doc,
		}, nil, want)
	}
	return []*Attr[*Access, *struct{}]{
		list("groups", "Groups", "By name", Doc{"names of groups that may use the application",
			"everyone"},
			func(w *Access) *[]string { return &w.Groups }),
		list("users", "Users", "By username", Doc{What: "usernames"}, func(w *Access) *[]string { return &w.Users }),
		list("policies", "Policies", "By name", Doc{What: "names of policies"},
			func(w *Access) *[]string { return &w.Policies }),
	}
}

// BindingAttrs returns the table of a binding's fields, except its application and target. No spec sets them.
func BindingAttrs() []*Attr[*struct{}, *BindingState] {
	type S = *BindingState
	return []*Attr[*struct{}, S]{
		number[*struct{}](&Meta{Key: "order", Label: "Order", Hidden: true}, func(s S) *int { return &s.Order }),
		tick[*struct{}](&Meta{Key: "enabled", Label: "Enabled"}, func(s S) *bool { return &s.Enabled }, nil),
		tick[*struct{}](&Meta{Key: "negate", Label: "Negate"}, func(s S) *bool { return &s.Negate }, nil),
	}
}

// AsMade reports whether b is still as the apply made it. The timeout is authentik's own default and not
// compared.
func (b BindingState) AsMade(made BindingState) bool {
	return b.Kind == made.Kind && b.Target.ID == made.Target.ID && b.Enabled == made.Enabled &&
		b.Negate == made.Negate &&
		b.Order == made.Order && b.Expires == made.Expires
}

// Ended reports whether the binding has expired at that time, so that authentik ignores it.
func (b BindingState) Ended(at time.Time) bool {
	expires, err := time.Parse(time.RFC3339, b.Expires)
	return err == nil && !at.Before(expires)
}

// Who returns whom the binding admits.
func (b BindingState) Who() say.Text {
	name := b.Target.Name
	switch {
	case b.Kind == "group" && b.Negate:
		return say.Of("everyone but group %s", name)
	case b.Kind == "user" && b.Negate:
		return say.Of("everyone but user %s", name)
	case b.Negate:
		return say.Of("everyone but policy %s", name)
	case b.Kind == "group":
		return say.Of("group %s", name)
	case b.Kind == "user":
		return say.Of("user %s", name)
	}
	return say.Of("policy %s", name)
}

// Values returns the application's fields for a diff.
func (a *ApplicationState) Values(f Features) []FieldValue { return Values(ApplicationAttrs(), a, f) }

// Values returns the binding's fields for a diff.
func (b *BindingState) Values() []FieldValue {
	list := []FieldValue{{Name: "target", Of: ShowText(b.Application.Name)},
		{Name: b.Kind, Of: ShowText(b.Target.Name)}}
	return append(list, Values(BindingAttrs(), b, Features{})...)
}
