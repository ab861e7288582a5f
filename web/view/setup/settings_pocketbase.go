package setup

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/web/view"
)

// KeepRule is the answer that keeps a rule as it is.
const KeepRule = "keep"

// pocketbase returns the group "More PocketBase settings".
func (b settings) pocketbase() PocketBasePart {
	display, userInfo := named(link.SlotAttrs(), "displayName"), link.Group(link.SlotAttrs(), link.AskUserInfo)[0]
	part := PocketBasePart{
		Display: b.field(display), Slot: b.slot(), UserInfo: b.choose(userInfo), Mapped: b.mapped(), Rules: b.rules(),
	}
	open := []string{display.Spec, part.Slot.Name, userInfo.Spec}
	for _, c := range slices.Concat(part.Mapped, part.Rules) {
		open = append(open, c.Name)
	}
	for _, a := range link.SlotAttrs() {
		f := b.field(a.Meta)
		switch a.Ask.Group {
		case link.AskURLs:
			f.Hint = "Leave empty for " + b.urlHint(a)
			part.URLs = append(part.URLs, f)
		case link.AskIDToken:
			if a.Ask.Control == link.AskLines {
				f.Hint = "Only used with “ID token”. One per line. Leave empty for " + b.in.Desired.Issuer()
			}
			part.IDToken = append(part.IDToken, f)
		default:
			continue
		}
		open = append(open, a.Spec)
	}
	part.Ticks = slices.Concat(ticks(b, link.OAuth2Attrs()), ticks(b, link.SlotAttrs()), ticks(b, link.SettingsAttrs()))
	part.Open = b.problems.In(open...)
	return part
}

func ticks[W, S any](b settings, table []link.Attr[W, S]) (list []view.Check) {
	for _, a := range table {
		if a.Ask.Control == link.AskTick {
			list = append(list, b.tick(a.Meta))
		}
	}
	return list
}

// urlHint returns the URL that an empty answer leads to, with the hint.
func (b settings) urlHint(a link.Attr[link.PocketBase, link.OAuth2Provider]) string {
	url := a.Answer(&b.in.Desired.Slot)
	if url == "" && a.Key == "userInfoURL" { // there is none with the ID token
		url = b.in.Desired.AuthentikURL + "/application/o/userinfo/"
	}
	return url + a.Ask.Hint
}

// slot offers the three slots. The first option lets authpocket choose.
func (b settings) slot() view.Choice {
	free := "Choose automatically"
	if s := b.in.Desired.Slot.Slot; s != "" {
		free = "Choose automatically: " + s
	}
	options := []view.Option{{Value: "", Label: free}}
	for _, name := range link.Slots() {
		options = append(options, view.Option{Value: name, Label: name + b.slotUse(name)})
	}
	return b.choose(link.Group(link.PlaceAttrs(), link.AskSlot)[0], options...)
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
	return " (used by “" + now.OAuth2.Providers[i].DisplayName + "”)"
}

// mapped returns the choices of which claim fills which field of a new record.
func (b settings) mapped() []view.Choice {
	var list []view.Choice
	for _, m := range link.Group(link.OAuth2Attrs(), link.AskMapped) {
		options := []view.Option{{Value: "", Label: "None"}}
		for _, f := range b.in.Desired.Collection.Fields {
			if !f.System && slices.Contains(link.MappableTypes(m.Claim), f.Type) {
				options = append(options, view.Option{Value: f.Name, Label: f.Name + " (" + f.Type + ")"})
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
		if a.Key == "createRule" && b.in.PocketBase.ManagedBy() != "" {
			continue
		}
		options := []view.Option{{Value: KeepRule, Label: "Keep: " + a.Show(now).String()}}
		if a.Key == "createRule" {
			options = append(options, view.Option{Value: link.OAuth2Only, Label: "Only sign-ins with a provider"})
		}
		list = append(list, b.choose(a.Meta, append(options, view.Option{Value: "", Label: "Everyone"})...))
	}
	return list
}
