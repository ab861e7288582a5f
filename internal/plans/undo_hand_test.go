package plans_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
)

// applyKept carries out the plan's changes and returns what a receipt keeps of them, with the primary keys of what was
// created unless it is of before they were kept.
func applyKept(t *rapid.T, w *world, p link.Plan, withKeys bool) []link.Change {
	kept := receipt(p)
	for i, c := range p.Changes {
		before := w.copy()
		applyAll(t, w, []link.Change{c}, func() {})
		keys := map[link.Kind]string{}
		for _, key := range newIn(before.primaryKeys(), w.primaryKeys()) {
			kind, pk, _ := strings.Cut(key, "/")
			keys[link.Kind(kind)] = pk
		}
		if withKeys {
			kept[i] = kept[i].WithKeys(keys)
		}
	}
	return kept
}

// primaryKeys returns the primary keys of all objects in authentik, after their kind.
func (w *world) primaryKeys() (keys []string) {
	for _, a := range w.apps {
		keys = append(keys, string(link.KindApplication)+"/"+a.PK)
	}
	for _, p := range w.providers {
		keys = append(keys, string(link.KindProvider)+"/"+strconv.Itoa(p.PK))
	}
	for _, m := range w.mappings {
		keys = append(keys, string(link.KindMapping)+"/"+m.ID)
	}
	for _, b := range w.bindings {
		keys = append(keys, string(link.KindBinding)+"/"+b.PK)
	}
	return keys
}

// clients returns the slots of all collections with the client ID.
func (w *world) clients(id string) (slots []string) {
	for _, c := range w.collections {
		for _, p := range c.OAuth2.Providers {
			if p.ClientID == id {
				slots = append(slots, c.Name+"/"+p.Slot)
			}
		}
	}
	return slots
}

func newIn(before, after []string) []string {
	return slices.DeleteFunc(slices.Clone(after), func(k string) bool { return slices.Contains(before, k) })
}

// undoKept goes the way of the engine: it looks for an application that is not where it was.
func (w *world) undoKept(s link.Spec, done []link.Change, force bool) (link.Plan, report.Problems) {
	q := s.Query()
	a, p := w.observe(q)
	if pk := undo.ApplicationOf(done); pk != "" {
		if !undo.Has(&a, pk) {
			q.ApplicationPK = pk
			a, p = w.observe(q)
		}
	} else if slug := undo.SlugSince(done, &a); slug != "" {
		q.Slug = slug
		a, p = w.observe(q)
	}
	return undo.New(&s, done, &a, &p, force)
}

// byHand has an admin change something that an apply made, if it made such an object. It returns its kind.
func byHand(t *rapid.T, w *world, ours []string, client string) string {
	kind := pickOf(t, "by hand", "application", "provider", "binding", "mapping", "slot")
	switch kind {
	case "application":
		handOnApplication(t, w, ours)
	case "provider":
		handOnProvider(t, w, ours)
	case "binding":
		handOnBinding(t, w, ours)
	case "mapping":
		handOnMapping(t, w, ours)
	case "slot":
		handOnSlot(t, w, client)
	}
	return kind
}

func isOurs[T any](ours []string, kind link.Kind, list []T, pk func(T) string) *T {
	return pick(list, func(x T) bool { return slices.Contains(ours, string(kind)+"/"+pk(x)) })
}

func handOnApplication(t *rapid.T, w *world, ours []string) {
	a := isOurs(ours, link.KindApplication, w.apps, func(a link.ApplicationState) string { return a.PK })
	if a == nil {
		return
	}
	switch pickOf(t, "application by hand", "name", "slug", "delete", "detach", "attach", "publisher", "recreate") {
	case "name":
		a.Name = "later"
	case "slug":
		a.Slug = "later"
	case "delete":
		_ = w.remove(link.Change{Before: new(*a)})
	case "detach":
		a.Provider = 0
	case "attach":
		p := newServerProvider()
		p.PK, p.Name, p.ClientID = w.newPK(), "theirs", "theirs"
		w.providers = append(w.providers, p)
		a.Provider = p.PK
	case "publisher":
		a.Publisher = "later"
	case "recreate":
		now := *a
		_ = w.remove(link.Change{Before: &now})
		w.apps = append(w.apps, link.ApplicationState{PK: w.newID("theirs"), Slug: now.Slug, Name: now.Name,
			PolicyEngineMode: "any"})
	}
}

