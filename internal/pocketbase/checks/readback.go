package checks

import (
	"context"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/predict"
)

// checkReadBack reads the collection as superuser and checks what guests cannot see: the other settings, and whether a
// new person gets in.
func (c Checker) checkReadBack(ctx context.Context, d link.Desired) []link.Check {
	settings := link.Check{ID: link.CheckPocketBaseSettings, System: link.PB,
		Title: "PocketBase holds the settings of the link"}
	rules := link.Check{ID: link.CheckPocketBaseRules, System: link.PB, Title: "The collection lets a new person in"}
	now, err := c.FindCollection(ctx, d.Collection.ID, d.Collection.Name)
	switch {
	case err != nil:
		why := link.MessageOf(err).What()
		return []link.Check{settings.Skips(why), rules.Skips(why)}
	case now == nil:
		missing := "The list of auth collections has no " + d.Collection.Name + "."
		remedy := "Choose a collection that is there, and apply again."
		return []link.Check{settings.Fails(link.CauseCollectionMissing, missing, remedy),
			rules.Fails(link.CauseCollectionMissing, missing, remedy)}
	}
	return []link.Check{checkSettings(settings, *now, d), c.checkRules(rules, *now, d)}
}

// checkSettings compares our provider and the collection's other OAuth2 options with the plan. It leaves out the client
// secret, which PocketBase never shows.
func checkSettings(check link.Check, now link.CollectionState, d link.Desired) link.Check {
	mine := rest.FindProvider(now.OAuth2.Providers, d.Slot.Slot)
	if mine == nil {
		return check.Fails(link.CauseProviderMissing, "The collection "+now.Name+" has no provider "+d.Slot.Slot+
			".", "Apply the plan again.")
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
		return check.Fails(link.CauseSettingsDiffer, "Read back by list, these differ from the plan: "+
			strings.Join(differ, ", ")+".", "Apply the plan again.")
	}
	return check.Passes("Read back by list, all of " + d.Slot.Slot +
		" and the mapped fields are as planned. The client secret cannot be read.")
}

func (c Checker) checkRules(check link.Check, now link.CollectionState, d link.Desired) link.Check {
	found := Obstacles(c.Release(), now, d)
	if len(found) == 0 {
		return check.Passes("createRule and authRule of " + now.Name +
			" admit new people, no field is in the way, and OAuth2 alone is enough.")
	}
	what := link.Each(found, func(o predict.Obstacle) string { return o.What })
	todo := link.Each(found, func(o predict.Obstacle) string { return o.Todo })
	worst := slices.MaxFunc(found, func(a, b predict.Obstacle) int { return rank(a) - rank(b) })
	if rank(worst) == 0 {
		return check.Skips("Cannot be known before a sign-in. " + strings.Join(append(what, todo...), " "))
	}
	check = check.Warns(worst.Cause, strings.Join(what, " "), strings.Join(todo, " "))
	if worst.Everyone || worst.Newcomers {
		check.Status = link.Fail
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
func Obstacles(r rest.Release, now link.CollectionState, d link.Desired) []predict.Obstacle {
	_, newest := r.Versions()
	return predict.Obstacles(now, newest, d.Email != link.EmailLeave)
}
