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

// SettingsInput holds what the settings page shows: the form's values, by
// spec path, and the choices that the two systems offer.
type SettingsInput struct {
	Form       url.Values
	Problems   link.Problems
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
	Conflict string
	// Candidates are providers that may already belong to this link.
	Candidates []plans.Candidate
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
	h.Title, h.Wrong, h.Step, h.Back = "Settings", len(in.Problems) > 0, view.StepCaption(3),
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

// tokenNote says when PocketBase's token expires.
func tokenNote(in SettingsInput) string {
	if in.Token.IsZero() {
		return ""
	}
	return "The PocketBase token " + view.GoodUntil(in.Token, in.TokenRenews) + "."
}

// found says that the link exists, empty where it does not.
func found(in SettingsInput) string {
	name := "The application “" + in.Desired.Application.Name + "” in authentik "
	stays := "The form shows its current settings. Fields you don't change stay as they are. You can rotate the " +
		"client secret or remove the link from the review page."
	decision, _, _ := Chosen(in.Form.Get("existing"))
	switch {
	case in.Conflict != "":
	case in.There && decision == link.ExistingUse:
		return name + "will be used for this link, as you chose. " + stays
	case in.There:
		return name + "is already linked to this PocketBase. " + stays
	}
	return ""
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
	}
}

// settings builds the parts of the page.
type settings struct {
	in       SettingsInput
	problems view.Problems
}

// text returns a field with the form's value and its problem.
func (b settings) text(name, label, hint string) view.Field {
	return view.Field{Name: name, Label: label, Hint: hint, Value: b.in.Form.Get(name), Error: b.problems.At(name)}
}

// choice selects the option with the form's value. It adds an option for a
// value that none has, so that it is not lost.
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

// field returns the text field for a setting of the tables.
func (b settings) field(m link.Meta) view.Field {
	f := b.text(m.Spec, cmp.Or(m.Ask.Label, m.Label), m.Ask.Hint)
	f.Optional, f.Short, f.Key = !m.Ask.Needed, m.Ask.Short, fileKey(m)
	f.Code = m.Ask.Control == link.AskCode || m.Ask.Control == link.AskLines
	if m.Ask.Control == link.AskLines || m.Ask.Control == link.AskArea {
		f.Type, f.Rows = "textarea", 2
	}
	return f
}

// choose returns the choice for a setting of the tables. The options default
// to the values that it can have.
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

// fileKey returns the link file's key of a setting whose label does not show it.
func fileKey(m link.Meta) string {
	if m.Ask.Named {
		return m.Spec
	}
	return ""
}

// named returns the table entry with that key.
func named[W, S any](table []link.Attr[W, S], key string) link.Meta {
	a, _ := link.Named(table, key)
	return a.Meta
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
			Hint: view.UpperFirst(one.Evidence) + ". You see its settings next. Only differences are changed."})
	}
	if app := b.in.Authentik.Application; app != nil && b.usable(*app) &&
		!slices.ContainsFunc(options, func(o view.Option) bool { return o.Value == useApplication+app.Slug }) {
		options = append(options, view.Option{Value: useApplication + app.Slug, Label: "Use the application “" +
			app.Name + "” (" + app.Slug + ")", Hint: "You see its settings next. Only differences are changed."})
	}
	if slot := b.problems.At("pocketbase.slot"); slot != "" || len(options) == 0 {
		options = append(options, view.Option{Value: string(link.ExistingUse),
			Label: "Use the existing application and provider",
			Hint:  "Those with this slug and slot are used for this link. Only differences are changed."})
	}
	options = append(options, view.Option{Value: string(link.ExistingNew),
		Label: "Create a new application and provider",
		Hint:  "Choose a slug and a provider name that are not in use."})
	c := b.choice("existing", "Use what already exists?", b.in.Conflict, options...)
	if c.Error != "" {
		c.Hint = ""
	}
	return &c
}

// usable reports whether this link can use the application: it has no
// provider, or one that the token can see.
func (b settings) usable(app link.ApplicationState) bool {
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
func UseValue(p link.ProviderState) string {
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

func (b settings) addresses() view.Field {
	f := b.text("pocketbase.public_urls", "PocketBase addresses that your app uses",
		"One per line. authpocket registers <address>"+link.RedirectPath+" for each")
	f.Code, f.Type, f.Rows, f.Key = true, "textarea", 2, f.Name
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

// access returns the group of who may use the application.
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
		part.Now = "nobody yet: this authentik denies access to applications without bindings"
	}
	if b.in.Authentik.AccessUnknown {
		part.Now = "unknown: the token cannot see whether everyone or nobody has access by default"
	}
	there := 0
	for _, one := range b.in.Authentik.Bindings {
		if one.Enabled {
			there++
		}
	}
	switch {
	case named > 0:
		part.Now = "only those listed below"
	case there == 0 && b.in.Authentik.Application != nil &&
		slices.Contains(b.in.Authentik.Missing, link.PermViewBinding):
		part.Now = "unknown: the token cannot see the bindings"
	case there > 0:
		part.Now = "those allowed by the application's " + view.Plural(there, "binding", "bindings")
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
