package apply

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// oauth2Patch writes the oauth2 object of an auth collection.
type oauth2Patch struct {
	c             *Writer
	ch            link.Change
	before, after link.CollectionState
	in            intent

	first *link.OAuth2State // as read before the first PATCH
	doubt bool              // see doubtful
	want  link.OAuth2State  // expected when read back
	sent  []element         // the providers of the last PATCH
}

func (w *oauth2Patch) name() say.Text { return say.Of("the collection %s", w.before.Name) }

func (w *oauth2Patch) prepare(ctx context.Context, again bool) (*rest.Call, error) {
	now, err := w.c.current(ctx, &w.before)
	if err != nil {
		return nil, err
	}
	w.want = w.expect(now.OAuth2)
	asWanted := len(rest.Differences(now.OAuth2, w.want)) == 0
	w.doubt = again && asWanted
	if asWanted && len(w.in.write) == 0 {
		return nil, nil
	}
	if !asWanted {
		if f := w.checkStale(now, again); f != nil {
			return nil, f
		}
	}
	if w.first == nil {
		w.first = &now.OAuth2
	}
	body, err := w.body(now.OAuth2)
	if err != nil {
		return nil, err
	}
	return &rest.Call{Path: "/api/collections/" + now.ID, Body: body}, nil
}

func (w *oauth2Patch) doubtful() bool { return w.doubt }

// expect returns the state that this change alone makes of now.
func (w *oauth2Patch) expect(now link.OAuth2State) link.OAuth2State {
	want := link.OAuth2State{Enabled: now.Enabled, Mapped: now.Mapped, Providers: w.in.expect(now.Providers)}
	for _, a := range link.OAuth2Attrs() {
		if w.ch.Changed(a.Key) {
			a.Copy(&want, &w.after.OAuth2)
		}
	}
	return want
}

// checkStale compares with the state that the plan was made from or, after a PATCH, with the state before it.
func (w *oauth2Patch) checkStale(now *link.CollectionState, again bool) *report.Fault {
	base := w.before.OAuth2
	if again {
		base = *w.first
	} else if now.Updated == w.before.Updated {
		return nil
	}
	if diff := rest.Differences(base, now.OAuth2); len(diff) > 0 {
		return stale(say.Of("%s (%s)", say.List(diff...), w.name()))
	}
	return nil
}

// body returns the body of the PATCH: the fields that the change names, and all providers if it touches one of them.
func (w *oauth2Patch) body(now link.OAuth2State) (any, error) {
	oauth2 := map[string]any{}
	for _, a := range link.OAuth2Attrs() {
		if w.ch.Changed(a.Key) {
			rest.SetKey(oauth2, a.Key, a.Plain(&w.after.OAuth2))
		}
	}
	if w.in.touches() {
		list, err := w.providers(now)
		if err != nil {
			return nil, err
		}
		oauth2["providers"] = list
	}
	if len(oauth2) == 0 {
		return nil, rest.Bug(say.Of("The change of %s names no field.", w.ch.Object))
	}
	return map[string]any{"oauth2": oauth2}, nil
}

func (w *oauth2Patch) providers(now link.OAuth2State) ([]json.RawMessage, error) {
	list, needed := w.in.build(now.Providers, w.c.Release())
	if len(needed) > 0 {
		return nil, w.secretsNeeded(needed)
	}
	if f := w.guardUnmerged(list); f != nil {
		return nil, f
	}
	w.sent = list
	return link.Each(list, func(one element) json.RawMessage { return one.raw }), nil
}

// guardUnmerged prevents 0.40.0 from dropping the secrets of other providers, because it stores each element exactly as
// sent. It refuses elements without a secret while OAuth2 is on, but saves them while it is off.
func (w *oauth2Patch) guardUnmerged(list []element) *report.Fault {
	others := unwritten(list)
	r := w.c.Release()
	switch {
	case len(others) == 0:
		return nil
	case r.Exactly(rest.MergesNot):
		return upgradeFirst(others, errors.New("0.40.0 does not merge providers"))
	case r.MayBe(rest.MergesNot) && !w.want.Enabled:
		return rest.NewFault(report.FaultRefused, "pocketbase.enabled",
			say.Of("The version of this PocketBase cannot be told from 0.40.0, which drops the client secrets of "+
				"other providers (%s) when OAuth2 is off.", strings.Join(others, ", ")),
			say.Of("Turn OAuth2 on along with this change, or upgrade PocketBase to 0.40.1 or later and connect "+
				"again."),
			errors.New("may be 0.40.0, with OAuth2 off"))
	}
	return nil
}

// unwritten returns the slots that are sent as they were read.
func unwritten(list []element) []string {
	var slots []string
	for _, one := range list {
		if !one.written {
			slots = append(slots, one.slot)
		}
	}
	return slots
}

func upgradeFirst(others []string, err error) *report.Fault {
	return rest.NewFault(report.FaultRefused, "", say.Of("PocketBase 0.40.0 cannot change one provider of a "+
		"collection without the client secrets of the others (%s).", strings.Join(others, ", ")),
		say.Of("Upgrade PocketBase to 0.40.1 or later, connect again and apply again."), err)
}

// secretsNeeded returns the fault for a removal that would give one provider the secret of another.
func (w *oauth2Patch) secretsNeeded(later []string) *report.Fault {
	version := say.Of("This PocketBase")
	if v := w.c.Identity().Version; v != "" {
		version = say.Of("PocketBase %s", v)
	}
	return rest.NewFault(report.FaultRefused, "pocketbase.slot", say.Of("%s keeps client secrets by place. Without "+
		"%s the providers after it (%s) would get each other's.", version,
		strings.Join(w.in.remove, ", "), strings.Join(later, ", ")),
		say.Of("Upgrade PocketBase to 0.40.1 or later and remove it then, or remove those in the dashboard, "+
			"the last one first, and enter them again afterwards."), errors.New("removing a provider that is not "+
			"the last one"))
}

// confirm reads back by list and compares with the expected state.
func (w *oauth2Patch) confirm(ctx context.Context) error {
	now, err := w.c.current(ctx, &w.before)
	if err != nil {
		return err
	}
	for _, a := range link.OAuth2Attrs() {
		if field := a.Answer(&w.want); a.Claim != "" && field != "" && a.Answer(&now.OAuth2) == "" {
			return rest.NewFault(report.FaultRefused, a.Spec, say.Of("PocketBase did not keep “%s” as the field "+
				"mapped to %s: the collection %s has no such field.", field, a.Called().Text(), now.Name),
				say.Of("Everything else was saved. Choose one of its fields, or none."),
				errors.New("a mapped field was dropped"))
		}
	}
	if diff := rest.Differences(w.want, now.OAuth2); len(diff) > 0 {
		return rest.NewFault(report.FaultRefused, "", say.Of("PocketBase saved the change, but then reads back "+
			"otherwise: %s.", say.List(diff...)),
			say.Of("A hook of the app, or somebody else, changed it again. Look at the collection %s in the "+
				"dashboard.", now.Name), errors.New("what was read back differs"))
	}
	return nil
}
