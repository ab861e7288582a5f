package setup

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/preset"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// KeepRule is the answer that keeps a rule as it is.
const KeepRule = "keep"

// pocketbase returns the group "PocketBase".
func (b settings) pocketbase() PocketBasePart {
	display := named(link.SlotAttrs(), "displayName")
	part := PocketBasePart{Addresses: b.addresses(), Collection: b.collection(), Slot: b.slot(),
		Display: b.field(display)}
	methods := ticks(b, link.MethodAttrs())
	part.Ticks = slices.Concat(ticks(b, link.OAuth2Attrs()), ticks(b, link.SlotAttrs()), ticks(b, link.SettingsAttrs()),
		methods)
	for _, m := range methods {
		part.Methods = append(part.Methods, m.Name)
	}
	names := []string{part.Addresses.Name, part.Collection.Name, part.Slot.Name, display.Spec}
	for _, t := range part.Ticks {
		names = append(names, t.Name)
	}
	now := b.in.Desired
	part.Now = say.Of("collection %s, slot %s", now.Collection.Name, now.Slot.Slot)
	if now.Slot.Slot == "" {
		part.Now = say.Of("collection %s, no free slot", now.Collection.Name)
	}
	part.Open = b.problems.In(names...)
	return part
}

// endpoints returns the group "Endpoints".
func (b settings) endpoints() EndpointsPart {
	userInfo := link.Group(link.SlotAttrs(), link.AskUserInfo)[0]
	part := EndpointsPart{UserInfo: b.choose(userInfo)}
	names := []string{userInfo.Spec}
	part.Now = say.Of("authentik's own")
	for _, a := range link.SlotAttrs() {
		f := b.field(a.Meta)
		switch a.Ask.Group {
		case link.AskURLs:
			f.Hint = b.urlHint(a)
			part.URLs = append(part.URLs, f)
		case link.AskIDToken:
			if a.Ask.Control == link.AskLines {
				f.Hint = say.Of("Only used with “ID token”. One per line. Leave empty for %s", b.in.Desired.Issuer())
			}
			part.IDToken = append(part.IDToken, f)
		default:
			continue
		}
		if names = append(names, a.Spec); f.Value != "" {
			part.Now = say.Of("as entered")
		}
	}
	part.Open = b.problems.In(names...)
	return part
}

// records returns the group "Records and rules".
func (b settings) records() RecordsPart {
	part := RecordsPart{Mapped: b.mapped(), Rules: b.rules()}
	var names, filled []string
	for _, m := range link.Group(link.GroupAttrs(), link.AskGroups) {
		part.Groups, names = append(part.Groups, b.field(m)), append(names, m.Spec)
	}
	for _, c := range slices.Concat(part.Mapped, part.Rules) {
		names = append(names, c.Name)
	}
	for _, c := range part.Mapped {
		if field := b.in.Form.Get(c.Name); field != "" {
			filled = append(filled, field)
		}
	}
	part.Now = say.Of("no fields are filled")
	if len(filled) > 0 {
		part.Now = say.Of("fills %s", strings.Join(filled, ", "))
	}
	part.Open = b.problems.In(names...)
	return part
}

func (b settings) addresses() view.Field {
	f := b.text("pocketbase.public_urls", say.Of("PocketBase addresses that your app uses"),
		say.Of("One per line. authpocket registers <address>%s for each", link.RedirectPath))
	f.Code, f.Type, f.Rows, f.Key = true, "textarea", 2, f.Name
	return f
}

func (b settings) collection() view.Choice {
	var options []view.Option
	for _, c := range b.in.PocketBase.Collections {
		if c.Name != link.Superusers {
			options = append(options, view.Option{Value: c.Name, Label: say.Raw(c.Name)})
		}
	}
	return b.choose(link.Group(link.PlaceAttrs(), link.AskCollection)[0], options...)
}

func ticks[W, S any](b settings, table []*link.Attr[W, S]) (list []view.Check) {
	for _, a := range table {
		if a.Ask.Control == link.AskTick {
			list = append(list, b.tick(a.Meta))
		}
	}
	return list
}

// urlHint says which URL an empty answer leads to, with the hint.
func (b settings) urlHint(a *link.Attr[*link.PocketBase, *link.OAuth2Provider]) say.Text {
	url := a.Answer(&b.in.Desired.Slot)
	if url == "" && a.Key == "userInfoURL" { // there is none with the ID token
		url = b.in.Desired.AuthentikURL + "/application/o/userinfo/"
	}
	if a.Ask.Hint == "" {
		return say.Of("Leave empty for %s", url)
	}
	return say.Of("Leave empty for %s. %s", url, a.Ask.Hint.Text())
}

// slot offers the three slots. The first option lets authpocket choose.
func (b settings) slot() view.Choice {
	free := say.Of("Choose automatically")
	if s := b.in.Desired.Slot.Slot; s != "" {
		free = say.Of("Choose automatically: %s", s)
	}
	options := []view.Option{{Value: "", Label: free}}
	for _, name := range link.Slots() {
		options = append(options, view.Option{Value: name, Label: b.slotUse(name)})
	}
	return b.choose(link.Group(link.PlaceAttrs(), link.AskSlot)[0], options...)
}

// slotUse returns the label of a slot, with what it is used for.
func (b settings) slotUse(name string) say.Text {
	now := b.in.PocketBase.Collection(b.in.Desired.Collection.Name)
	if now == nil {
		return say.Raw(name)
	}
	i := slices.IndexFunc(now.OAuth2.Providers, func(p link.OAuth2Provider) bool { return p.Slot == name })
	if i < 0 {
		return say.Of("%s (free)", name)
	}
	return say.Of("%s (used by “%s”)", name, now.OAuth2.Providers[i].DisplayName)
}

// mapped returns the choices of which claim fills which field of a new record.
func (b settings) mapped() []view.Choice {
	var list []view.Choice
	for _, m := range link.Group(link.OAuth2Attrs(), link.AskMapped) {
		options := []view.Option{{Value: "", Label: say.Of("No field")}}
		for _, f := range b.in.Desired.Collection.Fields {
			if !f.System && slices.Contains(link.MappableTypes(m.Claim), f.Type) {
				options = append(options, view.Option{Value: f.Name, Label: say.Of("%s (%s)", f.Name, f.Type)})
			}
		}
		list = append(list, b.choose(m, options...))
	}
	return append(list[1:], list[0]) // the ID last: few map it
}

// rules offers to replace the collection's rules. The app may depend on them,
// so keeping them is the first option.
func (b settings) rules() []view.Choice {
	now := b.in.PocketBase.Collection(b.in.Desired.Collection.Name)
	if now == nil {
		return nil
	}
	var list []view.Choice
	for _, a := range link.RuleAttrs() {
		if preset.Named(b.in.Desired.Preset).Wrote(a.Key) != nil {
			continue
		}
		options := []view.Option{{Value: KeepRule, Label: say.Of("Keep: %s", a.Show(now))}}
		if a.Key == "createRule" {
			options = append(options, view.Option{Value: link.OAuth2Only,
				Label: say.Of("Only sign-ins with a provider")})
		}
		list = append(list, b.choose(a.Meta, append(options, view.Option{Value: "", Label: say.Of("Everyone")})...))
	}
	return list
}
