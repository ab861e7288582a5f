package link

import (
	"slices"
	"time"

	"authpocket/internal/secret"
)

// Need is what has to be there before a change is made.
type Need string

// NeedProof is the need of a change that takes a way in away: a sign-in through the link that was seen to work.
const NeedProof Need = "proof"

// Part is a part of a plan, by what its changes need.
type Part string

// The parts.
const (
	PartWhole       Part = ""
	PartBeforeProof Part = "before-proof"
	PartAfterProof  Part = "after-proof"
)

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

// NeedsProof reports whether one of the plan's changes needs a proof.
func (p *Plan) NeedsProof() bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Needs == NeedProof })
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

// methods returns whether people can sign in with a password and with a one-time one. PocketBase has passwords on where
// it does not tell, and one-time passwords off.
func (c *CollectionState) methods() (password, otp bool) {
	return Value(c.PasswordAuth, true), Value(c.OTP, false)
}

// PasswordOff reports whether neither a password nor a one-time password signs anybody in.
func (c *CollectionState) PasswordOff() bool {
	password, otp := c.methods()
	return !password && !otp
}

// WaysIn returns the number of ways to sign in that are on, as PocketBase counts them for MFA.
func (c *CollectionState) WaysIn() (n int) {
	password, otp := c.methods()
	for _, on := range []bool{password, otp, c.OAuth2.Enabled} {
		if on {
			n++
		}
	}
	return n
}

// Closed reports whether nobody can sign in to the collection in any way.
func (c *CollectionState) Closed() bool {
	return c.PasswordOff() && (!c.OAuth2.Enabled || len(c.OAuth2.Providers) == 0)
}
