package setup

import (
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// application returns the group "Application".
func (b settings) application() ApplicationPart {
	var part ApplicationPart
	var names []string
	for _, group := range []link.AskGroup{link.AskNames, link.AskMore} {
		for _, m := range link.Group(link.ApplicationAttrs(), group) {
			names = append(names, m.Spec)
			switch {
			case m.Ask.Control != link.AskTick:
				part.Fields = append(part.Fields, b.field(m))
			case m.Has(b.in.Authentik.Features):
				part.Ticks = append(part.Ticks, b.tick(m))
			}
		}
	}
	now := b.in.Desired.Application
	part.Now = say.Of("%s, slug %s", now.Name, now.Slug)
	part.Open = b.problems.In(names...)
	return part
}

// provider returns the group "Provider".
func (b settings) provider() ProviderPart {
	part := ProviderPart{
		Fields:    b.providerNames(),
		Secret:    b.clientSecret(),
		Redirects: b.field(named(link.ProviderAttrs(), "redirect_uris")),
		Key:       b.signingKey(),
		Mappings:  b.mappings(),
		PublicURL: b.publicURL(),
	}
	names := []string{part.Secret.Name, part.Redirects.Name, part.Key.Name, part.PublicURL.Name,
		"provider.scope_mappings"}
	for _, f := range part.Fields {
		names = append(names, f.Name)
	}
	for _, m := range link.Group(link.ProviderAttrs(), link.AskModes) {
		part.Modes, names = append(part.Modes, b.choose(m)), append(names, m.Spec)
	}
	now := b.in.Desired.Provider
	part.Now = say.Raw(now.Name)
	if key := b.in.Form.Get(part.Key.Name); key != "" {
		part.Now = say.Of("%s, signed with %s", now.Name, key)
	}
	if public := b.in.Form.Get(part.PublicURL.Name); public != "" {
		part.Now = say.Of("%s, at %s", part.Now, public)
	}
	part.Open = b.problems.In(names...)
	return part
}

// publicURL asks for authentik's public address.
func (b settings) publicURL() view.Field {
	hint := say.Of("Leave empty if browsers and PocketBase also use %s", b.in.Authentik.URL)
	if base := b.in.Authentik.BaseURL; base != "" {
		hint = say.Of("authentik's own base URL is %s. Leave empty if browsers and PocketBase also use %s", base,
			b.in.Authentik.URL)
	}
	f := b.text("authentik.public_url", say.Of("authentik's public address"), hint)
	f.Key, f.Code, f.Optional = f.Name, true, true
	return f
}

// consent returns the group "Consent and validity".
func (b settings) consent() ConsentPart {
	var part ConsentPart
	var names []string
	for _, m := range link.Group(link.ProviderAttrs(), link.AskFlows) {
		part.Flows, names = append(part.Flows, b.flow(m)), append(names, m.Spec)
	}
	for _, m := range link.Group(link.ProviderAttrs(), link.AskValidities) {
		part.Validities, names = append(part.Validities, b.field(m)), append(names, m.Spec)
	}
	switch flow := b.in.Form.Get("provider.authorization_flow"); flow {
	case link.DefaultAuthorizationFlow:
		part.Now = say.Of("implicit consent")
	case explicitConsent:
		part.Now = say.Of("explicit consent")
	default:
		part.Now = say.Raw(flow)
	}
	part.Open = b.problems.In(names...)
	return part
}

// explicitConsent is the flow of every authentik that asks people.
const explicitConsent = "default-provider-authorization-explicit-consent"

// providerNames returns the fields for the name and the client ID.
func (b settings) providerNames() []view.Field {
	now := b.in.Desired.Provider
	id := say.Of("Leave empty to generate one")
	if b.in.There {
		id = say.Of("Leave empty to keep %s", now.ClientID)
	}
	var fields []view.Field
	for _, m := range link.Group(link.ProviderAttrs(), link.AskNames) {
		f := b.field(m)
		if f.Hint = id; m.Ask.Control == link.AskText {
			f.Hint = say.Of("Leave empty for “%s”", now.Name)
		}
		fields = append(fields, f)
	}
	return fields
}

func (b settings) clientSecret() view.Secret {
	m := named(link.ProviderAttrs(), "client_secret")
	s := view.Secret{Name: m.Spec, Label: m.Label.Text(), Hint: say.Of("Leave empty to generate one"),
		Optional: true, Error: b.problems.At(m.Spec)}
	if b.in.There {
		s.Hint = say.Of("Leave empty to keep the current one")
	}
	if b.in.SecretGiven {
		s.Held = say.Of("Your own secret is set. Leave empty to keep it")
	}
	return s
}

// flow offers the flows of one designation, after the brand's own where the
// setting may be empty.
func (b settings) flow(m *link.Meta) view.Choice {
	var options []view.Option
	if !m.Ask.Open {
		options = append(options, view.Option{Value: "", Label: say.Of("The brand's own")})
	}
	for _, f := range b.in.Authentik.Flows {
		if f.Designation == m.Flow {
			options = append(options, view.Option{Value: f.Name, Label: flowLabel(f)})
		}
	}
	now := b.in.Form.Get(m.Spec)
	if now != "" && slices.Contains(b.in.Authentik.Missing, report.PermViewFlow) {
		options = append(options, view.Option{Value: now, Label: say.Of("Keep: %s", now)})
	}
	return b.choose(m, options...)
}

func flowLabel(f link.Flow) say.Text {
	if f.Title == "" || f.Title == f.Name {
		return say.Raw(f.Name)
	}
	return say.Of("%s (%s)", f.Name, f.Title)
}

func (b settings) signingKey() view.Choice {
	var options []view.Option
	for _, k := range b.in.Authentik.Keys {
		if k.Usable() {
			options = append(options, view.Option{Value: k.Name, Label: keyLabel(k)})
		}
	}
	c := b.choose(named(link.ProviderAttrs(), "signing_key"), options...)
	if b.in.Desired.Key != nil {
		c.Hint = say.Of("authentik has no RSA or EC key yet, so authpocket generates one")
		c.Options = append([]view.Option{{Value: "", Label: say.Of("Generate “%s”", b.in.Desired.Key.Name),
			Checked: b.in.Form.Get(c.Name) == ""}}, c.Options...)
	}
	return c
}

func keyLabel(k link.Key) say.Text {
	if k.Type == "" {
		return say.Raw(k.Name)
	}
	return say.Of("%s (%s)", k.Name, strings.ToUpper(k.Type))
}

// mappings offers the scope mappings other than the three that every link has.
func (b settings) mappings() *Ticks {
	m := named(link.ProviderAttrs(), "property_mappings")
	if slices.Contains(b.in.Authentik.Missing, report.PermViewMapping) {
		return nil
	}
	t := &Ticks{Name: m.Spec, Label: m.Ask.Label.Text(), Hint: m.Ask.Hint.Text(), Error: b.problems.At(m.Spec)}
	for _, one := range b.in.Authentik.Mappings {
		if one.Scope == "email" || one.Managed == link.ManagedPrefix+"openid" ||
			one.Managed == link.ManagedPrefix+"profile" {
			continue
		}
		ticked := slices.Contains(b.in.Form[m.Spec], one.Name)
		t.Options = append(t.Options, view.Option{Value: one.Name, Label: say.Of("%s · %s", one.Name, one.Scope),
			Checked: ticked})
	}
	if len(t.Options) == 0 {
		return nil
	}
	return t
}

func tickID(t Ticks, i int) string {
	if i == 0 {
		return t.ID()
	}
	return fmt.Sprint(t.ID(), "-", i)
}
