package report

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/say"
)

// Status is the outcome of a check.
type Status string

// The outcomes. Skipped means not measured; the evidence is the reason.
const (
	Pass    Status = "pass"
	Warn    Status = "warn"
	Fail    Status = "fail"
	Skipped Status = "skipped"
)

// Check is one measured fact about the running systems.
type Check struct {
	ID       CheckID  `json:"id"`
	System   System   `json:"system" jsonschema:"enum=authentik,enum=pocketbase"`
	Title    say.Text `json:"title"`
	Status   Status   `json:"status" jsonschema:"enum=pass,enum=warn,enum=fail,enum=skipped"`
	Evidence say.Text `json:"evidence"` // the request and the response
	Remedy   say.Text `json:"remedy"`   // what to do, empty for a pass
	Ways     []Way    `json:"ways,omitempty"`
	// Cause is in the catalogue or more specific, empty for a pass.
	Cause CauseID `json:"cause,omitempty"`
	// Exact is the cause as the check found it, which may be more specific than the catalogue's.
	Exact CauseID `json:"-"`
	// Unreached is the system that gave no answer, of a check that was skipped for that.
	Unreached System `json:"-"`
}

// Passes makes the check passed and returns it.
func (c *Check) Passes(evidence say.Text) *Check {
	c.Status, c.Evidence = Pass, evidence
	return c
}

// Advice returns what to do, in one line.
func (c *Check) Advice(r Reader) say.Text { return say.Join(c.Remedy, Message{Ways: c.Ways}.Advice(r)) }

// Fails makes the check failed for a cause and returns it.
func (c *Check) Fails(cause CauseID, evidence, remedy say.Text, ways ...Way) *Check {
	c.Status, c.Evidence, c.Remedy, c.Ways, c.Cause, c.Exact = Fail, evidence, remedy, ways, cause.Entry(), cause
	return c
}

// Warns gives the check a warning about a cause and returns it.
func (c *Check) Warns(cause CauseID, evidence, remedy say.Text, ways ...Way) *Check {
	c.Fails(cause, evidence, remedy, ways...).Status = Warn
	return c
}

// Skips makes the check one that was not measured, with the reason, and returns it.
func (c *Check) Skips(why say.Text) *Check {
	c.Status, c.Evidence = Skipped, why
	return c
}

// Checks are the results of a verify.
type Checks []Check

// Failed reports whether any check failed.
func (c Checks) Failed() bool { return c.Count(Fail) > 0 }

// Count returns the number of checks with the status.
func (c Checks) Count(s Status) int {
	return len(slices.DeleteFunc(slices.Clone(c), func(one Check) bool { return one.Status != s }))
}

// Unknown says why it is not known whether people can sign in, and nothing if it is: a system gave no answer, or none
// of use to what browsers ask it first, so what was measured of the other one says little.
func (c Checks) Unknown() say.Text {
	if c.Count(Skipped) == len(c) {
		return say.Of("No check could be made.")
	}
	if fault := c.Unreached(); fault != nil {
		return fault.Summary
	}
	for _, one := range c {
		first := one.ID.Is(CheckAuthentikDiscovery) || one.ID.Is(CheckPocketBaseAuthMethods)
		if first && one.Status == Skipped && !c.signedIn() {
			return notChecked(one.System)
		}
	}
	return say.Text{}
}

// Good reports whether both systems were measured and no check failed.
func (c Checks) Good() bool { return !c.Failed() && c.Unknown().Empty() }

// SignedIn is a sign-in that was seen to work.
type SignedIn struct {
	Name string    // the account's address, or its ID
	At   time.Time // zero if none was seen
	// Local has the time said as the clock of whoever is at the terminal shows it, else it is in UTC.
	Local bool
}

