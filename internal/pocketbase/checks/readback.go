package checks

import (
	"context"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/predict"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// checkReadBack reads the collection as superuser and checks what guests cannot see: the other settings, and whether a
// new person gets in.
func (c *Checker) checkReadBack(ctx context.Context, d *link.Desired) []report.Check {
	settings := report.Check{ID: report.CheckPocketBaseSettings, System: report.PB,
		Title: say.Of("PocketBase holds the settings of the link")}
	rules := report.Check{ID: report.CheckPocketBaseRules, System: report.PB,
		Title: say.Of("The collection lets a new " +
			"person in")}
	now, err := c.FindCollection(ctx, d.Collection.ID, d.Collection.Name)
	switch {
	case err != nil:
		return []report.Check{*settings.SkipsFor(err), *rules.SkipsFor(err)}
	case now == nil:
		missing := say.Of("The list of auth collections has no %s.", d.Collection.Name)
		remedy := say.Of("Choose a collection that is there, and apply again.")
		return []report.Check{*settings.Fails(report.CauseCollectionMissing, missing, remedy),
			*rules.Fails(report.CauseCollectionMissing, missing, remedy)}
	}
	return []report.Check{*checkSettings(&settings, now, d), *c.checkRules(&rules, now, d)}
}

// checkSettings compares our provider and the collection's other OAuth2 options with the plan. It leaves out the client
// secret, which PocketBase never shows.
func checkSettings(check *report.Check, now *link.CollectionState, d *link.Desired) *report.Check {
	mine := rest.FindProvider(now.OAuth2.Providers, d.Slot.Slot)
	if mine == nil {
		return check.Fails(report.CauseProviderMissing, say.Of("The collection %s has no provider %s.", now.Name,
			d.Slot.Slot), say.Of("Apply the plan again."))
	}
	want := d.Slot
	want.Raw = nil
	got := *mine
	if want.PKCE == nil || got.PKCE == nil { // unset means on
		on, off := link.Value(want.PKCE, true), link.Value(got.PKCE, true)
		want.PKCE, got.PKCE = &on, &off
	}
	differ := append(rest.ProviderDifferences(want, got), rest.OptionDifferences(d.Collection.OAuth2, now.OAuth2)...)
	if len(differ) > 0 {
		return check.Fails(report.CauseSettingsDiffer, say.Of("Read back by list, these differ from the plan: %s.",
			say.List(differ...)), say.Of("Apply the plan again."))
	}
	return check.Passes(say.Of("Read back by list, all of %s and the mapped fields are as planned. The client "+
		"secret cannot be read.", d.Slot.Slot))
}

func (c *Checker) checkRules(check *report.Check, now *link.CollectionState, d *link.Desired) *report.Check {
	found := Obstacles(c.Release(), now, d)
	if len(found) == 0 {
		return check.Passes(say.Of("createRule and authRule of %s admit new people, no field is in the way, and "+
			"OAuth2 alone is enough.", now.Name))
	}
	what := link.Each(found, func(o predict.Obstacle) say.Text { return o.What })
	todo := link.Each(found, func(o predict.Obstacle) say.Text { return o.Todo })
	worst := slices.MaxFunc(found, func(a, b predict.Obstacle) int { return rank(a) - rank(b) })
	if rank(worst) == 0 {
		return check.Skips(say.Join(say.Of("Cannot be known before a sign-in."), say.Join(append(what, todo...)...)))
	}
	check = check.Warns(worst.Cause, say.Join(what...), say.Join(todo...))
	if worst.Everyone || worst.Newcomers {
		check.Status = report.Fail
	}
	return check
}

// rank orders obstacles by whom they certainly keep out: 0 for those that may be none.
func rank(o predict.Obstacle) int {
	switch {
	case o.Everyone:
		return 3
	case o.Newcomers:
		return 2
	case !o.Unknown:
		return 1
	}
	return 0
}

// Obstacles returns what in a collection of a PocketBase keeps people out, or may do so.
func Obstacles(r rest.Release, now *link.CollectionState, d *link.Desired) []predict.Obstacle {
	_, newest := r.Versions()
	return predict.Obstacles(now, newest, d.Slot.Slot, d.Email != link.EmailLeave)
}
