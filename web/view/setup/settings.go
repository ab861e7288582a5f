// Package setup holds the pages that ask for something: the start, the two
// connections and the settings.
package setup

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// SettingsInput is what the settings page is made of: the form's values, by
// spec path, and what the two systems offer to choose from.
type SettingsInput struct {
	Form       url.Values
	Problems   link.Problems
	Authentik  link.AuthentikSnapshot
	PocketBase link.PocketBaseSnapshot
	// Desired is the spec resolved, for the words beside what is left open.
	Desired link.Desired
	From    string
	// There tells that the application is there already and is this link's.
	There bool
	// Token is the PocketBase token of which to tell how long it is good.
	Token       time.Time
	TokenRenews bool // it can be renewed before
	// Conflict is what is in the way, where something is: the page then asks
	// what becomes of it.
	Conflict string
	// Candidates are what may already be this link's.
	Candidates []plans.Candidate
	// Again tells that the page is asked once more for another collection.
	Again bool
	// SecretGiven tells that a client secret of one's own was typed before.
	SecretGiven bool
	// Lacking are the permissions that the token was found not to have.
	Lacking []Permission
	// Interrupted are the applies to this link that have no end.
	Interrupted []changes.Receipt
}

// NewSettings makes the settings page.
func NewSettings(h view.Head, in SettingsInput) SettingsPage {
	h.Title, h.Wrong, h.Step, h.Back = "Settings", len(in.Problems) > 0, view.StepCaption(3),
		back(in.From, "/pocketbase")
	h.Live = true // for looking names up
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
		Application: b.application(),
		Existing:    b.existing(),
		Addresses:   b.addresses(),
		Collection:  b.collection(),
		Email:       b.email(),
		EmailNote:   emailNote(in.Authentik.EmailChangeAllowed),
		Access:      b.access(),
		Authentik:   b.authentik(),
		PocketBase:  b.pocketbase(),
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

// tokenNote tells how long PocketBase's token is good.
func tokenNote(in SettingsInput) string {
	if in.Token.IsZero() {
		return ""
	}
	return "The PocketBase token is " + view.GoodUntil(in.Token, in.TokenRenews) + "."
}

// found says what of the link is there already.
func found(in SettingsInput) string {
	name := "The application “" + in.Desired.Application.Name + "” in authentik "
	stays := "The answers below are what it has now; whatever you leave alone stays as it is. The review that " +
		"follows leads to a new client secret for it, and to taking it apart."
	decision, _, _ := Chosen(in.Form.Get("existing"))
	switch {
	case in.Conflict != "":
	case in.There && decision == link.ExistingUse:
		return name + "becomes this link's, as you chose. " + stays
	case in.There:
		return name + "already leads to this PocketBase. " + stays
	}
	return ""
}

// shown is what the page was filled in for. A page that comes back with
// problems still stands for what it was filled in for at first.
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
	}
}

// settings makes the parts of the page.
type settings struct {
	in       SettingsInput
	problems view.Problems
}

// text is a field with the form's value and its problem.
func (b settings) text(name, label, hint string) view.Field {
	return view.Field{Name: name, Label: label, Hint: hint, Value: b.in.Form.Get(name), Error: b.problems.At(name)}
}

func (b settings) optional(name, label, hint string) view.Field {
	f := b.text(name, label, hint)
	f.Optional = true
	return f
}

func (b settings) code(name, label, hint string) view.Field {
	f := b.optional(name, label, hint)
	f.Code = true
	return f
}

func (b settings) lines(name, label, hint string) view.Field {
	f := b.code(name, label, hint)
	f.Type, f.Rows = "textarea", 2
	return f
}

// choice marks the option that the form has. A value that no option has gets
// one of its own, so that it is not lost.
func (b settings) choice(name, label, hint string, options ...view.Option) view.Choice {
	c := view.Choice{Name: name, Label: label, Hint: hint, Error: b.problems.At(name), Options: options}
	now := b.in.Form.Get(name)
	at := slices.IndexFunc(c.Options, func(o view.Option) bool { return o.Value == now })
	if at < 0 && now != "" {
		c.Options = append(c.Options, view.Option{Value: now, Label: now})
		at = len(c.Options) - 1
	}
	if at >= 0 {
		c.Options[at].Checked = true
	}
	return c
}

// field is a field of the tables in which text is typed.
func (b settings) field(m link.Meta) view.Field {
	f := b.text(m.Spec, cmp.Or(m.Ask.Label, m.Label), m.Ask.Hint)
	f.Optional, f.Short, f.Key = !m.Ask.Needed, m.Ask.Short, fileKey(m)
	f.Code = m.Ask.Control == link.AskCode || m.Ask.Control == link.AskLines
	if m.Ask.Control == link.AskLines || m.Ask.Control == link.AskArea {
		f.Type, f.Rows = "textarea", 2
	}
	return f
}

// choose is a field of the tables with answers to choose from, by default the
// only values that it can have.
func (b settings) choose(m link.Meta, options ...view.Option) view.Choice {
	if options == nil {
		for i, value := range m.Values {
			options = append(options, view.Option{Value: value, Label: m.Ask.Answers[i]})
		}
	}
	c := b.choice(m.Spec, cmp.Or(m.Ask.Label, m.Label), m.Ask.Hint, options...)
	c.Key = fileKey(m)
	return c
}

func (b settings) tick(m link.Meta) view.Check {
	return view.Check{
		Name: m.Spec, Label: cmp.Or(m.Ask.Label, m.Label), Hint: m.Ask.Hint, Error: b.problems.At(m.Spec),
		Key: fileKey(m), Checked: b.in.Form.Get(m.Spec) == link.Ticked,
	}
}

