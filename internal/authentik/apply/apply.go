// Package apply writes changes to an authentik.
package apply

import (
	"context"
	"sync"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// NewWriter returns a writer for a connected authentik.
func NewWriter(c *rest.Client) *Writer {
	return &Writer{Client: c, made: &sync.Map{}, created: &sync.Map{}}
}

// Created returns the primary keys of what the last Apply of the change created, nil for nothing.
func (c *Writer) Created(ch link.Change) map[link.Kind]string {
	keys, _ := c.created.Load(ch.ID())
	found, _ := keys.(map[link.Kind]string)
	return found
}

// Apply carries out one change: it writes, determines the outcome if the response was lost, reads back and
// compares. The error is a *report.Fault that holds what was written.
func (c *Writer) Apply(ctx context.Context, ch link.Change) error {
	return outcomeOf(c.apply(ctx, ch))
}

func (c *Writer) apply(ctx context.Context, ch link.Change) error {
	of := *c
	of.secrets, of.keysMade = ch.Secrets(), map[link.Kind]string{}
	w := writes{c: &of}
	if !ch.Visit(&w) || w.write == nil {
		return brokenPlan("a change of the kind " + string(ch.Kind))
	}
	err := w.write(ctx)
	c.created.Store(ch.ID(), of.keysMade)
	return err
}

// writes selects the write for a change, nil for none.
type writes struct {
	c     *Writer
	write func(context.Context) error
}

func (w *writes) Mapping(e link.Edit[link.Mapping]) {
	w.write = choose(e, w.c.createMapping, w.c.mappings().update, w.c.mappings().delete)
}

func (w *writes) Key(e link.Edit[link.KeyState]) {
	w.write = choose(e, w.c.createKey, nil, w.c.deleteKey)
}

func (w *writes) Pair(e link.Edit[link.PairState]) {
	w.write = choose(e, w.c.createPair, nil, w.c.deletePair)
}

func (w *writes) Provider(e link.Edit[link.ProviderState]) {
	w.write = choose(e, w.c.createProvider, w.c.updateProvider, w.c.providers().delete)
}

func (w *writes) Application(e link.Edit[link.ApplicationState]) {
	w.write = choose(e, w.c.createApplication, w.c.updateApplication, w.c.applications().delete)
}

func (w *writes) Binding(e link.Edit[link.BindingState]) {
	w.write = choose(e, w.c.createBinding, w.c.bindings().update, w.c.bindings().delete)
}

func (w *writes) Person(e link.Edit[link.PersonState]) {
	w.write = choose(e, w.c.createPerson, nil, w.c.deletePerson)
}

// PocketBase's objects are written by another adapter.

func (*writes) Collection(link.Edit[link.CollectionState]) {}
func (*writes) Settings(link.Edit[link.SettingsState])     {}
func (*writes) Account(link.Edit[link.AccountState])       {}
func (*writes) Session(link.Edit[link.SessionState])       {}

// choose returns the write for the states that the change has, nil for none.
func choose[T any](e link.Edit[T],
	create func(context.Context, *T) error,
	update func(ctx context.Context, before, after *T, names []string) error,
	remove func(context.Context, *T) error,
) func(context.Context) error {
	switch {
	case e.Before == nil && e.After != nil:
		return func(ctx context.Context) error { return create(ctx, e.After) }
	case e.Before != nil && e.After == nil:
		return func(ctx context.Context) error { return remove(ctx, e.Before) }
	case e.Before != nil && update != nil:
		return func(ctx context.Context) error { return update(ctx, e.Before, e.After, e.Names()) }
	}
	return nil
}
