package link

import (
	"cmp"
	"slices"
	"strconv"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Change is one write, as plain data. Apply carries out exactly this.
type Change struct {
	System report.System `json:"system" jsonschema:"enum=authentik,enum=pocketbase"`
	Kind   Kind          `json:"kind"`
	Object say.Text      `json:"object"` // such as: provider “PocketBase”
	Action Action        `json:"action" jsonschema:"enum=create,enum=update,enum=delete,enum=none"`
	Fields []Field       `json:"fields"`
	Why    say.Text      `json:"why"`
	// Step is the step of authentik's PocketBase guide that this carries out, empty for none.
	Step string `json:"step,omitempty"`
	// Needs is what has to be there before the change is made, empty for nothing.
	Needs Need `json:"needs,omitempty" jsonschema:"enum=proof"`
	// Lost describes what undo can't restore, empty for nothing.
	Lost say.Text `json:"lost,omitzero"`

	// Before and After are the object as read and as wanted, of the same
	// type. Before is nil for a create, After for a delete.
	Before Object `json:"-"`
	After  Object `json:"-"`
}

// ID identifies the change within a plan. It stays the same when the plan is made again.
func (c *Change) ID() string {
	if c.Kind == KindPerson || c.Kind == KindAccount { // a proof creates and deletes them
		return string(c.System) + "/" + string(c.Kind) + "/" + c.Object.String() + "/" + string(c.Action)
	}
	return string(c.System) + "/" + string(c.Kind) + "/" + c.Object.String()
}

// Changed reports whether the change writes the field with that name.
func (c Change) Changed(name string) bool {
	return slices.Contains(c.Names(), name)
}

// Names returns the names of the fields that the change writes.
func (c *Change) Names() []string {
	return Each(c.Fields, func(f Field) string { return f.Name })
}

// WithKeys returns the change with the primary keys of the objects that it created, by kind.
func (c Change) WithKeys(keys map[Kind]string) Change {
	number := func(kind Kind, now int) int {
		if pk, err := strconv.Atoi(keys[kind]); err == nil {
			return pk
		}
		return now
	}
	switch after := c.After.(type) {
	case *PairState:
		made := *after
		made.Application.PK = cmp.Or(keys[KindApplication], made.Application.PK)
		made.Provider.PK = number(KindProvider, made.Provider.PK)
		c.After = &made
	case *ProviderState:
		made := *after
		made.PK = number(KindProvider, made.PK)
		c.After = &made
	case *ApplicationState:
		made := *after
		made.PK = cmp.Or(keys[KindApplication], made.PK)
		c.After = &made
	case *BindingState:
		made := *after
		made.PK = cmp.Or(keys[KindBinding], made.PK)
		c.After = &made
	case *Mapping:
		made := *after
		made.ID = cmp.Or(keys[KindMapping], made.ID)
		c.After = &made
	}
	return c
}

// Fold returns the fields to show, and those that have their defaults and may be folded away. A default that a link
// file states is shown. One that a form states is not: a form states every field.
func (c *Change) Fold(form bool) (shown, usual []Field) {
	for _, f := range c.Fields {
		if f.Usual || form && f.Default {
			usual = append(usual, f)
		} else {
			shown = append(shown, f)
		}
	}
	return shown, usual
}

// Object is an object of one of the systems, current or wanted. Its types are the arguments of a Visitor's methods.
type Object interface {
	// accept calls the visitor's method for this type of object.
	accept(*Change, Visitor) bool
}

// Visitor handles changes by the type of their object.
type Visitor interface {
	Mapping(Edit[Mapping])
	Key(Edit[KeyState])
	Pair(Edit[PairState])
	Provider(Edit[ProviderState])
	Application(Edit[ApplicationState])
	Binding(Edit[BindingState])
	Collection(Edit[CollectionState]) // OAuth2 options or rules, by Kind
	Settings(Edit[SettingsState])
	Person(Edit[PersonState])
	Account(Edit[AccountState])
	Session(Edit[SessionState])
}

// Edit is a change of an object of a known type. Before is nil for a create,
// After for a delete.
type Edit[T any] struct {
	*Change
	Before, After *T
}

// Visit calls the visitor's method for the object that c writes. It returns false if there is no object, or if
// Before, After and Kind don't match.
func (c *Change) Visit(v Visitor) bool {
	switch {
	case c.After != nil:
		return c.After.accept(c, v)
	case c.Before != nil:
		return c.Before.accept(c, v)
	}
	return false
}

// Objects returns one empty object of each type.
func Objects() []Object {
	return []Object{
		new(Mapping), new(KeyState), new(PairState), new(ProviderState),
		new(ApplicationState), new(BindingState), new(CollectionState), new(SettingsState),
		new(PersonState), new(AccountState), new(SessionState),
	}
}

// Visit calls the visitor's method for an object that is to be created.
func Visit(o Object, v Visitor) bool { return (&Change{After: o}).Visit(v) }

// PairState is an application with its provider and bindings, created in one transaction.
type PairState struct {
	Application ApplicationState `json:"application"`
	Provider    ProviderState    `json:"provider"`
	Bindings    []BindingState   `json:"bindings"`
}

// Values returns the fields of application, provider and bindings for a diff.
func (p *PairState) Values(f Features) []FieldValue {
	list := slices.Concat(prefixed("application.", p.Application.Values(f)),
		prefixed("provider.", p.Provider.Values(f)))
	for _, b := range p.Bindings {
		list = append(list, FieldValue{Name: "binding." + b.Kind, Of: ShowText(b.Target.Name)})
	}
	return list
}

// Secrets returns the client secrets and passwords of the object before and after. authentik never shows a private
// key, and the secrets in PocketBase's settings are not read.
func (c *Change) Secrets() (texts []secret.Text) {
	for _, o := range []Object{c.Before, c.After} {
		if p := As[PairState](o); p != nil {
			texts = append(texts, p.Provider.ClientSecret)
		}
		if p := As[ProviderState](o); p != nil {
			texts = append(texts, p.ClientSecret)
		}
		if p := As[PersonState](o); p != nil {
			texts = append(texts, p.Password)
		}
		if s := As[CollectionState](o); s != nil {
			for _, p := range s.OAuth2.Providers {
				texts = append(texts, p.ClientSecret)
			}
		}
	}
	return texts
}

// As returns o as a T, nil if it is nil or of another type.
func As[T any](o Object) *T {
	t, _ := any(o).(*T)
	return t
}

// Creates reports whether the changes create the link.
func Creates(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Kind == KindPair && c.Action == Create })
}

