package engine

import (
	"cmp"
	"context"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/report"
)

// Preview is the state of both systems for a spec that has no plan yet.
type Preview struct {
	Spec link.Spec
	Snapshots
	Desired  link.Desired // as far as the spec can be resolved
	Problems report.Problems
	// Candidates are the providers that belong to this link or could.
	Candidates []resolve.Candidate
	// There is set if the application with the wanted slug already belongs to
	// this link, or was chosen to.
	There bool
	// EmailBefore is the decision that the existing provider follows, empty if
	// there is none.
	EmailBefore link.EmailDecision
}

// NewPreview resolves spec against snaps.
func NewPreview(spec *link.Spec, snaps Snapshots) Preview {
	p := Preview{Spec: *spec, Snapshots: snaps}
	p.Desired, p.Problems = resolve.Desired(*spec, &snaps.Authentik, &snaps.PocketBase, link.Generated{})
	use := *spec
	use.Existing = link.ExistingUse
	p.Candidates = resolve.Candidates(&use, &snaps.Authentik, snaps.PocketBase)
	p.There = applicationIsOurs(spec, snaps)
	p.EmailBefore = emailBefore(&snaps, &p.Desired)
	return p
}

// Preview observes both systems and resolves spec as it is.
func (e *Engine) Preview(ctx context.Context, spec link.Spec) (Preview, error) {
	snaps, err := e.Observe(ctx, spec)
	if err != nil {
		return Preview{}, err
	}
	return NewPreview(&spec, snaps), nil
}

// PreviewOpen is like Preview for a spec with open answers, which it fills in
// from the systems. collection means that the answers were given for another
// auth collection: if this one already has a link, with another application
// than spec names, only the link's identity is kept of spec.
func (e *Engine) PreviewOpen(ctx context.Context, spec link.Spec, collection bool) (Preview, error) {
	snaps, spec, err := e.findOpen(ctx, &spec)
	if err != nil {
		return Preview{}, err
	}
	if slug := linkedApplication(&spec, snaps); collection && slug != "" {
		spec = spec.Identity()
		spec.Application.Slug = &slug
		if snaps, spec, err = e.findOpen(ctx, &spec); err != nil {
			return Preview{}, err
		}
	}
	return NewPreview(&spec, snaps), nil
}

// findOpen is like find, with the open answers filled in.
func (e *Engine) findOpen(ctx context.Context, spec *link.Spec) (Snapshots, link.Spec, error) {
	ctx = OneMoment(ctx)
	snaps, err := e.Observe(ctx, *spec)
	if err != nil {
		return snaps, *spec, err
	}
	return e.follow(ctx, new(e.withDefaults(*spec, snaps)), snaps, e.Observe)
}

// withDefaults fills in the auth collection and, while the addresses of PocketBase are open, these and authentik's
// public one.
func (e *Engine) withDefaults(s link.Spec, snaps Snapshots) link.Spec {
	open := len(s.PocketBaseURLs) == 0
	if open {
		s.PocketBaseURLs = []string{e.meta.PocketBaseURL}
	}
	if s.PocketBase.Collection == nil && snaps.PocketBase.Collection(link.DefaultCollection) == nil {
		for _, c := range snaps.PocketBase.Collections {
			if !c.System {
				s.PocketBase.Collection = &c.Name
				break
			}
		}
	}
	if open {
		s.AuthentikURL = cmp.Or(s.AuthentikURL, snaps.PublicURL(&s))
	}
	return s
}

// PublicURL returns the address to propose as authentik's public one, empty for none.
func (s Snapshots) PublicURL(spec *link.Spec) string {
	return resolve.PublicURL(spec, &s.Authentik, &s.PocketBase)
}

// linkedApplication returns the slug of the application that the spec's
// collection is linked to, or an empty string if it is the spec's own or
// uncertain.
func linkedApplication(spec *link.Spec, snaps Snapshots) string {
	var slugs []string
	of := link.Spec{PocketBase: link.PocketBase{Collection: spec.PocketBase.Collection}}
	for _, c := range resolve.Candidates(&of, &snaps.Authentik, snaps.PocketBase) {
		if c.Certain() && c.Provider.ApplicationSlug != "" {
			slugs = append(slugs, c.Provider.ApplicationSlug)
		}
	}
	if len(slugs) != 1 || slugs[0] == link.Value(spec.Application.Slug, "") {
		return ""
	}
	return slugs[0]
}

func applicationIsOurs(spec *link.Spec, snaps Snapshots) bool {
	app := snaps.Authentik.Application
	if app == nil || app.Provider == 0 {
		return false
	}
	if spec.Existing == link.ExistingUse {
		return true
	}
	return slices.ContainsFunc(resolve.Candidates(spec, &snaps.Authentik, snaps.PocketBase),
		func(c resolve.Candidate) bool { return c.Provider.PK == app.Provider && !c.Doubtful() })
}

func emailBefore(snaps *Snapshots, d *link.Desired) link.EmailDecision {
	provider := link.Find(snaps.Authentik.Providers,
		func(p link.ProviderState) bool { return p.PK == d.Provider.PK && p.PK != 0 })
	if provider == nil {
		return ""
	}
	for _, decision := range []link.EmailDecision{link.EmailTrustAll, link.EmailTrustAttribute} {
		for _, m := range snaps.Authentik.Mappings {
			if m.Name == mappings.Email(decision).Name &&
				slices.ContainsFunc(provider.Mappings, func(r link.Ref) bool { return r.ID == m.ID }) {
				return decision
			}
		}
	}
	return ""
}

// Import returns the spec of the existing link that spec identifies by slug, collection or neither, and what a plan
// for it would still change: what a spec can't express.
func (e *Engine) Import(ctx context.Context, spec link.Spec) (link.Spec, link.Plan, error) {
	snaps, spec, err := e.findOpen(ctx, &spec)
	if err != nil {
		return spec, link.Plan{}, err
	}
	spec, problems := resolve.Import(spec, &snaps.Authentik, snaps.PocketBase)
	if len(problems) > 0 {
		return spec, link.Plan{}, problems
	}
	plan, err := e.Plan(ctx, spec)
	return spec, plan, err
}