// Headline sums up the checks in one line. Without a sign-in that was seen, it never says that sign-in works.
func (c Checks) Headline(seen SignedIn) say.Text {
	tried := say.Of("No sign-in has been tried yet.")
	if !seen.At.IsZero() {
		at := seen.At.UTC().Format("15:04 UTC")
		if seen.Local {
			at = seen.At.Local().Format("15:04")
		}
		tried = say.Of("%s signed in at %s.", seen.Name, at)
	}
	warn, skipped := c.Count(Warn), c.Count(Skipped)
	switch {
	case c.Failed():
		return say.Count(c.Count(Fail), "%d check failed, so sign-in may not work.",
			"%d checks failed, so sign-in may not work.")
	case !c.Unknown().Empty():
		return say.Join(c.Unknown(), tried)
	case !seen.At.IsZero():
		return say.Of("Works: %s", tried)
	case warn > 0:
		return say.Join(say.Count(warn, "No check failed, and %d warns.",
			"No check failed, and %d warn."), tried)
	case skipped > 0:
		return say.Join(say.Count(skipped, "Nothing that was checked stands in the way; %d check could not be made.",
			"Nothing that was checked stands in the way; %d checks could not be made."), tried)
	}
	return say.Join(say.Of("Nothing stands in the way."), tried)
}

// CheckID identifies a check.
type CheckID string

// The checks.
const (
	CheckAuthentikDiscovery    CheckID = "authentik.discovery"
	CheckAuthentikIssuer       CheckID = "authentik.issuer"
	CheckAuthentikJWKS         CheckID = "authentik.jwks"
	CheckAuthentikRedirect     CheckID = "authentik.redirect"
	CheckAuthentikClient       CheckID = "authentik.client"
	CheckAuthentikScopes       CheckID = "authentik.scopes"
	CheckAuthentikGrants       CheckID = "authentik.grants"
	CheckAuthentikEmail        CheckID = "authentik.email"
	CheckAuthentikAccess       CheckID = "authentik.access"
	CheckAuthentikEndpoints    CheckID = "authentik.endpoints"
	CheckAuthentikBindings     CheckID = "authentik.bindings"
	CheckAuthentikSettings     CheckID = "authentik.settings"
	CheckAuthentikValidity     CheckID = "authentik.validity"
	CheckAuthentikFlows        CheckID = "authentik.flows"
	CheckAuthentikPerson       CheckID = "authentik.person"
	CheckAuthentikClaims       CheckID = "authentik.claims"
	CheckPocketBaseAuthMethods CheckID = "pocketbase.auth-methods"
	CheckPocketBaseClientID    CheckID = "pocketbase.client-id"
	CheckPocketBaseAuthURL     CheckID = "pocketbase.auth-url"
	CheckPocketBaseDisplayName CheckID = "pocketbase.display-name"
	CheckPocketBasePKCE        CheckID = "pocketbase.pkce"
	CheckPocketBaseSettings    CheckID = "pocketbase.settings"
	CheckPocketBaseRules       CheckID = "pocketbase.rules"
	CheckPocketBaseCollection  CheckID = "pocketbase.collection"
	CheckPocketBaseRealtime    CheckID = "pocketbase.realtime"
	CheckPocketBaseProbe       CheckID = "pocketbase.probe"
	CheckPocketBaseGroups      CheckID = "pocketbase.groups" // by a test sign-in

	// CheckLink is made alone, where there is no link.
	CheckLink       CheckID = "link"
	CheckAddresses  CheckID = "addresses"
	CheckClock      CheckID = "clock"
	CheckPrediction CheckID = "prediction"
	// CheckSignIn is the test sign-in, in the list of checks that find a cause.
	CheckSignIn CheckID = "sign-in"
)

// Of reports whether the check asks only this system.
func (id CheckID) Of(s System) bool { return strings.HasPrefix(string(id), string(s)+".") }

// Nth returns the ID of the nth check of a kind that can occur several times, counted from 1.
func (id CheckID) Nth(n int) CheckID { return id + CheckID("."+strconv.Itoa(n)) }

// Is reports whether the check is of a kind: its only check or one of several.
func (id CheckID) Is(kind CheckID) bool {
	return id == kind || strings.HasPrefix(string(id), string(kind)+".")
}

// Measured returns the checks of a part that has just ended. Where ctx was cancelled meanwhile, only a pass is known to
// be of the systems: the other requests may have failed for it.
func Measured(ctx context.Context, part []Check) []Check {
	if !errors.Is(ctx.Err(), context.Canceled) {
		return part
	}
	for i, c := range part {
		if c.Status != Pass {
			c = Check{ID: c.ID, System: c.System, Title: c.Title}
			part[i] = *c.Skips(say.Of("The checks were cancelled before this was measured."))
		}
	}
	return part
}
