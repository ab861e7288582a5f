package session

import (
	"slices"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// Found notes whether the link exists, as just read from both systems.
func (s *Session) Found(exists bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found(exists)
}

// found is Found for a caller that holds mu. What was measured of a link that is gone says nothing of one that takes
// its place.
func (s *Session) found(exists bool) {
	if exists {
		s.live = s.key()
		return
	}
	if s.verify.Ended() {
		s.verify = nil
	}
	s.gone()
}

// gone is found for a link that a run of the checks has missed, whose results are still to be shown.
func (s *Session) gone() {
	if s.live != "" { // pages that were kept for a moment show it
		s.dropRecent()
	}
	s.live = ""
	if s.settled != nil {
		settled := *s.settled
		settled.At = time.Now()
		s.settled = &settled
	}
}

// Planned notes what a plan tells of the link that is not shown as a whole.
func (s *Session) Planned(plan *link.Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.planned(plan)
}

// planned notes what a plan tells of the link. One that fixes a cause tells nothing: it is a part of a plan.
func (s *Session) planned(plan *link.Plan) {
	switch plan.Purpose {
	case link.PurposeLink:
		if plan.Only == "" {
			s.found(exists(plan))
		}
	case link.PurposeRemove:
		if change(plan, link.KindOAuth2) == nil {
			s.found(false)
		}
	}
}

// exists reports whether a plan found the link in both systems.
func exists(plan *link.Plan) bool {
	d, oauth2 := plan.Desired, change(plan, link.KindOAuth2)
	if oauth2 == nil {
		return d.Application.PK != "" && d.Provider.PK != 0
	}
	ids := []string{d.Provider.ClientID}
	if provider := change(plan, link.KindProvider); provider != nil {
		if now := link.As[link.ProviderState](provider.Before); now != nil {
			ids = append(ids, now.ClientID)
		}
	}
	return linked(&d, link.As[link.CollectionState](oauth2.Before), ids...)
}

func change(plan *link.Plan, kind link.Kind) *link.Change {
	return link.Find(plan.Changes, func(c link.Change) bool { return c.Kind == kind })
}

// Exists reports whether a preview found the link in both systems.
func Exists(p *engine.Preview) bool {
	ids := []string{p.Desired.Provider.ClientID}
	for _, one := range p.Authentik.Providers {
		if one.PK == p.Desired.Provider.PK {
			ids = append(ids, one.ClientID)
		}
	}
	return p.There && linked(&p.Desired, p.PocketBase.Collection(p.Desired.Collection.Name), ids...)
}

// linked reports whether authentik has what d describes, and the collection a slot with one of its client IDs.
func linked(d *link.Desired, now *link.CollectionState, ids ...string) bool {
	return d.Application.PK != "" && d.Provider.PK != 0 && now != nil &&
		slices.ContainsFunc(now.OAuth2.Providers, func(p link.OAuth2Provider) bool {
			return p.Slot == d.Slot.Slot && slices.Contains(ids, p.ClientID)
		})
}

// measured notes what the checks of a run tell of the link, which are all of them or its first ones.
func (s *Session) measured(run *Verify, checks report.Checks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.verify != run: // the answers have changed since
	case slices.ContainsFunc(checks, missed):
		s.gone()
	case run.passed():
		s.found(true)
	}
}

// missed reports whether a check found no link.
func missed(c report.Check) bool {
	switch c.ID {
	case report.CheckAuthentikClient:
		return c.Cause == report.CauseDiscovery
	case report.CheckPocketBaseSettings:
		return c.Cause == report.CauseOAuth2Off || c.Cause == report.CauseCollectionMissing
	}
	return false
}
