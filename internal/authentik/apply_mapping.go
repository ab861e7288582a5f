package authentik

import (
	"context"

	api "goauthentik.io/api/v3"

	"authpocket/internal/link"
)

func mappingNeed(m link.Mapping, perm string) need {
	return need{what: "scope mapping “" + m.Name + "”", perm: perm, field: "email"}
}

func (c Writer) createMapping(ctx context.Context, m link.Mapping) error {
	names := keysOf(link.MappingAttrs())
	request := api.ScopeMappingRequest{AdditionalProperties: body(link.MappingAttrs(), m, names, c.features)}
	return c.carryOut(ctx, write{
		need: mappingNeed(m, permAddMapping), verb: "create", part: partMapping, took: stored,
		send: func(ctx context.Context) error {
			_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeCreate(ctx).ScopeMappingRequest(request).Execute()
			return err
		},
		look: func(ctx context.Context) (finding, error) {
			found, err := c.exactly(ctx, c.mappingByName(m.Name), "name", m.Name)
			if err != nil || len(found) == 0 {
				return finding{}, err
			}
			return compareMapping(m, found[0], names), nil
		},
	})
}

func (c Writer) updateMapping(ctx context.Context, before, after link.Mapping, names []string) error {
	if err := known(names, fieldsOf(link.MappingAttrs(), after)); err != nil {
		return err
	}
	request := api.PatchedScopeMappingRequest{AdditionalProperties: body(link.MappingAttrs(), after, names, c.features)}
	return c.carryOut(ctx, write{
		need: mappingNeed(before, permChangeMapping), verb: "change", part: partMapping, took: stored, repeatable: true,
		send: func(ctx context.Context) error {
			_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopePartialUpdate(ctx, before.ID).PatchedScopeMappingRequest(request).Execute()
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
		need: mappingNeed(m, permDeleteMapping), verb: "delete", part: partMapping, took: deleted, repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeDestroy(ctx, m.ID).Execute()
			return err
		},
		look: gone(func(ctx context.Context) (object, error) { return c.mapping(ctx, m.ID) }),
	})
}

func (c Writer) mapping(ctx context.Context, id string) (object, error) {
	return c.one(ctx, need{what: "scope mapping", perm: permViewMapping, field: "email"}, func(ctx context.Context) error {
		_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeRetrieve(ctx, id).Execute()
		return err
	})
}

func compareMapping(want link.Mapping, found object, names []string) finding {
	return seen(differing(names, fieldsOf(link.MappingAttrs(), want), fieldsOf(link.MappingAttrs(), mappingState(found)), found))
}
