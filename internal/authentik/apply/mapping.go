package apply

import (
	"context"

	api "goauthentik.io/api/v3"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

func mappingNeed(m link.Mapping, perm link.Permission) rest.Need {
	return rest.Need{What: "scope mapping “" + m.Name + "”", Perm: perm, Field: "email"}
}

func (c Writer) createMapping(ctx context.Context, m link.Mapping) error {
	names := rest.KeysOf(link.MappingAttrs())
	request := api.ScopeMappingRequest{AdditionalProperties: rest.Body(link.MappingAttrs(), m, names, c.Features)}
	return c.carryOut(ctx, write{
		need: mappingNeed(m, link.PermAddMapping), verb: "create", part: rest.PartMapping, took: stored,
		send: func(ctx context.Context) error {
			_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeCreate(ctx).ScopeMappingRequest(
				request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) {
			found, err := c.Exactly(ctx, c.MappingByName(m.Name), "name", m.Name)
			if err != nil || len(found) == 0 {
				return finding{}, err
			}
			return compareMapping(m, found[0], names), nil
		},
	})
}

func (c Writer) updateMapping(ctx context.Context, before, after link.Mapping, names []string) error {
	if err := known(names, rest.FieldsOf(link.MappingAttrs(), after)); err != nil {
		return err
	}
	request := api.PatchedScopeMappingRequest{AdditionalProperties: rest.Body(link.MappingAttrs(), after, names,
		c.Features)}
	return c.carryOut(ctx, write{
		need: mappingNeed(before, link.PermChangeMapping), verb: "change", part: rest.PartMapping, took: stored,
		repeatable: true,
		send: func(ctx context.Context) error {
			_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopePartialUpdate(ctx,
				before.ID).PatchedScopeMappingRequest(request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) {
			found, err := c.mapping(ctx, before.ID)
			if err != nil || found == nil {
				return finding{}, err
			}
			return compareMapping(after, found, names), nil
		},
	})
}

func (c Writer) deleteMapping(ctx context.Context, m link.Mapping) error {
	return c.carryOut(ctx, write{
		need: mappingNeed(m, link.PermDeleteMapping), verb: "delete", part: rest.PartMapping, took: deleted,
		repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeDestroy(ctx, m.ID).Execute()
			return err
		},
		look: gone(func(ctx context.Context) (rest.Object, error) { return c.mapping(ctx, m.ID) }),
	})
}

func (c Writer) mapping(ctx context.Context, id string) (rest.Object, error) {
	return c.One(ctx, rest.Need{What: "scope mapping", Perm: link.PermViewMapping, Field: "email"},
		func(ctx context.Context) error {
			_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeRetrieve(ctx, id).Execute()
			return err
		})
}

func compareMapping(want link.Mapping, found rest.Object, names []string) finding {
	return seen(rest.Differing(names, rest.FieldsOf(link.MappingAttrs(), want), rest.FieldsOf(link.MappingAttrs(),
		rest.MappingState(found)), found))
}
