package apply

import (
	"context"
	"slices"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

func (c *Writer) applications() *kind[*link.Application, *link.ApplicationState] {
	return &kind[*link.Application, *link.ApplicationState]{
		to: c, of: link.KindApplication, table: link.ApplicationAttrs(), list: rest.PathApplications,
		need: func(a *link.ApplicationState) rest.Need {
			return rest.Need{What: say.Of("application “%s”", a.Name), Field: "application.slug"}
		},
		key:   func(a *link.ApplicationState) string { return a.Slug },
		state: func(o rest.Object) *link.ApplicationState { return new(rest.ApplicationState(o)) },
		read: func(ctx context.Context, a *link.ApplicationState) (rest.Object, error) {
			return c.Application(ctx, a.Slug)
		},
	}
}

func (c *Writer) createApplication(ctx context.Context, wanted *link.ApplicationState) error {
	resolved, err := c.resolveApplication(ctx, *wanted)
	if err != nil {
		return err
	}
	a := &resolved
	k := c.applications()
	names := k.names(a)
	return k.create(ctx, a, k.body(a, names), k.look(a, a, names))
}

func (c *Writer) updateApplication(ctx context.Context, before, after *link.ApplicationState,
	names []string) error {
	k := c.applications()
	if err := k.known(names); err != nil {
		return err
	}
	if slices.Contains(names, "provider") {
		resolved, err := c.resolveApplication(ctx, *after)
		if err != nil {
			return err
		}
		after = &resolved
	}
	return k.update(ctx, before, after, names)
}
