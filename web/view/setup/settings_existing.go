package setup

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// existing asks whether to use what is in the way, nil where nothing is.
func (b settings) existing() *view.Choice {
	if b.in.Conflict.Empty() && b.in.Form.Get("existing") == "" {
		return nil
	}
	seen := say.Of("You see its settings next. Only differences are changed.")
	var options []view.Option
	for _, one := range b.in.Candidates {
		options = append(options, view.Option{Value: UseValue(&one.Provider), Label: use(&one.Provider),
			Hint: say.Join(one.Evidence, seen)})
	}
	if app := b.in.Authentik.Application; app != nil && b.usable(app) &&
		!slices.ContainsFunc(options, func(o view.Option) bool { return o.Value == useApplication+app.Slug }) {
		options = append(options, view.Option{Value: useApplication + app.Slug,
			Label: use(&link.ProviderState{ApplicationName: app.Name, ApplicationSlug: app.Slug}), Hint: seen})
	}
	if slot := b.problems.At("pocketbase.slot"); !slot.Empty() || len(options) == 0 {
		options = append(options, view.Option{Value: string(link.ExistingUse),
			Label: say.Of("Use the existing application and provider"),
			Hint:  say.Of("Those with this slug and slot are used for this link. Only differences are changed.")})
	}
	options = append(options, view.Option{Value: string(link.ExistingNew),
		Label: say.Of("Create a new application and provider"),
		Hint:  say.Of("Choose a slug and a provider name that are not in use.")})
	c := b.choice("existing", say.Of("Use what already exists?"), b.in.Conflict, options...)
	if !c.Error.Empty() {
		c.Hint = say.Text{}
	}
	return &c
}

// use returns the label of the answer that chooses a provider.
func use(p *link.ProviderState) say.Text {
	if p.ApplicationSlug == "" {
		return say.Of("Use the provider “%s”, which has no application", p.Name)
	}
	return say.Of("Use the application “%s” (%s)", p.ApplicationName, p.ApplicationSlug)
}

// usable reports whether this link can use the application: it has no
// provider, or one that the token can see.
func (b settings) usable(app *link.ApplicationState) bool {
	return app.Provider == 0 || slices.ContainsFunc(b.in.Authentik.Providers,
		func(p link.ProviderState) bool { return p.PK == app.Provider && !p.Proxy() })
}

// Prefixes of an answer to “Use what already exists?” that names one thing.
const (
	useApplication = "use-application:"
	useProvider    = "use-provider:"
)

// UseValue returns the answer that chooses a provider, by its application if it
// has one.
func UseValue(p *link.ProviderState) string {
	if p.ApplicationSlug != "" {
		return useApplication + p.ApplicationSlug
	}
	return useProvider + p.ClientID
}

// Chosen splits an answer into the decision and what it chooses: the slug of
// an application, or the client ID of a provider without one.
func Chosen(answer string) (decision link.Existing, slug, clientID string) {
	if slug, ok := strings.CutPrefix(answer, useApplication); ok {
		return link.ExistingUse, slug, ""
	}
	if clientID, ok := strings.CutPrefix(answer, useProvider); ok {
		return link.ExistingUse, "", clientID
	}
	return link.Existing(answer), "", ""
}
