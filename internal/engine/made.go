package engine

import (
	"context"
	"slices"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
)

// madeFor returns the applications that receipts name, if the one of spec is not there or has no provider: whether it
// is this link's then shows in receipts only.
func (e *Engine) madeFor(ctx context.Context, spec *link.Spec, snaps *Snapshots) ([]link.Made, error) {
	switch app := snaps.Authentik.Application; {
	case app == nil && spec.Existing != link.ExistingNew:
		return e.renamed(ctx, spec)
	case app == nil || app.Provider != 0:
		return nil, nil
	}
	return e.made(spec)
}

// renamed returns the application that receipts name with the slug of spec, if authentik has it with another one and
// without a provider. One that has a provider is found through that.
func (e *Engine) renamed(ctx context.Context, spec *link.Spec) ([]link.Made, error) {
	made, err := e.made(spec)
	q := spec.Query()
	one := link.Find(made, func(m link.Made) bool { return m.Slug == q.Slug && m.PK != "" })
	if err != nil || one == nil {
		return nil, err
	}
	q.ApplicationPK = one.PK
	found, err := e.authentik.Observe(ctx, q)
	if app := found.Application; err == nil && app != nil && app.Provider == 0 {
		one.Now = app.Slug
		return []link.Made{*one}, nil
	}
	return nil, err
}

// made returns the applications of the collection's links that receipts name.
func (e *Engine) made(spec *link.Spec) ([]link.Made, error) {
	if e.receipts == nil {
		return nil, nil
	}
	list, _, err := e.receipts.Index()
	if err != nil {
		return nil, err
	}
	var made madeSoFar
	for i := range slices.Backward(list) { // oldest first
		if one := &list[i]; !e.ours(one) || !ofLink(one.Kind) || one.Collection != spec.Query().Collection {
			continue
		}
		r, err := e.receipts.Load(list[i].ID)
		if err != nil {
			return nil, err
		}
		made.add(r)
	}
	return made.list, nil
}

// madeSoFar are the applications that receipts name, up to one of them.
type madeSoFar struct{ list []link.Made }

func (m *madeSoFar) add(r *journal.Receipt) {
	for _, c := range started(r) {
		switch {
		case c.System != report.Authentik:
		case c.After == nil, c.Before != nil && r.Kind == journal.Undo: // it is this link's no longer
			if was := link.As[link.ApplicationState](c.Before); was != nil {
				m.list = slices.DeleteFunc(m.list, func(one link.Made) bool {
					return one.Slug == was.Slug || one.PK != "" && one.PK == was.PK
				})
			}
		default:
			c.Visit(&noting{made: m})
		}
	}
}

// noting notes the applications and client IDs of changes.
type noting struct {
	link.LinkOnly
	made *madeSoFar
}

func (n *noting) of(slug string) *link.Made {
	if one := link.Find(n.made.list, func(one link.Made) bool { return one.Slug == slug }); one != nil {
		return one
	}
	n.made.list = append(n.made.list, link.Made{Slug: slug})
	return &n.made.list[len(n.made.list)-1]
}

func (n *noting) application(a *link.ApplicationState) {
	one := n.of(a.Slug)
	one.PK, one.Name = a.PK, a.Name
}

func (n *noting) provider(p *link.ProviderState) {
	one := n.of(p.ApplicationSlug)
	one.ClientIDs = append(one.ClientIDs, p.ClientID)
}

func (n *noting) Pair(e link.Edit[link.PairState]) {
	n.application(&e.After.Application)
	n.provider(&e.After.Provider)
}

// Mapping notes a groups mapping for the application whose slug is in its name.
func (n *noting) Mapping(e link.Edit[link.Mapping]) {
	if slug, found := mappings.GroupsOf(e.After.Name); found {
		n.of(slug).Groups = e.After.ID
	}
}

func (n *noting) Application(e link.Edit[link.ApplicationState]) { n.application(e.After) }
func (n *noting) Provider(e link.Edit[link.ProviderState])       { n.provider(e.After) }

func (*noting) Key(link.Edit[link.KeyState])               {}
func (*noting) Binding(link.Edit[link.BindingState])       {}
func (*noting) Collection(link.Edit[link.CollectionState]) {}
func (*noting) Settings(link.Edit[link.SettingsState])     {}

// started returns the changes that were written or may have been.
func started(r *journal.Receipt) []link.Change {
	var done []link.Change
	for _, c := range r.Changes {
		if state := c.State(); state == journal.Done || state == journal.AboutTo {
			done = append(done, c.Written())
		}
	}
	return done
}
