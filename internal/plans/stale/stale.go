// Package stale compares a plan that was shown with the same plan made again.
package stale

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Differences describes what changed in the systems between plan and fresh, one
// sentence each. It returns nil if nothing that concerns the plan did.
func Differences(plan, fresh *link.Plan) []say.Text {
	var out []say.Text
	for _, now := range fresh.Changes {
		if old := With(plan, now.ID()); old != nil {
			out = append(out, fieldDifferences(old, &now)...)
		} else {
			out = append(out, say.Of("%s: %s now needs a change.", now.System.Label(), now.Object))
		}
	}
	for _, old := range plan.Changes {
		if s := link.As[link.SessionState](old.Before); s != nil && With(fresh, old.ID()) == nil {
			out = append(out, say.Of("%s may sign in again, or the account is gone.", s.Name()))
		} else if With(fresh, old.ID()) == nil {
			out = append(out, say.Of("%s: %s was changed already.", old.System.Label(), old.Object))
		}
	}
	return out
}

func fieldDifferences(old, now *link.Change) []say.Text {
	if Same(old, now) {
		return nil
	}
	var out []say.Text
	for _, f := range now.Fields {
		of := say.Of("%s: %s of %s", now.System.Label(), f.Name, now.Object)
		is := link.Show(f.Before)
		old := link.Find(old.Fields, func(x link.Field) bool { return x.Name == f.Name })
		switch {
		case old == nil:
			out = append(out, say.Of("%s is now %s.", of, is))
		case link.Show(old.Before) != is:
			out = append(out, say.Of("%s was %s and is now %s.", of, link.Show(old.Before), is))
		}
	}
	for _, f := range old.Fields {
		if !now.Changed(f.Name) {
			out = append(out, say.Of("%s: %s of %s was set to %s already.", now.System.Label(), f.Name, now.Object,
				link.Show(f.After)))
		}
	}
	if !secretBefore(old).Equal(secretBefore(now)) {
		out = append(out, say.Of("%s: the client secret of %s was changed.", now.System.Label(), now.Object))
	}
	if s := link.As[link.SessionState](now.Before); !sameAccount(old, now) {
		out = append(out, say.Of("%s: the account of %s was changed.", now.System.Label(), s.Name()))
	}
	if len(out) == 0 {
		out = append(out, say.Of("%s: %s was replaced.", now.System.Label(), now.Object))
	}
	return out
}

// With returns the plan's change with the ID, nil for none.
func With(plan *link.Plan, id string) *link.Change {
	return link.Find(plan.Changes, func(c link.Change) bool { return c.ID() == id })
}

// Same reports whether two changes write the same to the same object. All
// client secrets print alike, so they are compared themselves.
func Same(a, b *link.Change) bool {
	return a.ID() == b.ID() && a.Action == b.Action && secretBefore(a).Equal(secretBefore(b)) && sameAccount(a, b) &&
		slices.EqualFunc(a.Fields, b.Fields, sameField)
}

// sameAccount reports whether two changes sign out the same account in the same state, for the same reason.
func sameAccount(a, b *link.Change) bool {
	was, now := link.As[link.SessionState](a.Before), link.As[link.SessionState](b.Before)
	return was == nil || now == nil || *was == *now
}

func sameField(a, b link.Field) bool {
	return a.Name == b.Name && link.Show(a.Before) == link.Show(b.Before) && link.Show(a.After) == link.Show(b.After)
}

// secretBefore returns authentik's client secret before a change.
func secretBefore(c *link.Change) secret.Text {
	if p := link.As[link.ProviderState](c.Before); p != nil {
		return p.ClientSecret
	}
	return secret.Text{}
}

// System returns the system of the first change that differs.
func System(plan, fresh *link.Plan) report.System {
	for i, c := range fresh.Changes {
		if i >= len(plan.Changes) || !Same(&plan.Changes[i], &c) {
			return c.System
		}
	}
	if len(plan.Changes) > len(fresh.Changes) {
		return plan.Changes[len(fresh.Changes)].System
	}
	return report.Authentik
}

// WithoutSecretBefore returns the change as a saved plan has it.
func WithoutSecretBefore(c link.Change) link.Change {
	if p := link.As[link.ProviderState](c.Before); p != nil {
		kept := *p
		kept.ClientSecret = secret.Text{}
		c.Before = &kept
	}
	return c
}

// PartOf reports whether now writes nothing to its object that old does not.
func PartOf(now, old link.Change) bool {
	fields := old.Fields
	old.Fields = now.Fields
	return Same(&now, &old) && !slices.ContainsFunc(now.Fields, func(f link.Field) bool {
		return !slices.ContainsFunc(fields, func(was link.Field) bool { return sameField(f, was) })
	})
}

// Changed returns the fault of a stale plan.
func Changed(system report.System, what ...say.Text) *report.Fault {
	return &report.Fault{
		Kind: report.FaultStale, System: system, Summary: say.Of("Something was changed since the plan was made."),
		Details: what,
		Todo:    say.Of("Make a new plan, and apply that."),
	}
}
