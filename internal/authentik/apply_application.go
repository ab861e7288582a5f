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
func (c *Client) applicationNames(a link.ApplicationState) []string {
	names := filled(applicationFields(a))
	if !c.features.MetaHide {
		names = without(names, "meta_hide")
	}
	return names
}

func (c *Client) createApplication(ctx context.Context, a link.ApplicationState) error {
	a, err := c.resolveApplication(ctx, a)
	if err != nil {
		return err
	}
	names := c.applicationNames(a)
	request := applicationRequest(applicationPatch(a, names))
	return c.carryOut(ctx, write{
		need: applicationNeed(a, permAddApplication), verb: "create", part: partApplication, took: stored,
		send: func(ctx context.Context) error {
			_, _, err := c.api.CoreAPI.CoreApplicationsCreate(ctx).ApplicationRequest(request).Execute()
			return err
		},
		look: c.lookForApplication(a.Slug, a, names),
	})
}

func (c *Client) updateApplication(ctx context.Context, before, after link.ApplicationState, names []string) error {
	if err := known(names, applicationFields(after)); err != nil {
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
	request := applicationPatch(after, names)
	return c.carryOut(ctx, write{
		need: applicationNeed(before, permChangeApplication), verb: "change", part: partApplication, took: stored, repeatable: true,
		send: func(ctx context.Context) error {
			_, _, err := c.api.CoreAPI.CoreApplicationsPartialUpdate(ctx, before.Slug).PatchedApplicationRequest(request).Execute()
			return err
		},
		look: c.lookForApplication(slug, after, names),
	})
}

func (c *Client) deleteApplication(ctx context.Context, a link.ApplicationState) error {
	return c.carryOut(ctx, write{
		need: applicationNeed(a, permDeleteApplication), verb: "delete", part: partApplication, took: deleted, repeatable: true,
		send: func(ctx context.Context) error {
			_, err := c.api.CoreAPI.CoreApplicationsDestroy(ctx, a.Slug).Execute()
			return err
		},
		look: gone(func(ctx context.Context) (object, error) { return c.application(ctx, a.Slug) }),
	})
}

func (c *Client) lookForApplication(slug string, want link.ApplicationState, names []string) func(context.Context) (finding, error) {
	return func(ctx context.Context) (finding, error) {
		found, err := c.application(ctx, slug)
		if err != nil || found == nil {
			return finding{}, err
		}
		return compareApplication(want, found, names), nil
	}
}

func compareApplication(want link.ApplicationState, found object, names []string) finding {
	return seen(differing(names, applicationFields(want), applicationFields(applicationState(found)), found))
}

// applicationPatch is a request that writes the named fields and no others.
func applicationPatch(a link.ApplicationState, names []string) (r api.PatchedApplicationRequest) {
	texts{
		"name": {&r.Name, a.Name}, "slug": {&r.Slug, a.Slug}, "group": {&r.Group, a.Group},
		"meta_launch_url": {&r.MetaLaunchUrl, a.LaunchURL}, "meta_icon": {&r.MetaIcon, a.Icon},
		"meta_publisher": {&r.MetaPublisher, a.Publisher}, "meta_description": {&r.MetaDescription, a.Description},
	}.set(names)
	for _, name := range names {
		switch name {
		case "policy_engine_mode":
			mode := api.PolicyEngineMode(a.PolicyEngineMode)
			r.PolicyEngineMode = &mode
		case "open_in_new_tab":
			r.OpenInNewTab = &a.OpenInNewTab
		case "meta_hide":
			r.MetaHide = &a.Hide
		case "provider":
			r.Provider.Set(nil)
			if pk := int32(a.Provider); pk != 0 {
				r.Provider.Set(&pk)
			}
		}
	}
	return r
}

// applicationRequest is the same as a create.
func applicationRequest(r api.PatchedApplicationRequest) api.ApplicationRequest {
	return api.ApplicationRequest{
		Name: r.GetName(), Slug: r.GetSlug(), Group: r.Group, Provider: r.Provider,
		PolicyEngineMode: r.PolicyEngineMode, OpenInNewTab: r.OpenInNewTab, MetaHide: r.MetaHide,
		MetaLaunchUrl: r.MetaLaunchUrl, MetaIcon: r.MetaIcon,
		MetaPublisher: r.MetaPublisher, MetaDescription: r.MetaDescription,
	}
}