func handOnProvider(t *rapid.T, w *world, ours []string) {
	p := isOurs(ours, link.KindProvider, w.providers, func(p link.ProviderState) string { return strconv.Itoa(p.PK) })
	if p == nil {
		return
	}
	switch pickOf(t, "provider by hand", "name", "delete", "client", "mappings", "give away") {
	case "name":
		p.Name = "later"
	case "delete":
		_ = w.remove(link.Change{Before: new(*p)})
	case "client":
		p.ClientID = "later"
	case "mappings":
		p.Mappings = []link.Ref{{ID: "mapping-roles", Name: "roles"}}
	case "give away":
		for i := range w.apps {
			if w.apps[i].Provider == p.PK {
				w.apps[i].Provider = 0
			}
		}
		w.apps = append(w.apps, link.ApplicationState{PK: w.newID("theirs"), Slug: fmt.Sprint("theirs-", w.made),
			Name: "Theirs", PolicyEngineMode: "any", Provider: p.PK})
	}
}

func handOnBinding(t *rapid.T, w *world, ours []string) {
	b := isOurs(ours, link.KindBinding, w.bindings, func(b link.BindingState) string { return b.PK })
	if b == nil {
		return
	}
	switch pickOf(t, "binding by hand", "disable", "negate", "delete", "order", "extra") {
	case "disable":
		b.Enabled = false
	case "negate":
		b.Negate = true
	case "delete":
		_ = w.remove(link.Change{Before: new(*b)})
	case "order":
		b.Order += 5
	case "extra":
		more := *b
		more.PK, more.Kind, more.Target = w.newID("theirs"), "user", link.Ref{ID: "5", Name: "ada"}
		w.bindings = append(w.bindings, more)
	}
}

func handOnMapping(t *rapid.T, w *world, ours []string) {
	m := isOurs(ours, link.KindMapping, w.mappings, func(m link.Mapping) string { return m.ID })
	if m == nil {
		return
	}
	switch pickOf(t, "mapping by hand", "name", "expression", "take away", "delete") {
	case "name":
		m.Name = "later"
	case "expression":
		m.Expression = "return {'later': True}"
	case "take away", "delete":
		id := m.ID
		for i := range w.providers {
			w.providers[i].Mappings = slices.DeleteFunc(slices.Clone(w.providers[i].Mappings),
				func(r link.Ref) bool { return r.ID == id })
		}
		if rapid.Bool().Draw(t, "and delete") {
			_ = w.remove(link.Change{Before: new(*m)})
		} else {
			m.Name = "later"
		}
	}
}

func handOnSlot(t *rapid.T, w *world, client string) {
	c := pick(w.collections, func(c link.CollectionState) bool { return c.SlotWith(client) != "" })
	if c == nil {
		return
	}
	o := &c.OAuth2
	o.Providers = slices.Clone(o.Providers)
	at := link.SlotIndex(o, c.SlotWith(client))
	free := slices.DeleteFunc(link.Slots(), func(slot string) bool { return link.SlotIndex(o, slot) >= 0 })
	switch pickOf(t, "slot by hand", "move", "remove", "client", "copy", "name") {
	case "move":
		if len(free) > 0 {
			o.Providers[at].Slot = free[0]
		}
	case "remove":
		o.Providers = slices.Delete(o.Providers, at, at+1)
	case "client":
		o.Providers[at].ClientID = "later"
	case "copy":
		if len(free) > 0 {
			more := o.Providers[at]
			more.Slot = free[len(free)-1]
			o.Providers = append(o.Providers, more)
		}
	case "name":
		o.Providers[at].DisplayName = "later"
	}
}

