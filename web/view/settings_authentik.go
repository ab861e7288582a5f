package view

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// authentik is the group "More authentik settings".
func (b settings) authentik() AuthentikPart {
	part := AuthentikPart{
		Application: b.moreApplication(),
		Ticks:       b.applicationTicks(),
		Provider:    b.provider(),
		Secret:      b.clientSecret(),
		Redirects: b.lines("provider.redirect_uris", "Redirect URIs",
			"One a line. Leave empty for one per address above, with all that are there now kept. Put regex: in front of a pattern"),
		Flows: []Choice{
			b.flow("provider.authorization_flow", "Authorization flow", "authorization", ""),
			b.flow("provider.invalidation_flow", "Invalidation flow", "invalidation", ""),
			b.flow("provider.authentication_flow", "Authentication flow", "authentication", "The brand's own"),
		},
		Key:        b.signingKey(),
		Mappings:   b.mappings(),
		Modes:      b.modes(),
		Validities: b.validities(),
		PublicURL:  b.code("authentik.public_url", "authentik's public address", "Leave empty where browsers and PocketBase reach it at "+b.in.Authentik.URL),
	}
	part.Open = b.problems.In("provider.", "authentik.", "application.group", "application.launch_url", "application.icon",
		"application.publisher", "application.description", "application.open_in_new_tab", "application.hide")
	return part
}

func (b settings) moreApplication() []Field {
	description := b.optional("application.description", "Description", "Shown to people below the name")
	description.Type, description.Rows = "textarea", 2
	return []Field{
		b.optional("application.group", "Group", "Applications of one group stand together on people's page"),
		b.code("application.launch_url", "Launch URL", "Where a click on the application leads. Leave empty to let authentik guess"),
		b.code("application.icon", "Icon", "An address of an image, or a name such as fa://fa-database"),
		b.optional("application.publisher", "Publisher", ""),
		description,
	}
}

func (b settings) applicationTicks() []Check {
	ticks := []Check{b.tick("application.open_in_new_tab", "Open in a new tab", "")}
	if b.in.Authentik.Features.MetaHide {
		ticks = append(ticks, b.tick("application.hide", "Hide from people's page of applications", "Sign-in from your app still works"))
	}
	return ticks
}

func (b settings) provider() []Field {
	id := "Leave empty to have one generated"
	if b.in.There {
		id = "Leave empty to keep " + b.in.Desired.Provider.ClientID
	}
	name := b.optional("provider.name", "Provider name", "Leave empty for “"+b.in.Desired.Provider.Name+"”")
	return []Field{name, b.code("provider.client_id", "Client ID", id)}
}

func (b settings) clientSecret() Secret {
	s := Secret{
		Name: "provider.client_secret", Label: "Client secret", Hint: "Leave empty to have one generated", Optional: true,
		Error: b.problems.At("provider.client_secret"),
	}
	if b.in.There {
		s.Hint = "Leave empty to keep the one that is there"
	}
	if b.in.SecretGiven {
		s.Held = "One of your own is set. Leave empty to keep it"
	}
	return s
}

// flow offers the flows of one designation, and first the answer "none" where
// there can be none.
func (b settings) flow(name, label, designation, none string) Choice {
	var options []Option
	if none != "" {
		options = append(options, Option{Value: "", Label: none})
	}
	for _, f := range b.in.Authentik.Flows {
		if f.Designation == designation {
			options = append(options, Option{Value: f.Name, Label: flowLabel(f)})
		}
	}
	now := b.in.Form.Get(name)
	if now != "" && slices.Contains(b.in.Authentik.Missing, "authentik_flows.view_flow") {
		options = append(options, Option{Value: now, Label: "As it is: " + now})
	}
	c := b.choice(name, label, "", options...)
	if designation == "authorization" {
		c.Hint = "With explicit consent people are asked once before their data goes to PocketBase"
	}
	return c
}

func flowLabel(f link.Flow) string {
	if f.Title == "" || f.Title == f.Name {
		return f.Name
	}
	return f.Name + " (" + f.Title + ")"
}

func (b settings) signingKey() Choice {
	var options []Option
	for _, k := range b.in.Authentik.Keys {
		if k.Usable() {
			options = append(options, Option{Value: k.Name, Label: keyLabel(k)})
		}
	}
	c := b.choice("provider.signing_key", "Signing key", "RSA or EC. authentik cannot sign with Ed25519 or Ed448 keys", options...)
	if b.in.Desired.Key != nil {
		c.Hint = "There is no RSA or EC key yet, so one is generated"
		c.Options = append([]Option{{Value: "", Label: "Generate “" + b.in.Desired.Key.Name + "”", Checked: b.in.Form.Get(c.Name) == ""}}, c.Options...)
	}
	return c
}

func keyLabel(k link.Key) string {
	if k.Type == "" {
		return k.Name
	}
	return k.Name + " (" + strings.ToUpper(k.Type) + ")"
}

// mappings offers the scope mappings beside the three that every link has.
func (b settings) mappings() *Ticks {
	const name = "provider.scope_mappings"
	if slices.Contains(b.in.Authentik.Missing, "authentik_providers_oauth2.view_scopemapping") {
		return nil
	}
	t := &Ticks{Name: name, Label: "More scope mappings", Error: b.problems.At(name), Hint: "openid, profile and the e-mail mapping that you chose are always there"}
	for _, m := range b.in.Authentik.Mappings {
		if m.Scope == "email" || m.Managed == link.ManagedPrefix+"openid" || m.Managed == link.ManagedPrefix+"profile" {
			continue
		}
		t.Options = append(t.Options, Option{Value: m.Name, Label: m.Name + " · " + m.Scope, Checked: slices.Contains(b.in.Form[name], m.Name)})
	}
	if len(t.Options) == 0 {
		return nil
	}
	return t
}

func (b settings) modes() []Choice {
	subject := map[string]string{
		"hashed_user_id": "The user's hashed ID (authentik's default)", "user_id": "The user's ID", "user_uuid": "The user's UUID",
		"user_username": "The username", "user_email": "The e-mail address", "user_upn": "The UPN",
	}
	var options []Option
	for _, m := range link.SubjectModes() {
		options = append(options, Option{Value: m, Label: subject[m]})
	}
	return []Choice{
		b.choice("provider.subject_mode", "Subject mode", "What PocketBase knows people by. Changing it later cuts them off from their accounts", options...),
		b.choice("provider.issuer_mode", "Issuer mode", "", Option{Value: "per_provider", Label: "Each application has its own issuer"}, Option{Value: "global", Label: "One issuer for all"}),
	}
}

func (b settings) validities() []Field {
	fields := []Field{
		b.code("provider.access_code_validity", "Access code validity", ""),
		b.code("provider.access_token_validity", "Access token validity", ""),
		b.code("provider.refresh_token_validity", "Refresh token validity", ""),
		b.code("provider.refresh_token_threshold", "Refresh token threshold", ""),
	}
	for i := range fields {
		fields[i].Optional = false
	}
	return fields
}
