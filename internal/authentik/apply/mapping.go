package apply

import (
	"context"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func (c *Writer) mappings() *kind[*struct{}, *link.Mapping] {
	return &kind[*struct{}, *link.Mapping]{
		to: c, of: link.KindMapping, table: link.MappingAttrs(), list: rest.PathMappings,
		need: func(m *link.Mapping) rest.Need {
			return rest.Need{What: say.Of("scope mapping “%s”", m.Name), Field: mappings.Place(m)}
		},
		key:   func(m *link.Mapping) string { return m.ID },
		state: func(o rest.Object) *link.Mapping { return new(rest.MappingState(o)) },
		read: func(ctx context.Context, m *link.Mapping) (rest.Object, error) {
			return c.One(ctx, rest.Need{What: say.Of("scope mapping"), Perm: report.PermViewMapping,
				Field: mappings.Place(m)},
				rest.Get(rest.Item(rest.PathMappings, m.ID)))
		},
	}
}

// createMapping creates the mapping and remembers its primary key, which the provider of the same plan needs. authentik
// answers with the mapping as stored: all of its fields are plain text (providers/oauth2/api/scopes.py).
func (c *Writer) createMapping(ctx context.Context, m *link.Mapping) error {
	k := c.mappings()
	names := rest.KeysOf(k.table)
	c.made.Delete(m.Name)
	k.stored = func(o rest.Object) finding {
		found := k.compare(m, o, names)
		if found.presence == asWanted {
			c.made.Store(m.Name, o.Text("pk"))
		}
		return found
	}
	return k.create(ctx, m, k.body(m, names), func(ctx context.Context) (finding, error) {
		found, err := c.Exactly(ctx, rest.MappingByName(m.Name), "name", m.Name)
		return k.stored(first(found)), err
	})
}
