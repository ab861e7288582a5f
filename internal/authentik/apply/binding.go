package apply

import (
	"context"

	api "goauthentik.io/api/v3"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

func bindingNeed(b link.BindingState, perm link.Permission) rest.Need {
	return rest.Need{What: "binding of the " + b.Kind + " “" + b.Target.Name + "”", Perm: perm,
		Field: map[string]string{"group": "access.groups", "user": "access.users", "policy": "access.policies"}[b.Kind]}
}

// createBinding creates the binding unless it exists, because authentik accepts duplicates.
func (c Writer) createBinding(ctx context.Context, b link.BindingState) error {
	b, err := c.resolveBinding(ctx, b)
	if err != nil {
		return err
	}
	look := func(ctx context.Context) (finding, error) { return c.lookForBinding(ctx, b) }
	if found, err := look(ctx); err != nil || found.presence == asWanted {
		return err
	}
	request := api.PolicyBindingRequest{Target: b.Application.ID, AdditionalProperties: bindingBody(b)}
	return c.carryOut(ctx, write{
		need: bindingNeed(b, link.PermAddBinding), verb: "create", part: rest.PartBinding, took: stored, look: look,
		send: func(ctx context.Context) error {
			_, _, err := c.API.PoliciesAPI.PoliciesBindingsCreate(ctx).PolicyBindingRequest(request).Execute()
			return err
		},
	})
}

func (c Writer) updateBinding(ctx context.Context, before, after link.BindingState, names []string) error {
	if err := known(names, rest.FieldsOf(link.BindingAttrs(), after)); err != nil {
		return err
	}
	request := api.PatchedPolicyBindingRequest{AdditionalProperties: rest.Body(link.BindingAttrs(), after, names,
		c.Features)}
	return c.carryOut(ctx, write{
		need: bindingNeed(before, link.PermChangeBinding), verb: "change", part: rest.PartBinding, took: stored,
		repeatable: true,
		send: func(ctx context.Context) error {
			_, _, err := c.API.PoliciesAPI.PoliciesBindingsPartialUpdate(ctx,
				before.PK).PatchedPolicyBindingRequest(request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) {
			found, err := c.binding(ctx, before.PK)
			if err != nil || found == nil {
				return finding{}, err
			}
			return seen(rest.Differing(names, rest.FieldsOf(link.BindingAttrs(), after),
				rest.FieldsOf(link.BindingAttrs(), rest.BindingState(found)), found)), nil
		},
	})
}

func (c Writer) deleteBinding(ctx context.Context, b link.BindingState) error {
	return c.carryOut(ctx, write{
		need: bindingNeed(b, link.PermDeleteBinding), verb: "delete", part: rest.PartBinding, took: deleted,
		repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.API.PoliciesAPI.PoliciesBindingsDestroy(ctx, b.PK).Execute()
			return err
		},
		look: gone(func(ctx context.Context) (rest.Object, error) { return c.binding(ctx, b.PK) }),
	})
}

func (c Writer) binding(ctx context.Context, pk string) (rest.Object, error) {
	return c.One(ctx, rest.Need{What: "policy binding", Perm: link.PermViewBinding}, func(ctx context.Context) error {
		_, _, err := c.API.PoliciesAPI.PoliciesBindingsRetrieve(ctx, pk).Execute()
		return err
	})
}

// lookForBinding returns whether an equivalent binding exists. Different bindings of the same target don't
// matter.
func (c Writer) lookForBinding(ctx context.Context, want link.BindingState) (finding, error) {
	bindings, err := c.All(ctx, c.BindingList(want.Application.ID))
	if err != nil {
		return finding{}, err
	}
	for _, found := range bindings {
		if bound(want, rest.BindingState(found)) {
			return finding{presence: asWanted}, nil
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
func bindingBody(b link.BindingState) map[string]any {
	table := link.BindingAttrs()
	request := rest.Body(table, b, rest.KeysOf(table), link.Features{})
	request[b.Kind] = b.Target.ID
	if b.Kind == "user" {
		request[b.Kind] = rest.PrimaryKey(b.Target.ID)
	}
	return request
}
