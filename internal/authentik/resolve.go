package authentik

import (
	"context"

	"authpocket/internal/link"
)

// Objects that an earlier change of the same plan makes have no primary key
// while the plan is made. They are looked up by their exact name when they
// are needed.

// lookup gives r its primary key, where it has a name but none yet.
func (c Writer) lookup(ctx context.Context, r *link.Ref, l list, key string) error {
	if r.ID != "" || r.Name == "" {
		return nil
	}
	found, err := c.exactly(ctx, l, key, r.Name)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fault(link.FaultStale, l.need.field, "authentik has no “"+r.Name+"” among its "+l.need.what+".",
			"Plan again to see the current state.", nil)
	}
	r.ID = found[0].text("pk")
	return nil
}

// resolveProvider returns p with all primary keys.
func (c Writer) resolveProvider(ctx context.Context, p link.ProviderState) (link.ProviderState, error) {
	for _, flow := range p.Flows() {
		if err := c.lookup(ctx, flow.Ref, c.flowBySlug(flow), "slug"); err != nil {
			return p, err
		}
	}
	if err := c.lookup(ctx, &p.SigningKey, c.keyByName(p.SigningKey.Name), "name"); err != nil {
		return p, err
	}
	p.Mappings = append([]link.Ref(nil), p.Mappings...)
	for i := range p.Mappings {
		if err := c.lookup(ctx, &p.Mappings[i], c.mappingByName(p.Mappings[i].Name), "name"); err != nil {
			return p, err
		}
	}
	return p, nil
}

// resolveApplication returns a with its provider's primary key.
func (c Writer) resolveApplication(ctx context.Context, a link.ApplicationState) (link.ApplicationState, error) {
	provider := link.Ref{Name: a.ProviderName}
	if a.Provider != 0 {
		return a, nil
	}
	if err := c.lookup(ctx, &provider, c.providerByName(a.ProviderName), "name"); err != nil {
		return a, err
	}
	a.Provider = int(primaryKey(provider.ID))
	return a, nil
}

// resolveBinding returns b with the primary keys of its application and of
// whom it lets in.
func (c Writer) resolveBinding(ctx context.Context, b link.BindingState) (link.BindingState, error) {
	if b.Application.ID == "" && b.Application.Name != "" {
		found, err := c.application(ctx, b.Application.Name)
		if err != nil {
			return b, err
		}
		if found == nil {
			return b, fault(link.FaultStale, "application.slug", "authentik has no application with the slug “"+
				b.Application.Name+"”.",
				"Plan again to see the current state.", nil)
		}
		b.Application.ID = found.text("pk")
	}
	switch b.Kind {
	case "group":
		return b, c.lookup(ctx, &b.Target, c.groupList(b.Target.Name), "name")
	case "user":
		return b, c.lookup(ctx, &b.Target, c.userList(b.Target.Name), "username")
	case "policy":
		return b, c.lookup(ctx, &b.Target, c.policyList(b.Target.Name), "name")
	}
	return b, brokenPlan("a binding of an unknown kind")
}

func (c Writer) flowBySlug(flow link.FlowField) list {
	return list{need{what: "flows", perm: permViewFlow, field: flow.Spec},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.FlowsAPI.FlowsInstancesList(ctx).Slug(flow.Ref.Name).PageSize(pageSize).Page(page).Execute()
			return err
		}}
}

func (c Writer) keyByName(name string) list {
	return list{need{what: "signing keys", perm: permViewKey, field: "provider.signing_key"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.CryptoAPI.CryptoCertificatekeypairsList(ctx).Name(name).HasKey(true).PageSize(pageSize).
				Page(page).Execute()
			return err
		}}
}

func (c Writer) mappingByName(name string) list {
	return list{need{what: "scope mappings", perm: permViewMapping, field: "provider.scope_mappings"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.PropertymappingsAPI.PropertymappingsProviderScopeList(ctx).Name(name).PageSize(pageSize).
				Page(page).Execute()
			return err
		}}
}

func (c Writer) providerByName(name string) list {
	return list{need{what: whatProviders, perm: permViewProvider, field: "provider.name"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.ProvidersAPI.ProvidersOauth2List(ctx).Name(name).PageSize(pageSize).Page(page).Execute()
			return err
		}}
}

func (c Writer) providerByClientID(id string) list {
	return list{need{what: whatProviders, perm: permViewProvider, field: "provider.client_id"},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.ProvidersAPI.ProvidersOauth2List(ctx).ClientId(id).PageSize(pageSize).Page(page).
				Execute()
			return err
		}}
}
