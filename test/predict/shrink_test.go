package predict_test

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
)

// drawn returns the world of a seed.
func drawn(seed int) world { return worlds().Example(seed) }

// found is a world that was played, and what the prediction got wrong.
type found struct {
	seed        int
	world       world
	foreseen    foreseen
	happened    happened
	differences []difference
}

// look plays the world and compares.
func look(ctx context.Context, s *server, foresee predictor, seed int, w world) (found, error) {
	p, h, err := s.play(ctx, w)
	if err != nil {
		return found{}, err
	}
	f := found{seed: seed, world: w, foreseen: foresee(p), happened: h}
	if !f.foreseen.unsure() {
		f.differences = differences(f.foreseen, h)
	}
	f.differences = append(f.differences, surmounted(w, p, h)...)
	return f, nil
}

// smallest takes one thing after another out of the world, as long as the prediction stays wrong about the same. rapid
// would take out bits from which the world was drawn, and needs far more sign-ins.
func smallest(ctx context.Context, s *server, foresee predictor, from found) found {
	for again := true; again; {
		again = false
		for _, change := range simpler(from.world) {
			w := from.world.clone()
			if change(&w); inline(w) == inline(from.world) {
				continue
			}
			f, err := look(ctx, s, foresee, from.seed, w)
			// An error means a world that PocketBase does not take.
			if err == nil && len(f.differences) > 0 && f.differences[0].what == from.differences[0].what {
				from, again = f, true
				break
			}
		}
	}
	return from
}

// clone returns a deep copy.
func (w world) clone() (c world) {
	raw, err := json.Marshal(w)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		panic(err) // a world is plain data
	}
	return c
}

// simpler returns changes that each take one oddity out of the world.
func simpler(w world) (list []func(*world)) {
	fresh := freshWorld()
	for i, a := range w.Accounts {
		list = append(list, func(c *world) { c.Accounts = slices.Delete(c.Accounts, i, i+1) })
		for _, key := range slices.Sorted(maps.Keys(a.Values)) {
			list = append(list, func(c *world) { delete(c.Accounts[i].Values, key) })
		}
		for _, slot := range slices.Sorted(maps.Keys(a.Links)) {
			list = append(list, func(c *world) { delete(c.Accounts[i].Links, slot) })
		}
	}
	for i := range w.Indexes {
		list = append(list, func(c *world) { c.Indexes = slices.Delete(c.Indexes, i, i+1) })
	}
	list = append(list, simplerRules(w)...)
	list = append(list,
		func(c *world) { c.OTP = false },
		func(c *world) { c.IDToken = false })
	for _, m := range mappings() {
		list = append(list, func(c *world) { *m.to(c) = *m.to(&fresh) })
	}
	for _, name := range slices.Sorted(maps.Keys(w.Claims)) {
		list = append(list, func(c *world) {
			if delete(c.Claims, name); fresh.Claims[name] != nil {
				c.Claims[name] = fresh.Claims[name]
			}
		})
	}
	return append(list, simplerFields(w)...)
}

var joint = regexp.MustCompile(`[()]| && | \|\| `)

// simplerRules returns changes that take away a rule, or all but one of its comparisons.
func simplerRules(w world) (list []func(*world)) {
	open := ""
	list = append(list,
		func(c *world) { c.MFARule = nil },
		func(c *world) { c.CreateRule = &open },
		func(c *world) { c.AuthRule = &open })
	for _, at := range []func(*world) *string{
		func(c *world) *string { return c.MFARule },
		func(c *world) *string { return c.CreateRule },
		func(c *world) *string { return c.AuthRule },
	} {
		if at(&w) == nil {
			continue
		}
		for _, part := range joint.Split(*at(&w), -1) {
			if part != "" && len(part) < len(*at(&w)) {
				list = append(list, func(c *world) { *at(c) = part })
			}
		}
	}
	return list
}

// simplerFields returns changes that take away a field or one of its options.
func simplerFields(w world) (list []func(*world)) {
	fresh := freshFields()
	for i, f := range w.Fields {
		list = append(list, func(c *world) {
			if i < len(fresh) {
				c.Fields[i] = fresh[i]
			} else {
				c.Fields = slices.Delete(c.Fields, i, i+1)
			}
		})
		for _, option := range slices.Sorted(maps.Keys(f)) {
			if option != "name" && option != "type" && (i >= len(fresh) || inline(f) != inline(fresh[i])) {
				list = append(list, func(c *world) { delete(c.Fields[i], option) })
			}
		}
	}
	return list
}
