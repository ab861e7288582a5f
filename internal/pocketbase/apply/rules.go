package apply

import (
	"context"
	"errors"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// rulesPatch writes the rules of an auth collection, or its own ways to sign in.
type rulesPatch struct {
	c             *Writer
	ch            link.Change
	before, after link.CollectionState
}

func (w *rulesPatch) name() say.Text {
	if w.ch.Kind == link.KindMethods {
		return say.Of("the sign-in methods of the collection %s", w.before.Name)
	}
	return say.Of("the rules of the collection %s", w.before.Name)
}

func (*rulesPatch) doubtful() bool { return false }

// rules returns the rules or sign-in methods that the change names.
func (w *rulesPatch) rules() []*link.Attr[*link.PocketBase, *link.CollectionState] {
	return slices.DeleteFunc(link.FlatAttrs(w.ch.Kind),
		func(a *link.Attr[*link.PocketBase, *link.CollectionState]) bool {
			return !w.ch.Changed(a.Key)
		})
}

func (w *rulesPatch) prepare(ctx context.Context, _ bool) (*rest.Call, error) {
	now, err := w.c.current(ctx, &w.before)
	if err != nil {
		return nil, err
	}
	body := map[string]any{}
	for _, r := range w.rules() {
		if r.Same(now, &w.after) {
			continue
		}
		if now.Updated != w.before.Updated && !r.Same(now, &w.before) {
			return nil, stale(say.Of("the %s of the collection %s", r.Words(), now.Name))
		}
		rest.SetKey(body, r.Key, r.Plain(&w.after))
	}
	if len(body) == 0 {
		return nil, nil
	}
	return &rest.Call{Path: "/api/collections/" + now.ID, Body: body}, nil
}

func (w *rulesPatch) confirm(ctx context.Context) error {
	now, err := w.c.current(ctx, &w.before)
	if err != nil {
		return err
	}
	for _, r := range w.rules() {
		if !r.Same(now, &w.after) {
			return rest.NewFault(report.FaultRefused, r.Spec, say.Of("PocketBase saved the %s of %s, but then reads "+
				"back another one.", r.Words(), now.Name),
				say.Of("A hook of the app sets it. Change it where that app is configured."),
				errors.New("what was read back differs"))
		}
	}
	return nil
}

func (w *rulesPatch) refused(a rest.Answer) *report.Fault {
	return w.c.refusedCollection(a, w.name(), nil)
}
