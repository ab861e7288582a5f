package apply

import (
	"context"
	"maps"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func (c *Writer) bindings() *kind[*struct{}, *link.BindingState] {
	return &kind[*struct{}, *link.BindingState]{
		to: c, of: link.KindBinding, table: link.BindingAttrs(), list: rest.PathBindings,
		need: func(b *link.BindingState) rest.Need {
			return rest.Need{What: bindingWords(*b),
				Field: rest.AccessField(b.Kind)}
		},
		key:   func(b *link.BindingState) string { return b.PK },
		state: func(o rest.Object) *link.BindingState { return new(rest.BindingState(o)) },
		read: func(ctx context.Context, b *link.BindingState) (rest.Object, error) {
			return c.One(ctx, rest.Need{What: say.Of("policy binding"), Perm: report.PermViewBinding},
				rest.Get(rest.Item(rest.PathBindings, b.PK)))
		},
	}
}

// createBinding creates the binding unless it exists, because authentik accepts duplicates.
func (c *Writer) createBinding(ctx context.Context, wanted *link.BindingState) error {
	b, err := c.resolveBinding(ctx, *wanted)
	if err != nil {
		return err
	}
	look := func(ctx context.Context) (finding, error) { return c.lookForBinding(ctx, b) }
	if found, err := look(ctx); err != nil || found.presence == asWanted {
		maps.Copy(c.keysMade, found.keys)
		return err
	}
	body := bindingBody(&b)
	body["target"] = b.Application.ID
	return c.bindings().create(ctx, &b, body, look)
}

// lookForBinding returns whether an equivalent binding exists. Different bindings of the same target don't
// matter.
func (c *Writer) lookForBinding(ctx context.Context, want link.BindingState) (finding, error) {
	bindings, err := c.All(ctx, rest.BindingList(want.Application.ID))
	if err != nil {
		return finding{}, err
	}
	for _, found := range bindings {
		if bound(want, rest.BindingState(found)) {
			return c.bindings().found(found, finding{presence: asWanted}), nil
		}
	}
	return finding{}, nil
}

// bound reports whether a binding is equivalent to the wanted one. The order does not matter.
func bound(want, found link.BindingState) bool {
	return found.Kind == want.Kind && found.Target.ID == want.Target.ID &&
		found.Enabled == want.Enabled && found.Negate == want.Negate
}

// bindingBody returns the request for the binding, without its application.
func bindingBody(b *link.BindingState) map[string]any {
	table := link.BindingAttrs()
	request := rest.Body(table, b, rest.KeysOf(table), link.Features{})
	request[b.Kind] = b.Target.ID
	if b.Kind == "user" {
		request[b.Kind] = rest.PrimaryKey(b.Target.ID)
	}
	return request
}
