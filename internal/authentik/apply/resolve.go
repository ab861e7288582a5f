package apply

import (
	"context"
	"slices"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Objects that an earlier change of the same plan creates have no primary key in the plan. Unless the writer remembers
// it, they are looked up by their exact name when they are needed.

// lookup sets the primary key of r if it has only a name.
func (c *Writer) lookup(ctx context.Context, r *link.Ref, l rest.List, key string) error {
	if r.ID != "" || r.Name == "" {
		return nil
	}
	found, err := c.Exactly(ctx, l, key, r.Name)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return rest.NewFault(report.FaultStale, l.Need.Field, say.Of("authentik has no “%s” among its %s.", r.Name,
			l.Need.What),
			say.Of("Plan again to see the current state."), nil)
	}
	r.ID = found[0].Text("pk")
	return nil
}

// resolveProvider returns p with all primary keys.
func (c *Writer) resolveProvider(ctx context.Context, p link.ProviderState) (link.ProviderState, error) {
	for _, flow := range p.Flows() {
		if err := c.lookup(ctx, flow.Ref, rest.FlowBySlug(flow), "slug"); err != nil {
			return p, err
		}
	}
	if err := c.lookup(ctx, &p.SigningKey, rest.KeyByName(p.SigningKey.Name), "name"); err != nil {
		return p, err
	}
	p.Mappings = slices.Clone(p.Mappings)
	for i := range p.Mappings {
		if pk, found := c.made.Load(p.Mappings[i].Name); found && p.Mappings[i].ID == "" {
			p.Mappings[i].ID = pk.(string)
			continue
		}
		if err := c.lookup(ctx, &p.Mappings[i], rest.MappingByName(p.Mappings[i].Name), "name"); err != nil {
			return p, err
		}
	}
	return p, nil
}

// resolveApplication returns a with its provider's primary key.
func (c *Writer) resolveApplication(ctx context.Context, a link.ApplicationState) (link.ApplicationState, error) {
	provider := link.Ref{Name: a.ProviderName}
	if a.Provider != 0 {
		return a, nil
	}
	if err := c.lookup(ctx, &provider, rest.ProviderByName(a.ProviderName), "name"); err != nil {
		return a, err
	}
	a.Provider = rest.PrimaryKey(provider.ID)
	return a, nil
}

// resolveBinding returns b with the primary keys of its application and target.
func (c *Writer) resolveBinding(ctx context.Context, b link.BindingState) (link.BindingState, error) {
	if b.Application.ID == "" && b.Application.Name != "" {
		found, err := c.Application(ctx, b.Application.Name)
		if err != nil {
			return b, err
		}
		if found == nil {
			return b, rest.NewFault(report.FaultStale, "application.slug", say.Of("authentik has no application with "+
				"the slug “%s”.", b.Application.Name),
				say.Of("Plan again to see the current state."), nil)
		}
		b.Application.ID = found.Text("pk")
	}
	list, known := rest.AdmittedKind(b.Kind)
	if !known {
		return b, brokenPlan("a binding of an unknown kind")
	}
	return b, c.lookup(ctx, &b.Target, list.Called(b.Target.Name), list.Name)
}
