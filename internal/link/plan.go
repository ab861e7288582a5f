package link

import (
	"slices"
	"time"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Plan is the ordered list of changes that turn the snapshots into the spec.
type Plan struct {
	Changes  []Change
	Warnings []Warning
	// Desired is the state that the plan leads to. Verify compares the
	// running systems with it.
	Desired Desired
	// Spec and Generated are what the plan was made from, so that it can be
	// made again and compared.
	Spec      Spec
	Generated Generated

	// Taken is when the systems were read for the plan, by this machine's
	// clock.
	Taken time.Time

	Purpose Purpose
	Of      string // ID of the receipt that this undoes or continues
	// Saved reports whether the plan was read from a file, and so is without secrets.
	Saved bool
	// Undoes are the changes that an undo reverses. Force discards whatever
	// was changed since.
	Undoes []Change
	Force  bool
	// Restores reports whether the undone plan was a removal.
	Restores bool
	// Only is the cause that the plan fixes, empty for everything that differs from the spec.
	Only report.CauseID
	// Part limits the plan to what is made before or after a proof.
	Part Part
	// Waiting are the changes that a part leaves until there is a proof.
	Waiting []Change
	// Proof is the proof that the plan's changes need, nil for none.
	Proof *Proof
}

// Desired is the complete state that a plan leads to.
type Desired struct {
	// AuthentikURL is authentik's public base URL, without a trailing slash.
	AuthentikURL string
	// PocketBaseURL is the first public address of PocketBase, without a
	// trailing slash.
	PocketBaseURL string

	Key         *KeyState // to be generated, nil if a key exists
	Mappings    []Mapping // authpocket's own: for the e-mail decision and for the groups claim
	Application ApplicationState
	Provider    ProviderState
	Bindings    []BindingState // those that the spec names
	Email       EmailDecision
	Preset      string // of the app, named or recognised; empty for none

	Collection CollectionState
	Slot       OAuth2Provider // the link's element of Collection.OAuth2.Providers
	Groups     GroupsInto     // what the exported hook sets at each sign-in
}

// RedirectURLs returns the redirect URIs that PocketBase uses: the strict ones that end in its redirect path.
func (d *Desired) RedirectURLs() []string {
	var urls []string
	for _, r := range d.Provider.RedirectURIs {
		if r.Mode == RedirectStrict && !r.Logout() && hasRedirectPath(r.URL) {
			urls = append(urls, r.URL)
		}
	}
	return urls
}

// Issuer returns the issuer that discovery must name, by the provider's issuer mode.
func (d *Desired) Issuer() string {
	if d.Provider.IssuerMode == "global" {
		return d.AuthentikURL + "/"
	}
	return d.AuthentikURL + "/application/o/" + d.Application.Slug + "/"
}

// OwnMapping returns authpocket's own mapping that the reference is to, nil for another mapping.
func (d *Desired) OwnMapping(r Ref) *Mapping {
	return Find(d.Mappings, func(m Mapping) bool { return m.Name == r.Name })
}

// DiscoveryURL returns the address of the provider's OpenID configuration.
func (d *Desired) DiscoveryURL() string {
	return d.AuthentikURL + "/application/o/" + d.Application.Slug + "/.well-known/openid-configuration"
}

// Generated holds the random values of a plan. They are kept so that the plan can be made again.
type Generated struct {
	ClientID string
	// KeptID reports whether the client ID is kept on disk, so that the plan has the same when it is made again.
	KeptID       bool
	ClientSecret secret.Text
	Person       PersonState // of a proof
}

// Folds reports whether defaults may be folded away. An undo may take back a default that somebody chose.
func (p *Plan) Folds() bool { return p.Purpose != PurposeUndo }

// Empty reports whether there is nothing to change.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }

// Warning is something that the admin should know before the plan is applied.
type Warning struct {
	ID      report.WarningID `json:"id"`
	System  report.System    `json:"system" jsonschema:"enum=authentik,enum=pocketbase"`
	Summary say.Text         `json:"summary"`
	Detail  say.Text         `json:"detail"`
	Ways    []report.Way     `json:"ways,omitempty"` // what helps
}

// Advice returns the detail and what helps, in one line.
func (w Warning) Advice(r report.Reader) say.Text {
	return say.Join(w.Detail, report.Message{Ways: w.Ways}.Advice(r))
}

// Decisions returns the warnings that need a decision before the plan is applied, and those about what stays as it
// is.
func (p *Plan) Decisions() (decide, known []Warning) {
	for _, w := range p.Warnings {
		kinds, fields := news(w.ID)
		touched := slices.ContainsFunc(p.Changes, func(c Change) bool {
			return slices.Contains(kinds, c.Kind) || slices.ContainsFunc(fields, c.Changed)
		})
		if p.Empty() || kinds != nil && !touched && p.Purpose == PurposeLink {
			known = append(known, w)
		} else {
			decide = append(decide, w)
		}
	}
	return decide, known
}

// news returns the kinds of change, and the fields of other changes, that make a warning about a link news. Both are
// nil for a warning about the changes themselves.
func news(id report.WarningID) (kinds []Kind, fields []string) {
	switch id {
	case report.WarnAccessUnseen, report.WarnOpenToNobody, report.WarnOpenToEveryone, report.WarnBindingEnds,
		report.WarnOtherBindings, report.WarnAccessUnknown:
		return []Kind{KindPair, KindBinding}, []string{policyEngineMode}
	case report.WarnEmailTrustAll, report.WarnEmailTrustAttribute, report.WarnEmailLeave:
		return []Kind{KindPair, KindMapping}, []string{"property_mappings"}
	case report.WarnRegexRedirect, report.WarnNoRedirect, report.WarnAppRedirect:
		return []Kind{KindPair}, []string{"redirect_uris"}
	case report.WarnShortValidity:
		return []Kind{KindPair}, []string{"access_code_validity"}
	case report.WarnHTTPAuthentik, report.WarnHTTPPocketBase, report.WarnHTTPEndpoints, report.WarnAppURL,
		report.WarnVersionUnknown, report.WarnVersionReads, report.WarnVersionHijack, report.WarnVersionMerge,
		report.WarnRateLimits, report.WarnMappedTwice, report.WarnMappedID:
		return []Kind{KindPair, KindOAuth2}, nil
	case report.WarnOldSlot:
		return []Kind{KindPair, KindOAuth2, KindOldSlot}, nil
	case report.WarnPermission:
		return []Kind{KindPair}, nil
	}
	return nil, nil
}

// TurnsOff reports whether the changes turn passwords or one-time passwords off.
func TurnsOff(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Needs == NeedProof && c.Kind == KindMethods })
}

