// Package plans compares a wanted link with both systems and returns the plans that create or change it, rotate its
// client secret, prove it, or sign people out. Package undo takes a link back.
package plans

import (
	"authpocket/internal/link"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/plans/undo"
	"authpocket/internal/preset"
	"authpocket/internal/report"
)

// New returns the ordered changes that turn the snapshots into the spec. If the spec can't be carried out, it
// returns the problems and no plan. The result depends on the arguments only.
func New(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot, g link.Generated) (link.Plan,
	report.Problems) {
	if problem := a.SecretProblem(); problem != nil {
		return link.Plan{}, report.Problems{*problem}
	}
	d, problems := resolve.Desired(*s, a, p, g)
	if len(problems) > 0 {
		return link.Plan{}, problems
	}
	list := changes(planner{d: d, a: *a, p: *p, s: *s})
	warned := append(warnings(s, &d, a, p), preset.Of(s, p).Warnings(list)...)
	return link.Plan{Changes: list, Warnings: warned, Desired: d, Spec: *s, Generated: g, Taken: a.Taken}, nil
}

// changes returns the changes in the order in which they are made.
func changes(from planner) []link.Change {
	b := &from
	steps := []func(){b.mappings, b.key, b.pair, b.settings, b.rules, b.oauth2}
	if newCredentials(&b.d, &b.a) { // nobody can sign in between pair and oauth2: keep them adjacent
		steps = []func(){b.mappings, b.key, b.settings, b.rules, b.pair, b.oauth2}
	}
	if now := b.p.Collection(b.d.Collection.Name); now != nil && now.TurnsOff(&b.d.Collection) {
		steps = append(steps, b.oldSlots, b.methods) // last: they need a proof of the rest
	} else {
		steps = append([]func(){b.methods}, append(steps, b.oldSlots)...)
	}
	for _, step := range steps {
		step()
	}
	return b.changes
}

// Again returns the same plan, made from new snapshots. A preview still holds if both are equal.
func Again(p *link.Plan, a *link.AuthentikSnapshot, b *link.PocketBaseSnapshot) (link.Plan, report.Problems) {
	switch p.Purpose {
	case link.PurposeUndo:
		again, problems := undo.New(&p.Spec, p.Undoes, a, b, p.Force)
		if p.Restores {
			if again, problems = New(&p.Spec, a, b, p.Generated); len(problems) == 0 {
				again, problems = undo.Restoration(again, p.Undoes, p.Force)
			}
		}
		again.Of = p.Of
		return again, problems
	case link.PurposeRemove:
		return undo.Removal(&p.Spec, a, *b, p.Force)
	case link.PurposeProof:
		again, problems := New(&p.Spec, a, b, p.Generated)
		if len(problems) > 0 {
			return link.Plan{}, problems
		}
		return NewProof(&again, a, *b)
	default:
		again, problems := New(&p.Spec, a, b, p.Generated)
		again.Of = p.Of
		if p.Purpose == link.PurposeRotate {
			return AsRotation(again, b), problems
		}
		return Narrow(again.Limited(p.Part), p.Only), problems
	}
}
