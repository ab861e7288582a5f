package pocketbase

import (
	"context"
	"errors"

	"authpocket/internal/link"
)

// rulesWriter writes createRule and authRule of an auth collection.
type rulesWriter struct {
	c             *Client
	ch            link.Change
	before, after link.CollectionState
}

func (w *rulesWriter) name() string { return "the rules of the collection " + w.before.Name }

func (*rulesWriter) doubtful() bool { return false }

// rule is one of the rules that the change names.
type rule struct {
	key, label         string
	before, now, after *string
}

func (w *rulesWriter) rules(now link.CollectionState) []rule {
	var list []rule
	for _, r := range []rule{
		{"createRule", "the create rule", w.before.CreateRule, now.CreateRule, w.after.CreateRule},
		{"authRule", "the auth rule", w.before.AuthRule, now.AuthRule, w.after.AuthRule},
	} {
		if w.ch.Changed(r.key) {
			list = append(list, r)
		}
	}
	return list
}

func sameRule(a, b *string) bool {
	return (a == nil) == (b == nil) && link.Value(a, "") == link.Value(b, "")
}

func (w *rulesWriter) prepare(ctx context.Context, _ bool) (*call, error) {
	now, err := w.c.collection(ctx, w.before.ID, w.before.Name)
	if err != nil {
		return nil, err
	}
	if now == nil {
		return nil, gone(w.before.Name)
	}
	body := map[string]any{}
	for _, r := range w.rules(*now) {
		if sameRule(r.now, r.after) {
			continue
		}
		if now.Updated != w.before.Updated && !sameRule(r.now, r.before) {
			return nil, stale(r.label + " of the collection " + now.Name)
		}
		body[r.key] = r.after
	}
	if len(body) == 0 {
		return nil, nil
	}
	return &call{path: "/api/collections/" + now.ID, body: body}, nil
}

func (w *rulesWriter) confirm(ctx context.Context) error {
	now, err := w.c.collection(ctx, w.before.ID, w.before.Name)
	if err != nil {
		return err
	}
	if now == nil {
		return gone(w.before.Name)
	}
	for _, r := range w.rules(*now) {
		if !sameRule(r.now, r.after) {
			return fault(link.FaultRefused, ruleField(r.key), "PocketBase saved "+r.label+" of "+now.Name+", but then reads back another one.",
				"A hook of the app sets it. Change it where that app is configured.", errors.New("what was read back differs"))
		}
	}
	return nil
}

func (w *rulesWriter) refused(a answer) *link.Fault { return w.c.refusedCollection(a, w.name(), nil) }