// OldSlots returns the slots that the changes remove because the link has moved to another.
func OldSlots(changes []Change) []string {
	var slots []string
	for _, c := range changes {
		was, left := As[CollectionState](c.Before), As[CollectionState](c.After)
		if c.Kind != KindOldSlot || was == nil || left == nil {
			continue
		}
		for _, o := range was.OAuth2.Providers {
			if SlotIndex(&left.OAuth2, o.Slot) < 0 {
				slots = append(slots, o.Slot)
			}
		}
	}
	return slots
}

// Limited returns a part of the plan. What needs a proof is last, so each part keeps its order.
func (p Plan) Limited(part Part) Plan {
	if p.Part = part; part == PartWhole {
		return p
	}
	var before, after []Change
	for _, c := range p.Changes {
		if c.Needs == NeedProof {
			after = append(after, c)
		} else {
			before = append(before, c)
		}
	}
	if p.Changes, p.Waiting = before, after; part == PartAfterProof {
		p.Changes, p.Waiting = after, nil
	}
	return p
}

// NeedsProof reports whether one of the plan's changes needs a proof.
func (p *Plan) NeedsProof() bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Needs == NeedProof })
}

// Proof is a sign-in through a link that was seen to work. Only the engine makes one.
type Proof struct {
	At         time.Time `json:"at"`
	By         string    `json:"by"` // the account in PocketBase
	Slug       string    `json:"slug"`
	Collection string    `json:"collection"`
	Slot       string    `json:"slot"`
	ClientID   string    `json:"client_id"`
	secret     secret.Text
}

// proofLasts is how long a proof counts.
const proofLasts = time.Hour

// NewProof returns the proof of a sign-in to the link as it is.
func NewProof(d *Desired, by string, at time.Time) Proof {
	return Proof{At: at, By: by, Slug: d.Application.Slug, Collection: d.Collection.Name, Slot: d.Slot.Slot,
		ClientID: d.Provider.ClientID, secret: d.Provider.ClientSecret}
}

// Covers reports whether the proof is of this link, with the credentials that it has, and recent.
func (p *Proof) Covers(d *Desired, now time.Time) bool {
	if p == nil || now.Sub(p.At) > proofLasts {
		return false
	}
	of := NewProof(d, p.By, p.At)
	return p.secret.Equal(of.secret) && p.Slug == of.Slug && p.Collection == of.Collection && p.Slot == of.Slot &&
		p.ClientID == of.ClientID
}

// CreatesProvider reports whether a change of the plan creates the provider. Without it no part of the plan fixes
// anything.
func (p *Plan) CreatesProvider() bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool {
		return c.Action == Create && (c.Kind == KindPair || c.Kind == KindProvider)
	})
}

// Warnings collects warnings.
type Warnings []Warning

// Add adds a warning. ways are what makes it go away.
func (w *Warnings) Add(id report.WarningID, system report.System, summary, detail say.Text, ways ...report.Way) {
	*w = append(*w, Warning{ID: id, System: system, Summary: summary, Detail: detail, Ways: ways})
}