// fileKey is the link file's key of a setting whose label does not tell it.
func fileKey(m link.Meta) string {
	if m.Ask.Named {
		return m.Spec
	}
	return ""
}

// named is what a table says of the field that its system calls so.
func named[W, S any](table []link.Attr[W, S], key string) link.Meta {
	a, _ := link.Named(table, key)
	return a.Meta
}

// metas are what a table says of all its fields.
func metas[W, S any](table []link.Attr[W, S]) []link.Meta {
	list := make([]link.Meta, len(table))
	for i, a := range table {
		list[i] = a.Meta
	}
	return list
}

func (b settings) application() []view.Field {
	var fields []view.Field
	for _, m := range link.Group(link.ApplicationAttrs(), link.AskNames) {
		fields = append(fields, b.field(m))
	}
	return fields
}

func (b settings) existing() *view.Choice {
	if b.in.Conflict == "" && b.in.Form.Get("existing") == "" {
		return nil
	}
	var options []view.Option
	for _, one := range b.in.Candidates {
		options = append(options, view.Option{Value: UseValue(one.Provider), Label: "Use the " + one.Label(),
			Hint: view.UpperFirst(one.Evidence) + ". Its settings are shown next, and only what differs is changed."})
	}
	if app := b.in.Authentik.Application; app != nil && b.usable(*app) &&
		!slices.ContainsFunc(options, func(o view.Option) bool { return o.Value == useApplication+app.Slug }) {
		options = append(options, view.Option{Value: useApplication + app.Slug, Label: "Use the application “" +
			app.Name + "” (" + app.Slug + ")", Hint: "Its settings are shown next, and only what differs is changed."})
	}
	if slot := b.problems.At("pocketbase.slot"); slot != "" || len(options) == 0 {
		options = append(options, view.Option{Value: string(link.ExistingUse), Label: "Use what is there",
			Hint: "What has the slug and the slot named here becomes this link's, and only what differs is changed."})
	}
	options = append(options, view.Option{Value: string(link.ExistingNew), Label: "Make a new one beside it",
		Hint: "It needs a slug and a provider name that are free."})
	c := b.choice("existing", "What about what is there already?", b.in.Conflict, options...)
	if c.Error != "" {
		c.Hint = ""
	}
	return &c
}

// usable tells whether the application could become this link's: it has no
// provider, or one that the token may see.
func (b settings) usable(app link.ApplicationState) bool {
	return app.Provider == 0 || slices.ContainsFunc(b.in.Authentik.Providers,
		func(p link.ProviderState) bool { return p.PK == app.Provider && !p.Proxy() })
}

// What the answer to “What about what is there already?” begins with when it
// names one thing.
const (
	useApplication = "use-application:"
	useProvider    = "use-provider:"
)

// UseValue is the answer that chooses a provider, by its application where it
// has one.
func UseValue(p link.ProviderState) string {
	if p.ApplicationSlug != "" {
		return useApplication + p.ApplicationSlug
	}
	return useProvider + p.ClientID
}

// Chosen reads an answer: the decision, and the slug of the application or
// the client ID of the provider without one that it chooses.
func Chosen(answer string) (decision link.Existing, slug, clientID string) {
	if slug, ok := strings.CutPrefix(answer, useApplication); ok {
		return link.ExistingUse, slug, ""
	}
	if clientID, ok := strings.CutPrefix(answer, useProvider); ok {
		return link.ExistingUse, "", clientID
	}
	return link.Existing(answer), "", ""
}

func (b settings) addresses() view.Field {
	f := b.lines("pocketbase.public_urls", "PocketBase addresses, as your app uses them",
		"One a line. Sign-in sends people back to "+link.RedirectPath+" below each")
	f.Optional, f.Key = false, f.Name
	return f
}

func (b settings) collection() view.Choice {
	var options []view.Option
	for _, c := range b.in.PocketBase.Collections {
		if c.Name != link.Superusers {
			options = append(options, view.Option{Value: c.Name, Label: c.Name})
		}
	}
	return b.choose(link.Group(link.PlaceAttrs(), link.AskCollection)[0], options...)
}

// access is the group that says who may use the application.
func (b settings) access() AccessPart {
	part := AccessPart{Now: "everyone with an account",
		Mode: b.choose(link.Group(link.ApplicationAttrs(), link.AskAccess)[0])}
	names := []string{part.Mode.Name}
	for _, a := range link.AccessAttrs() {
		names = append(names, a.Spec)
		part.Lists = append(part.Lists, b.field(a.Meta))
	}
	named := 0
	for _, f := range part.Lists {
		named += len(strings.Fields(f.Value))
	}
	if b.in.Authentik.ClosedByDefault {
		part.Now = "nobody yet: this authentik closes an application without bindings"
	}
	there := 0
	for _, one := range b.in.Authentik.Bindings {
		if one.Enabled {
			there++
		}
	}
	switch {
	case named > 0:
		part.Now = "only those you name"
	case there == 0 && b.in.Authentik.Application != nil &&
		slices.Contains(b.in.Authentik.Missing, link.PermViewBinding):
		part.Now = "not known: the token may not see it"
	case there > 0:
		part.Now = fmt.Sprintf("whom the application's %s in", view.Plural(there, "binding lets", "bindings let"))
	}
	part.Open = named > 0 || b.problems.In(names...)
	return part
}

func tickID(t Ticks, i int) string {
	if i == 0 {
		return t.ID()
	}
	return fmt.Sprint(t.ID(), "-", i)
}
