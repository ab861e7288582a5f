package view

import (
	"slices"

	"authpocket/internal/link"
)

// OAuth2OnlyRule is the create rule that is offered where nobody new can get
// in: records are made for people who come through a sign-in provider only.
const OAuth2OnlyRule = link.OAuth2Only

// KeepRule is the answer that leaves a rule alone.
const KeepRule = "keep"

// pocketbase is the group "More PocketBase settings".
func (b settings) pocketbase() PocketBasePart {
	slot := b.in.Desired.Slot
	display := b.text("pocketbase.display_name", "Display name", "What the sign-in button of your app can show")
	display.Short = true
	part := PocketBasePart{
		Display: display,
		Slot:    b.slot(),
		URLs: []Field{
			b.code("pocketbase.auth_url", "Auth URL", "Leave empty for "+slot.AuthURL),
			b.code("pocketbase.token_url", "Token URL", "Leave empty for "+slot.TokenURL+". PocketBase itself calls it, so an internal address can be right"),
			b.code("pocketbase.user_info_url", "User info URL", userInfoHint(slot, b.in.Desired)),
		},
		UserInfo: b.choice("pocketbase.user_info", "Fetch user info from", "",
			Option{Value: "userinfo", Label: "User info URL"}, Option{Value: "id_token", Label: "ID token"}),
		IDToken: []Field{
			b.code("pocketbase.jwks_url", "JWKS URL", "For “ID token” only. PocketBase checks the token's signature with it"),
			b.lines("pocketbase.issuers", "Issuers", "For “ID token” only, one a line. Leave empty for "+b.in.Desired.Issuer()),
		},
		Mapped: b.mapped(),
		Rules:  b.rules(),
		Ticks: []Check{
			b.tick("pocketbase.enabled", "OAuth2 is on for the collection", ""),
			b.tick("pocketbase.pkce", "Use PKCE", ""),
			b.tick("pocketbase.show_controls", "Turn off “Hide collection create and edit controls”", "authentik's PocketBase guide asks for it. The link does not need it"),
			b.tick("pocketbase.rewrite_secret", "Write the client secret again", "PocketBase never shows the one it has, so this is the cure where a check says that it is refused"),
		},
	}
	part.Open = b.problems.In("pocketbase.display_name", "pocketbase.slot", "pocketbase.auth", "pocketbase.token_url", "pocketbase.user_info",
		"pocketbase.jwks_url", "pocketbase.issuers", "pocketbase.map", "pocketbase.create_rule")
	return part
}

func userInfoHint(slot link.OAuth2Provider, d link.Desired) string {
	url := slot.UserInfoURL
	if url == "" {
		url = d.AuthentikURL + "/application/o/userinfo/"
	}
	return "Leave empty for " + url
}

// slot offers the three places. The first answer leaves it to authpocket.
func (b settings) slot() Choice {
	free := "The one that fits"
	if s := b.in.Desired.Slot.Slot; s != "" {
		free = "The one that fits: " + s
	}
	options := []Option{{Value: "", Label: free}}
	for _, name := range link.Slots() {
		options = append(options, Option{Value: name, Label: name + b.slotUse(name)})
	}
	c := b.choice("pocketbase.slot", "Slot", "PocketBase has three places for OpenID Connect; your app names the slot when it signs people in", options...)
	return c
}

func (b settings) slotUse(name string) string {
	now := b.in.PocketBase.Collection(b.in.Desired.Collection.Name)
	if now == nil {
		return ""
	}
	i := slices.IndexFunc(now.OAuth2.Providers, func(p link.OAuth2Provider) bool { return p.Slot == name })
	if i < 0 {
		return " (free)"
	}
	return " (taken by “" + now.OAuth2.Providers[i].DisplayName + "”)"
}

// mapped asks which field of a new record takes which claim.
func (b settings) mapped() []Choice {
	claims := []struct{ name, label, claim string }{
		{"pocketbase.map_name", "Full name goes to", "name"},
		{"pocketbase.map_username", "Username goes to", "username"},
		{"pocketbase.map_avatar", "Avatar goes to", "avatar"},
		{"pocketbase.map_id", "OAuth2 ID goes to", "ID"},
	}
	var list []Choice
	for _, c := range claims {
		options := []Option{{Value: "", Label: "Nowhere"}}
		for _, f := range b.in.Desired.Collection.Fields {
			if !f.System && slices.Contains(link.MappableTypes(c.claim), f.Type) {
				options = append(options, Option{Value: f.Name, Label: f.Name + " (" + f.Type + ")"})
			}
		}
		list = append(list, b.choice(c.name, c.label, "", options...))
	}
	return list
}

// rules offers to open a rule that keeps new people out. What an app needs
// its rules for is not ours to know, so keeping them is the first answer.
func (b settings) rules() []Choice {
	now := b.in.PocketBase.Collection(b.in.Desired.Collection.Name)
	if now == nil || b.in.PocketBase.ManagedBy() != "" {
		return nil
	}
	create := b.choice("pocketbase.create_rule", "Create rule", "Who may make records. New people's records are made at their first sign-in",
		Option{Value: KeepRule, Label: "Keep: " + ruleWords(now.CreateRule)},
		Option{Value: OAuth2OnlyRule, Label: "Only people who come through a sign-in provider"},
		Option{Value: "", Label: "Everyone"})
	auth := b.choice("pocketbase.auth_rule", "Auth rule", "Who may sign in. Changing it signs out everyone in the collection",
		Option{Value: KeepRule, Label: "Keep: " + ruleWords(now.AuthRule)},
		Option{Value: "", Label: "Everyone"})
	return []Choice{create, auth}
}

func ruleWords(rule *string) string {
	switch {
	case rule == nil:
		return "superusers only"
	case *rule == "":
		return "everyone"
	}
	return *rule
}
