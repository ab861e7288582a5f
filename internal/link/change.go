package link

import (
	"slices"
	"time"

	"authpocket/internal/report"

	"authpocket/internal/say"
)

// Action is what a change does to its object.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Delete Action = "delete"
	None   Action = "none"
)

// Kind is the kind of object that a change writes. Each has its own adapter call.
type Kind string

// The kinds of object.
const (
	KindMapping     Kind = "scope mapping"
	KindKey         Kind = "signing key"
	KindPair        Kind = "application and provider"
	KindProvider    Kind = "provider"
	KindApplication Kind = "application"
	KindBinding     Kind = "policy binding"
	KindOAuth2      Kind = "auth collection"
	KindOldSlot     Kind = "old slot"
	KindRules       Kind = "collection rules"
	KindMethods     Kind = "sign-in methods"
	KindSettings    Kind = "settings"
	KindPerson      Kind = "test person"
	KindAccount     Kind = "test account"
	KindSession     Kind = "tokens"
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

// Field is one field of a change, before and after. The values of sensitive fields are Masked.
type Field struct {
	Name      string `json:"name"`
	Before    Shown  `json:"before"`
	After     Shown  `json:"after"`
	Sensitive bool   `json:"sensitive"`
	// Place is the path in a spec that decides the field, empty for none.
	Place string `json:"-"`
	// Default reports whether a new or deleted object has the field's default, and Usual whether no spec states it.
	Default, Usual bool `json:"-"`
	// Generated reports whether an apply generates the value. After is then none, or the mask of a secret.
	Generated bool `json:"generated,omitempty"`
}

// Warning is something that the admin should know before the plan is applied.
type Warning struct {
	ID      WarningID     `json:"id"`
	System  report.System `json:"system" jsonschema:"enum=authentik,enum=pocketbase"`
	Summary say.Text      `json:"summary"`
	Detail  say.Text      `json:"detail"`
	Ways    []report.Way  `json:"ways,omitempty"` // what helps
}

// Advice returns the detail and what helps, in one line.
func (w Warning) Advice(r report.Reader) say.Text {
	return say.Join(w.Detail, report.Message{Ways: w.Ways}.Advice(r))
}

// Plan is the ordered list of changes that turn the snapshots into the spec.
type Plan struct {
	Changes  []Change
	Warnings []Warning
	// Desired is the state that the plan leads to. Verify compares the
	// running systems with it.
	Desired Desired
	// Spec and Generated are what the plan was made from, so that it can be
	// made again and compared.
	Spec      Spec
	Generated Generated

	// Taken is when the systems were read for the plan, by this machine's
	// clock.
	Taken time.Time

	Purpose Purpose
	Of      string // ID of the receipt that this undoes or continues
	// Saved reports whether the plan was read from a file, and so is without secrets.
	Saved bool
	// Undoes are the changes that an undo reverses. Force discards whatever
	// was changed since.
	Undoes []Change
	Force  bool
	// Restores reports whether the undone plan was a removal.
	Restores bool
	// Only is the cause that the plan fixes, empty for everything that differs from the spec.
	Only report.CauseID
	// Part limits the plan to what is made before or after a proof.
	Part Part
	// Waiting are the changes that a part leaves until there is a proof.
	Waiting []Change
	// Proof is the proof that the plan's changes need, nil for none.
	Proof *Proof
}

// Purpose is the purpose of a plan.
type Purpose string

// The purposes. The zero value creates or changes the link.
const (
	PurposeLink   Purpose = ""
	PurposeUndo   Purpose = "undo"
	PurposeRemove Purpose = "remove"
	PurposeRotate Purpose = "rotate"
	PurposeProof  Purpose = "proof"
	// PurposeSignOut signs people out who can no longer sign in.
	PurposeSignOut Purpose = "sign-out"
)

// Folds reports whether defaults may be folded away. An undo may take back a default that somebody chose.
func (p *Plan) Folds() bool { return p.Purpose != PurposeUndo }

// Empty reports whether there is nothing to change.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Chosen marks the fields that the spec sets as not usual, whatever their value.
func (s Spec) Chosen(fields []Field) {
	set := map[string]bool{}
	given(set, ApplicationAttrs(), &s.Application)
	given(set, ProviderAttrs(), &s.Provider)
	given(set, SlotAttrs(), &s.PocketBase)
	given(set, OAuth2Attrs(), &s.PocketBase)
	for i, f := range fields {
		fields[i].Usual = f.Usual && !set[f.Place]
	}
}

// given adds the paths that the spec sets.
func given[W, S any](set map[string]bool, table []*Attr[W, S], want W) {
	for _, a := range table {
		if a.Open() {
			_, ok := a.Given(want)
			set[a.Spec] = ok
		}
	}
}
