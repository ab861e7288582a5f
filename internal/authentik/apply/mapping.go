package apply

import (
	"context"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

func (c Writer) mappings() kind[struct{}, link.Mapping] {
	return kind[struct{}, link.Mapping]{
		Writer: c, of: link.KindMapping, table: link.MappingAttrs(), list: rest.PathMappings,
		need: func(m link.Mapping) rest.Need {
			return rest.Need{What: "scope mapping “" + m.Name + "”", Field: "email"}
		},
		key:   func(m link.Mapping) string { return m.ID },
		state: rest.MappingState,
		read: func(ctx context.Context, m link.Mapping) (rest.Object, error) {
			return c.One(ctx, rest.Need{What: "scope mapping", Perm: link.PermViewMapping, Field: "email"},
				rest.Get(rest.Item(rest.PathMappings, m.ID)))
		},
	}
}

func (c Writer) createMapping(ctx context.Context, m link.Mapping) error {
	k := c.mappings()
	names := rest.KeysOf(k.table)
	return k.create(ctx, m, k.body(m, names), func(ctx context.Context) (finding, error) {
		found, err := c.Exactly(ctx, rest.MappingByName(m.Name), "name", m.Name)
		return k.compare(m, first(found), names), err
	})
}