func accept[T any](c *Change, visit func(Edit[T]), kinds ...Kind) bool {
	if c.Kind != "" && !slices.Contains(kinds, c.Kind) {
		return false
	}
	for _, o := range []Object{c.Before, c.After} {
		if _, fits := any(o).(*T); o != nil && !fits {
			return false
		}
	}
	visit(Edit[T]{Change: c, Before: As[T](c.Before), After: As[T](c.After)})
	return true
}

func (*Mapping) accept(c *Change, v Visitor) bool       { return accept(c, v.Mapping, KindMapping) }
func (*KeyState) accept(c *Change, v Visitor) bool      { return accept(c, v.Key, KindKey) }
func (*PairState) accept(c *Change, v Visitor) bool     { return accept(c, v.Pair, KindPair) }
func (*ProviderState) accept(c *Change, v Visitor) bool { return accept(c, v.Provider, KindProvider) }
func (*ApplicationState) accept(c *Change, v Visitor) bool {
	return accept(c, v.Application, KindApplication)
}

func (*BindingState) accept(c *Change, v Visitor) bool { return accept(c, v.Binding, KindBinding) }
func (*CollectionState) accept(c *Change, v Visitor) bool {
	return accept(c, v.Collection, KindOAuth2, KindOldSlot, KindRules, KindMethods)
}

func (*SettingsState) accept(c *Change, v Visitor) bool { return accept(c, v.Settings, KindSettings) }
func (*PersonState) accept(c *Change, v Visitor) bool   { return accept(c, v.Person, KindPerson) }
func (*AccountState) accept(c *Change, v Visitor) bool  { return accept(c, v.Account, KindAccount) }
func (*SessionState) accept(c *Change, v Visitor) bool  { return accept(c, v.Session, KindSession) }

// LinkOnly is embedded by visitors of a link's changes, which have no part in a proof or a sign-out.
type LinkOnly struct{}

// Person does nothing.
func (LinkOnly) Person(Edit[PersonState]) {}

// Account does nothing.
func (LinkOnly) Account(Edit[AccountState]) {}

// Session does nothing.
func (LinkOnly) Session(Edit[SessionState]) {}
