package authentik

import (
	"context"
	"slices"

	api "goauthentik.io/api/v3"

	"authpocket/internal/link"
)

func applicationNeed(a link.ApplicationState, perm string) need {
	return need{what: "application “" + a.Name + "”", perm: perm, field: "application.slug"}
}

// applicationNames are the fields that a create sends.
func (c Writer) applicationNames(a link.ApplicationState) []string {
	return there(link.ApplicationAttrs(), filled(fieldsOf(link.ApplicationAttrs(), a)), c.features)
}

func (c Writer) createApplication(ctx context.Context, a link.ApplicationState) error {
	a, err := c.resolveApplication(ctx, a)
	if err != nil {
		return err
	}
	names := c.applicationNames(a)
	request := api.ApplicationRequest{AdditionalProperties: body(link.ApplicationAttrs(), a, names, c.features)}
	return c.carryOut(ctx, write{
		need: applicationNeed(a, permAddApplication), verb: "create", part: partApplication, took: stored,
		send: func(ctx context.Context) error {
			_, _, err := c.API.CoreAPI.CoreApplicationsCreate(ctx).ApplicationRequest(request).Execute()
			return err
		},
		look: c.lookForApplication(a.Slug, a, names),
	})
}

func (c Writer) updateApplication(ctx context.Context, before, after link.ApplicationState, names []string) error {
	if err := known(names, fieldsOf(link.ApplicationAttrs(), after)); err != nil {
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
	request := api.PatchedApplicationRequest{AdditionalProperties: body(link.ApplicationAttrs(), after, names, c.features)}
	return c.carryOut(ctx, write{
		need: applicationNeed(before, permChangeApplication), verb: "change", part: partApplication, took: stored, repeatable: true,
		send: func(ctx context.Context) error {
			_, _, err := c.API.CoreAPI.CoreApplicationsPartialUpdate(ctx, before.Slug).PatchedApplicationRequest(request).Execute()
			return err
		},
		look: c.lookForApplication(slug, after, names),
	})
}

func (c Writer) deleteApplication(ctx context.Context, a link.ApplicationState) error {
	return c.carryOut(ctx, write{
		need: applicationNeed(a, permDeleteApplication), verb: "delete", part: partApplication, took: deleted, repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.API.CoreAPI.CoreApplicationsDestroy(ctx, a.Slug).Execute()
			return err
		},
		look: gone(func(ctx context.Context) (object, error) { return c.application(ctx, a.Slug) }),
	})
}

func (c Writer) lookForApplication(slug string, want link.ApplicationState, names []string) func(context.Context) (finding, error) {
	return func(ctx context.Context) (finding, error) {
		found, err := c.application(ctx, slug)
		if err != nil || found == nil {
			return finding{}, err
		}
		return compareApplication(want, found, names), nil
	}
}

func compareApplication(want link.ApplicationState, found object, names []string) finding {
	return seen(differing(names, fieldsOf(link.ApplicationAttrs(), want), fieldsOf(link.ApplicationAttrs(), applicationState(found)), found))
}
