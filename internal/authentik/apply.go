package authentik

import (
	"context"
	"slices"

	"authpocket/internal/link"
)

// Apply carries out one change: it writes, finds out what became of the write
// where the answer was lost, reads back and compares. The error is a
// *link.Fault that says what was written.
func (c *Client) Apply(ctx context.Context, ch link.Change) error {
	return outcomeOf(c.apply(ctx, ch))
}

func (c *Client) apply(ctx context.Context, ch link.Change) error {
	switch ch.Kind {
	case link.KindMapping:
		return applyAs(ctx, ch, c.createMapping, c.updateMapping, c.deleteMapping)
	case link.KindKey:
		return applyAs(ctx, ch, c.createKey, nil, c.deleteKey)
	case link.KindPair:
		return applyAs(ctx, ch, c.createPair, nil, c.deletePair)
	case link.KindProvider:
		return applyAs(ctx, ch, c.createProvider, c.updateProvider, c.deleteProvider)
	case link.KindApplication:
		return applyAs(ctx, ch, c.createApplication, c.updateApplication, c.deleteApplication)
	case link.KindBinding:
		return applyAs(ctx, ch, c.createBinding, c.updateBinding, c.deleteBinding)
	}
	return brokenPlan("a change of the kind " + string(ch.Kind))
}

// applyAs calls what the change asks for, by which of its states are there.
func applyAs[T any](ctx context.Context, ch link.Change,
	create func(context.Context, T) error,
	update func(ctx context.Context, before, after T, names []string) error,
	remove func(context.Context, T) error,
) error {
	before, okBefore := ch.Before.(*T)
	after, okAfter := ch.After.(*T)
	if ch.Before != nil && !okBefore || ch.After != nil && !okAfter {
		return brokenPlan("a " + string(ch.Kind) + " that is not one")
	}
	switch {
	case before == nil && after != nil:
		return create(ctx, *after)
	case before != nil && after == nil && remove != nil:
		return remove(ctx, *before)
	case before != nil && after != nil && update != nil:
		names := make([]string, len(ch.Fields))
		for i, f := range ch.Fields {
			names[i] = f.Name
		}
		return update(ctx, *before, *after, names)
	}
	return brokenPlan("a " + string(ch.Kind) + " with nothing to do")
}

// brokenPlan is for changes that no plan should hold.
func brokenPlan(what string) error {
	return fault(link.FaultOther, "", "The plan has "+what+", which authpocket cannot carry out.",
		"This is a mistake in authpocket. Report it with the plan.", nil)
}

// known refuses names that an object does not have, for they would be left
// out of the write without a word.
func known(names []string, object fields) error {
	for _, name := range names {
		if _, found := object[name]; !found {
			return brokenPlan("the field " + name)
		}
	}
	if len(names) == 0 {
		return brokenPlan("an update without fields")
	}
	return nil
}

// filled are the names whose values hold something, those of always besides.
func filled(f fields, always ...string) []string {
	var names []string
	for name, value := range f {
		switch value := value.(type) {
		case string:
			if value == "" {
				continue
			}
		case []string:
			if len(value) == 0 {
				continue
			}
		case int:
			if value == 0 {
				continue
			}
		case bool: // false is a value too
		}
		names = append(names, name)
	}
	names = append(names, always...)
	return set(names)
}

// without is names but for some.
func without(names []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(some, name) })
}
