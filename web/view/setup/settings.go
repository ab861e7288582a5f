// Package setup holds the pages that ask for something: the start, the two
// connections and the settings.
package setup

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// SettingsInput holds what the settings page shows: the form's values, by
// spec path, and the choices that the two systems offer.
type SettingsInput struct {
	Form       url.Values
	Problems   report.Problems
	Authentik  link.AuthentikSnapshot
	PocketBase link.PocketBaseSnapshot
	// Desired is the resolved spec. It gives the defaults that the hints name.
	Desired link.Desired
	From    string
	// There reports that the application exists and belongs to this link.
	There bool
	// Token is when the PocketBase token expires, zero to leave it out.
	Token       time.Time
	TokenRenews bool // it can be renewed before that
	// Conflict describes existing objects in the way, empty for none. With one
	// the page asks whether to use them.
	Conflict say.Text
	// Candidates are providers that may already belong to this link.
	Candidates []resolve.Candidate
	// Again reports that another collection was chosen, so the page is shown
	// again.
	Again bool
	// SecretGiven reports that a client secret was entered before.
	SecretGiven bool
	// Lacking are the permissions that the token lacks.
	Lacking []Permission
	// Interrupted are the unfinished applies to this link.
	Interrupted []changes.Receipt
}

// NewSettings returns the settings page.
func NewSettings(h view.Head, in SettingsInput) SettingsPage {
	h.Title, h.Wrong, h.Step, h.Back = say.Of("Settings"), len(in.Problems) > 0, view.StepCaption(3),
		back(in.From, "/pocketbase")
	h.Live = true // for the name finder
	b := settings{in: in}
	b.problems = inOrder(view.NewProblems(in.Problems), b.page().Controls())
	page := b.page()
	page.Head, page.Problems = h, b.problems
	return page
}

func (b settings) page() SettingsPage {
	in := b.in
	page := SettingsPage{
		From:        in.From,
		Shown:       b.shown(),
		Existing:    b.existing(),
		Email:       b.email(),
		EmailNote:   emailNote(in.Authentik.EmailChangeAllowed),
		App:         b.app(),
		Application: b.application(),
		Access:      b.access(),
		Provider:    b.provider(),
		Consent:     b.consent(),
		PocketBase:  b.pocketbase(),
		Endpoints:   b.endpoints(),
		Records:     b.records(),
		Lacking:     in.Lacking,
		Token:       tokenNote(in),
		Open:        changes.NewInterruptions(in.Interrupted, true),
	}
	if in.Again {
		page.Again = in.Desired.Collection.Name
	}
	page.Found = found(in)
	return page
}

// tokenNote says when PocketBase's token expires.
func tokenNote(in SettingsInput) say.Text {
	end := say.Moment(in.Token)
	switch {
	case in.Token.IsZero():
		return say.Text{}
	case in.TokenRenews:
		return say.Of("The PocketBase token expires on %s and can be renewed before that.", end)
	}
	return say.Of("The PocketBase token expires on %s and cannot be renewed.", end)
}

// found says that the link exists, empty where it does not.
func found(in SettingsInput) say.Text {
	name := in.Desired.Application.Name
	stays := say.Of("The form shows its current settings. You can rotate the client secret or remove the link from " +
		"the " +
		"review page.")
	decision, _, _ := Chosen(in.Form.Get("existing"))
	switch {
	case !in.Conflict.Empty():
	case in.There && decision == link.ExistingUse:
		return say.Join(say.Of("The application “%s” in authentik will be used for this link, as you chose.", name),
			stays)
	case in.There:
		return say.Join(say.Of("The application “%s” in authentik is already linked to this PocketBase.", name),
			stays)
	}
	return say.Text{}
}

// shown returns what the page was filled in for. A page that comes back with
// problems keeps the values of the first time.
func (b settings) shown() Shown {
	first := func(name, now string) string {
		if b.in.Form.Has("shown." + name) {
			return b.in.Form.Get("shown." + name)
		}
		return now
	}
	return Shown{
		Slug:       first("slug", b.in.Desired.Application.Slug),
		Collection: first("collection", b.in.Desired.Collection.Name),
		Existing:   first("existing", b.in.Form.Get("existing")),
		Preset:     first("preset", b.in.Form.Get("preset")),
	}
}

// settings builds the parts of the page.
type settings struct {
	in       SettingsInput
	problems view.Problems
}

// text returns a field with the form's value and its problem.
func (b settings) text(name string, label, hint say.Text) view.Field {
	return view.Field{Name: name, Label: label, Hint: hint, Value: b.in.Form.Get(name), Error: b.problems.At(name)}
}

// choice selects the option with the form's value. It adds an option for a
// value that none has, so that it is not lost.
func (b settings) choice(name string, label, hint say.Text, options ...view.Option) view.Choice {
	c := view.Choice{Name: name, Label: label, Hint: hint, Error: b.problems.At(name), Options: options}
	now := b.in.Form.Get(name)
	at := slices.IndexFunc(c.Options, func(o view.Option) bool { return o.Value == now })
	if at < 0 && now != "" {
		c.Options = append(c.Options, view.Option{Value: now, Label: say.Raw(now)})
		at = len(c.Options) - 1
	}
	if at >= 0 {
		c.Options[at].Checked = true
	}
	return c
}

// field returns the text field for a setting of the tables.
func (b settings) field(m *link.Meta) view.Field {
	f := b.text(m.Spec, asked(m), m.Ask.Hint.Text())
	f.Optional, f.Short, f.Key = !m.Ask.Needed, m.Ask.Short, fileKey(m)
	f.Code = m.Ask.Control == link.AskCode || m.Ask.Control == link.AskLines
	if m.Ask.Control == link.AskLines || m.Ask.Control == link.AskArea {
		f.Type, f.Rows = "textarea", 2
	}
	return f
}

// choose returns the choice for a setting of the tables. The options default
// to the values that it can have.
func (b settings) choose(m *link.Meta, options ...view.Option) view.Choice {
	if options == nil {
		for i, value := range m.Values {
			options = append(options, view.Option{Value: value, Label: m.Ask.Answers[i].Text()})
		}
	}
	c := b.choice(m.Spec, asked(m), m.Ask.Hint.Text(), options...)
	c.Key = fileKey(m)
	return c
}

func (b settings) tick(m *link.Meta) view.Check {
	return view.Check{
		Name: m.Spec, Label: asked(m), Hint: m.Ask.Hint.Text(), Error: b.problems.At(m.Spec),
		Key: fileKey(m), Checked: b.in.Form.Get(m.Spec) == link.Ticked,
	}
}

// asked returns the label of a setting's control.
func asked(m *link.Meta) say.Text { return cmp.Or(m.Ask.Label, m.Label).Text() }

// fileKey returns the link file's key of a setting whose label does not show it.
func fileKey(m *link.Meta) string {
	if m.Ask.Named {
		return m.Spec
	}
	return ""
}

// named returns the table entry with that key.
func named[W, S any](table []*link.Attr[W, S], key string) *link.Meta {
	a, _ := link.Named(table, key)
	return a.Meta
}
