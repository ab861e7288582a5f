package setup

import (
	"authpocket/internal/link"
	"authpocket/internal/preset"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// NoPreset is the answer that takes no preset although one is proposed.
const NoPreset = "none"

// AppPart is the group "App".
type AppPart struct {
	Group
	Preset view.Choice
	Facts  []say.Text // about the chosen app
	// Proposal is set if it is known which app the PocketBase belongs to.
	Proposal *Fact
}

// app returns the group "App".
func (b settings) app() AppPart {
	none, answer := view.Option{Label: say.Of("None of these")}, b.in.Form.Get("preset")
	found, why := preset.Recognise(b.in.PocketBase)
	if found != nil {
		none.Value = NoPreset
	}
	options := []view.Option{none}
	for _, p := range preset.All() {
		options = append(options, view.Option{Value: p.Name, Label: p.Label()})
	}
	part := AppPart{Preset: b.choice("preset", say.Of("App"), say.Of("Adds the redirect URIs that the app needs, and "+
		"fills in what is known about it"), options...)}
	part.Preset.Key, part.Now = "preset", none.Label
	chosen := preset.Named(answer)
	if chosen != nil {
		part.Now, part.Facts = chosen.Label(), b.facts(chosen)
	}
	if found != nil && (answer == "" || answer == found.Name) {
		part.Proposal = proposal(found, why, chosen != nil)
	}
	part.Open = b.problems.In("preset")
	return part
}

func proposal(found *preset.Preset, why say.Text, taken bool) *Fact {
	next := say.Of("Choose it under “App” to add the redirect URIs that it needs.")
	if taken {
		next = say.Of("What is known about it is filled in below. Choose another app, or none, under “App”.")
	}
	return &Fact{Kind: "note", Heading: say.Of("This PocketBase belongs to %s", found.Label()),
		Text: say.Join(why, next)}
}

// facts returns what an admin has to know about the app.
func (b settings) facts(app *preset.Preset) (list []say.Text) {
	d := b.in.Desired
	s := preset.Expand(link.Spec{Preset: &app.Name, PocketBaseURLs: []string{d.PocketBaseURL}})
	if needed := s.NeededRedirects(d.Application.LaunchURL)[1:]; len(needed) > 0 {
		list = append(list, say.Of("Redirect URIs beside PocketBase's own: %s.",
			say.List(link.Each(needed, say.Raw)...)))
	}
	for _, w := range app.Writes {
		list = append(list, say.Of("The app sets %s itself each time it starts. The variable %s decides it, for example "+
			"%s.", w.Field, w.Variable, w.Set()))
	}
	if r := app.Roles; r != nil {
		list = append(list, say.Of("New users get “%s” in the field %s. A later sign-in does not change it.", r.New,
			r.Field))
	}
	return list
}
