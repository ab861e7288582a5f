package plans_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// laterChanges edits what is there as another admin would: any field of any
// object, and whole objects.
func laterChanges(t *rapid.T, w *world) {
	for i := range w.apps {
		a := &w.apps[i]
		reword(t, "application", &a.Name, &a.Group, &a.LaunchURL, &a.Icon, &a.Publisher, &a.Description)
		flip(t, "application", &a.OpenInNewTab)
		if w.features.MetaHide {
			flip(t, "application", &a.Hide)
		}
		if rarely(t, "application is detached") {
			a.Provider = 0
		}
	}
	for i := range w.providers {
		p := &w.providers[i]
		reword(t, "provider", &p.Name, &p.SubjectMode, &p.IssuerMode, &p.AccessTokenValidity, &p.AccessCodeValidity)
		if p.Name == "later" || p.Name == "" { // a name is of one provider only
			p.Name += fmt.Sprint(p.PK)
		}
		if rarely(t, "redirect URIs") {
			p.RedirectURIs = append(slices.Clone(p.RedirectURIs), link.RedirectURI{URL: "https://later.company/",
				Mode: "strict"})
		}
		if rarely(t, "scope mappings") {
			p.Mappings = nil
		}
	}
	if len(w.providers) > 0 && rarely(t, "provider is deleted") {
		p := w.providers[len(w.providers)-1]
		if err := w.remove(link.Change{Kind: link.KindProvider, Action: link.Delete, Before: &p}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range w.mappings {
		if w.mappings[i].Managed == "" {
			reword(t, "mapping", &w.mappings[i].Description, &w.mappings[i].Expression)
		}
	}
	for i := range w.bindings {
		flip(t, "binding", &w.bindings[i].Negate, &w.bindings[i].Enabled)
		if rarely(t, "binding order") {
			w.bindings[i].Order += 10
		}
	}
	for i := range w.collections {
		laterCollection(t, &w.collections[i])
	}
	flip(t, "settings", &w.settings.HideControls)
}

func laterCollection(t *rapid.T, c *link.CollectionState) {
	o := &c.OAuth2
	flip(t, "collection", &o.Enabled)
	reword(t, "mapped", &o.Mapped.ID, &o.Mapped.Name, &o.Mapped.Username, &o.Mapped.AvatarURL)
	for _, rule := range []**string{&c.CreateRule, &c.AuthRule} {
		if rarely(t, "rule") {
			*rule = new("later != ''")
		}
	}
	for i := range o.Providers {
		p := &o.Providers[i]
		reword(t, "element", &p.DisplayName, &p.ClientID, &p.TokenURL, &p.UserInfoURL, &p.JWKSURL)
		if rarely(t, "issuers") {
			p.Issuers = []string{"https://later.company/"}
		}
		if rarely(t, "PKCE") {
			p.PKCE = new(!link.Value(p.PKCE, true))
		}
	}
	if n := len(o.Providers); n > 0 && rapid.IntRange(0, 4).Draw(t, "element is removed") == 0 {
		o.Providers = slices.Delete(slices.Clone(o.Providers), n-1, n)
	}
}

func rarely(t *rapid.T, label string) bool { return rapid.IntRange(0, 24).Draw(t, label) == 0 }

func reword(t *rapid.T, label string, fields ...*string) {
	for _, f := range fields {
		if rarely(t, label) {
			*f = pickOf(t, label, "later", "")
		}
	}
}

func flip(t *rapid.T, label string, fields ...*bool) {
	for _, f := range fields {
		if rarely(t, label) {
			*f = !*f
		}
	}
}

// fields are all values of a world that undo could write, by their places.
func (w *world) fields() map[string]string {
	out := map[string]string{}
	for _, a := range w.apps {
		flatten(out, "application "+a.PK, a)
	}
	for _, p := range w.providers {
		slices.SortFunc(p.Mappings, func(a, b link.Ref) int { return strings.Compare(a.ID, b.ID) })
		flatten(out, fmt.Sprint("provider ", p.PK), p)
	}
	for _, m := range w.mappings {
		flatten(out, m.ID, m)
	}
	for _, b := range w.bindings {
		flatten(out, "binding "+b.PK, b)
	}
	for _, c := range w.collections {
		for _, p := range c.OAuth2.Providers {
			p.Raw, p.PKCE = nil, new(link.Value(p.PKCE, true))
			flatten(out, c.Name+" "+p.Slot, p)
		}
		c.OAuth2.Providers = nil
		flatten(out, c.Name, c)
	}
	flatten(out, "settings", w.settings)
	return out
}

func flatten(out map[string]string, place string, of any) {
	v := reflect.ValueOf(of)
	for i := range v.NumField() {
		name, field := place+"."+v.Type().Field(i).Name, v.Field(i)
		switch f := field.Interface().(type) {
		case secret.Text: // undo says of these that they do not come back
		case link.OAuth2State:
			flatten(out, name, f)
		case link.MappedFields:
			flatten(out, name, f)
		case *string:
			out[name] = link.Value(f, "null")
		case *bool:
			out[name] = fmt.Sprint(link.Value(f, false))
		case link.Ref:
			out[name] = f.ID
		case []link.Ref:
			out[name] = fmt.Sprint(slices.Collect(func(yield func(string) bool) {
				for _, r := range f {
					if !yield(r.ID) {
						return
					}
				}
			}))
		default:
			if !field.IsZero() {
				out[name] = fmt.Sprintf("%v", f)
			}
		}
	}
}

// overwritten are the fields that had a value since the apply which undo took
// away, but for one that the field had before the apply too.
func overwritten(before, applied, later, after map[string]string) []string {
	var lost []string
	for _, list := range []map[string]string{applied, later} {
		for name := range list {
			kept := later[name] == applied[name] || later[name] == before[name] || after[name] == later[name]
			if !kept {
				lost = append(lost, fmt.Sprintf("%s: %q, %q by the apply, %q since, %q by the undo", name, before[name],
					applied[name], later[name], after[name]))
			}
		}
	}
	slices.Sort(lost)
	return slices.Compact(lost)
}

func TestUndoOverwritesNothingThatWasChangedSince(t *testing.T) {
	var planned, undone counter
	rapid.Check(t, func(t *rapid.T) {
		w, _, plan := drawn(t, &planned)
		before := w.copy()
		done := rapid.IntRange(0, len(plan.Changes)).Draw(t, "changes done")
		plan.Changes = plan.Changes[:done]
		applyAll(t, w, plan.Changes, func() {})
		applied := w.copy()
		laterChanges(t, w)
		later := w.copy()
		back, problems := w.undo(plan, false)
		undone.all++
		if len(problems) > 0 {
			if !back.Empty() {
				t.Fatalf("a plan with problems has changes:\n%s", show(back))
			}
			return
		}
		undone.some++
		applyAll(t, w, back.Changes, func() {})
		lost := overwritten(before.fields(), applied.fields(), later.fields(), w.fields())
		lost = slices.DeleteFunc(lost, func(one string) bool { return detached(one, later, applied) })
		if len(lost) > 0 {
			t.Fatalf("after\n%sand later changes,\n%stakes away:\n%s", show(plan), show(back), strings.Join(lost, "\n"))
		}
	})
	planned.report(t)
	undone.report(t)
}

// detached reports whether an application lost its provider since because that
// one was deleted: nobody gave it another.
func detached(lost string, later, applied *world) bool {
	return slices.ContainsFunc(later.apps, func(a link.ApplicationState) bool {
		was := pick(applied.apps, func(x link.ApplicationState) bool { return x.PK == a.PK })
		return strings.HasPrefix(lost, "application "+a.PK+".Provider:") && a.Provider == 0 && was != nil &&
			later.provider(was.Provider) == nil
	})
}

func TestUndoAsksAboutMappedFieldsOfASlotThatIsGone(t *testing.T) {
	w := newWorld()
	plan := mustPlan(t, w, specWith(func(s *link.Spec) { s.PocketBase.MapName = new("nick") }))
	mustApply(t, w, plan)
	c := w.collection("users")
	c.OAuth2.Providers = c.OAuth2.Providers[:1]
	c.OAuth2.Mapped.Name = "fullname"
	back, problems := w.undo(plan, false)
	if len(problems) != 1 || !strings.Contains(problems[0].Summary.String(), "mappedFields.name is now “fullname”") {
		t.Errorf("the problems are %v, the plan\n%s", problems, show(back))
	}
}

// TestUndoTakesAwayASlotThatWasRenamed: PocketBase would keep the client of an application that is gone.
func TestUndoTakesAwayASlotThatWasRenamed(t *testing.T) {
	for name, theirs := range map[string][]link.OAuth2Provider{
		"renamed":                    nil,
		"its old slot is somebody's": {foreign("oidc", "theirs", "https://theirs.company/")},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			plan := mustPlan(t, w, minimal())
			mustApply(t, w, plan)
			o := &w.collection("users").OAuth2
			o.Providers[1].Slot = "oidc2"
			o.Providers = append(o.Providers, theirs...)
			back, problems := w.undo(plan, false)
			if len(problems) != 1 || !strings.Contains(problems[0].Summary.String(), "oidc is now “oidc2”") {
				t.Errorf("the problems are %v, the plan\n%s", problems, show(back))
			}
			left := slices.DeleteFunc(slices.Clone(o.Providers),
				func(p link.OAuth2Provider) bool { return p.Slot == "oidc2" })
			if back, problems = w.undo(plan, true); len(problems) > 0 {
				t.Fatal(problems)
			}
			mustApply(t, w, back)
			now := w.collection("users")
			if len(now.OAuth2.Providers) != len(left) || now.SlotWith(plan.Desired.Slot.ClientID) != "" {
				t.Errorf("left are %+v", now.OAuth2.Providers)
			}
			if again, problems := w.undo(plan, false); theirs == nil && (len(problems) > 0 || !again.Empty()) {
				t.Errorf("a second undo is\n%s%v", show(again), problems)
			}
		})
	}
}