// TestUndoLeavesNothingBehindWhateverWasChangedByHand: it refuses and names the change, or takes back all that the
// apply did. With force nothing of it stays but what others use, of which it tells.
func TestUndoLeavesNothingBehindWhateverWasChangedByHand(t *testing.T) {
	var planned, undone counter
	rapid.Check(t, func(t *rapid.T) {
		w, _, plan := drawn(t, &planned)
		if plan.Empty() {
			return
		}
		before, client := w.copy(), plan.Desired.Provider.ClientID
		withKeys := rapid.IntRange(0, 4).Draw(t, "with primary keys") > 0
		done := applyKept(t, w, plan, withKeys)
		applied, ours := w.copy(), newIn(before.primaryKeys(), w.primaryKeys())
		var hand []string
		for range rapid.IntRange(1, 3).Draw(t, "changes by hand") {
			hand = append(hand, byHand(t, w, ours, client))
		}
		later, force := w.copy(), rapid.Bool().Draw(t, "force")
		back, problems := w.undoKept(plan.Spec, done, force)
		undone.all++
		if len(problems) > 0 {
			if force && !slices.ContainsFunc(problems, func(p report.Problem) bool { return p.Field != "" }) {
				t.Fatalf("with force, after changes of %v of\n%sthere are problems:\n%v", hand, show(plan), problems)
			}
			return
		}
		undone.some++
		applyAll(t, w, back.Changes, func() {})
		wrong := gone(ours, later, w)
		for _, one := range stays(before, applied, later, w) {
			lost := slices.ContainsFunc(back.Warnings,
				func(w link.Warning) bool { return w.ID == report.WarnGone && w.System == report.PB })
			if place, _, _ := strings.Cut(one, "."); !lost || !strings.Contains(place, " oidc") {
				wrong = append(wrong, one)
			}
		}
		if !withKeys { // an application with its slug or provider and its name is taken for it
			wrong = slices.DeleteFunc(wrong, func(one string) bool { return strings.Contains(one, "gone is") })
		}
		if !slices.ContainsFunc(back.Warnings, func(w link.Warning) bool {
			return w.ID == report.WarnInUse || w.ID == report.WarnMappingStays || !withKeys && w.ID == report.WarnGone
		}) {
			wrong = append(wrong, left(ours, client, before, w)...)
		}
		if len(wrong) > 0 {
			t.Fatalf("after changes of %v of\n%sand then (forced %t)\n%s%s\n%v", hand, show(plan), force, show(back),
				strings.Join(wrong, "\n"), back.Warnings)
		}
	})
	planned.report(t)
	undone.report(t)
}

// left returns what an undo left of what the apply created.
func left(ours []string, client string, before, after *world) (wrong []string) {
	for _, key := range after.primaryKeys() {
		if slices.Contains(ours, key) {
			wrong = append(wrong, "left is "+key)
		}
	}
	if len(before.clients(client)) == 0 {
		wrong = append(wrong, after.clients(client)...)
	}
	return wrong
}

// gone returns the applications and providers of others that an undo took away.
func gone(ours []string, later, after *world) (wrong []string) {
	for _, key := range newIn(append(ours, after.primaryKeys()...), later.primaryKeys()) {
		if kind, _, _ := strings.Cut(key, "/"); kind != string(link.KindBinding) { // those go with our application
			wrong = append(wrong, "gone is "+key)
		}
	}
	return wrong
}

// stays returns the fields of objects that were there before which an undo did not put back, although nobody changed
// them since.
func stays(before, applied, later, after *world) (wrong []string) {
	made, since, now := applied.fields(), later.fields(), after.fields()
	for name, was := range before.fields() {
		if since[name] == made[name] && now[name] != was {
			wrong = append(wrong, fmt.Sprintf("%s: %q, %q by the apply, %q by the undo", name, was, made[name],
				now[name]))
		}
	}
	return wrong
}
