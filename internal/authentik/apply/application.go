package apply

import (
	"context"
	"slices"

	api "goauthentik.io/api/v3"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

func applicationNeed(a link.ApplicationState, perm link.Permission) rest.Need {
	return rest.Need{What: "application “" + a.Name + "”", Perm: perm, Field: "application.slug"}
}

// applicationNames returns the fields that a create sends.
func (c Writer) applicationNames(a link.ApplicationState) []string {
	return there(link.ApplicationAttrs(), filled(rest.FieldsOf(link.ApplicationAttrs(), a)), c.Features)
}

func (c Writer) createApplication(ctx context.Context, a link.ApplicationState) error {
	a, err := c.resolveApplication(ctx, a)
	if err != nil {
		return err
	}
	names := c.applicationNames(a)
	request := api.ApplicationRequest{AdditionalProperties: rest.Body(link.ApplicationAttrs(), a, names, c.Features)}
	return c.carryOut(ctx, write{
		need: applicationNeed(a, link.PermAddApplication), verb: "create", part: rest.PartApplication, took: stored,
		send: func(ctx context.Context) error {
			_, _, err := c.API.CoreAPI.CoreApplicationsCreate(ctx).ApplicationRequest(request).Execute()
			return err
		},
		look: c.lookForApplication(a.Slug, a, names),
	})
}

func (c Writer) updateApplication(ctx context.Context, before, after link.ApplicationState, names []string) error {
	if err := known(names, rest.FieldsOf(link.ApplicationAttrs(), after)); err != nil {
		return err
	}
	slug := before.Slug
	if slices.Contains(names, "slug") {
		slug = after.Slug
	}
	if slices.Contains(names, "provider") {
		var err error
		if after, err = c.resolveApplication(ctx, after); err != nil {
			return err
		}
	}
	request := api.PatchedApplicationRequest{AdditionalProperties: rest.Body(link.ApplicationAttrs(), after, names,
		c.Features)}
	return c.carryOut(ctx, write{
		need: applicationNeed(before, link.PermChangeApplication), verb: "change", part: rest.PartApplication,
		took: stored, repeatable: true,
		send: func(ctx context.Context) error {
			_, _, err := c.API.CoreAPI.CoreApplicationsPartialUpdate(ctx,
				before.Slug).PatchedApplicationRequest(request).Execute()
			return err
		},
		look: c.lookForApplication(slug, after, names),
	})
}

func (c Writer) deleteApplication(ctx context.Context, a link.ApplicationState) error {
	return c.carryOut(ctx, write{
		need: applicationNeed(a, link.PermDeleteApplication), verb: "delete", part: rest.PartApplication, took: deleted,
		repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.API.CoreAPI.CoreApplicationsDestroy(ctx, a.Slug).Execute()
			return err
		},
		look: gone(func(ctx context.Context) (rest.Object, error) { return c.Application(ctx, a.Slug) }),
	})
}

func (c Writer) lookForApplication(slug string, want link.ApplicationState,
	names []string) func(context.Context) (finding, error) {
	return func(ctx context.Context) (finding, error) {
		found, err := c.Application(ctx, slug)
		if err != nil || found == nil {
			return finding{}, err
		}
		return compareApplication(want, found, names), nil
	}
}

func compareApplication(want link.ApplicationState, found rest.Object, names []string) finding {
	return seen(rest.Differing(names, rest.FieldsOf(link.ApplicationAttrs(), want),
		rest.FieldsOf(link.ApplicationAttrs(), rest.ApplicationState(found)), found))
}
