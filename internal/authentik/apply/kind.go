package apply

import (
	"context"
	"net/http"
	"slices"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// kind is how objects of one kind are written. S is a pointer to an object, as in link.Attr.
type kind[W, S any] struct {
	to    *Writer
	of    link.Kind
	table []*link.Attr[W, S]
	list  string              // the path of their list
	need  func(S) rest.Need   // without the permission
	key   func(S) string      // what the path of an object ends in
	state func(rest.Object) S // the object in a response
	read  func(context.Context, S) (rest.Object, error)
	// stored judges the answer to a create, nil where only a read shows what is stored.
	stored func(rest.Object) finding
}

func (k *kind[W, S]) needing(s S, perm report.Permission) rest.Need {
	n := k.need(s)
	n.Perm = perm
	return n
}

func (k *kind[W, S]) path(s S) string { return rest.Item(k.list, k.key(s)) }

func (k *kind[W, S]) body(s S, names []string) map[string]any {
	return rest.Body(k.table, s, names, k.to.Features)
}

// names returns the fields that a create sends: those that are not empty and that this version of authentik has.
func (k *kind[W, S]) names(s S) []string { return k.there(filled(rest.FieldsOf(k.table, s))) }

// there returns the names of the fields that this version of authentik has.
func (k *kind[W, S]) there(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		a, found := link.Named(k.table, name)
		return found && !a.Has(k.to.Features)
	})
}

// known returns an error for names that the objects do not have, which would be left out silently.
func (k *kind[W, S]) known(names []string) error {
	for _, name := range names {
		if _, found := link.Named(k.table, name); !found {
			return brokenPlan("the field " + name)
		}
	}
	if len(names) == 0 {
		return brokenPlan("an update without fields")
	}
	return nil
}

// create sends a new object. look finds it by what is unique to it.
func (k *kind[W, S]) create(ctx context.Context, s S, body map[string]any, look look) error {
	return k.to.carryOut(ctx, write{
		need: k.needing(s, rest.RightsOn(k.of).Add), verb: create, kind: k.of, look: look, stored: k.stored,
		call: rest.Call{Method: http.MethodPost, Path: k.list, Body: body},
	})
}

func (k *kind[W, S]) update(ctx context.Context, before, after S, names []string) error {
	if err := k.known(names); err != nil {
		return err
	}
	now := before
	if slices.Contains(names, "slug") { // it has another path then
		now = after
	}
	return k.to.carryOut(ctx, write{
		need: k.needing(before, rest.RightsOn(k.of).Change), verb: change, kind: k.of,
		call: rest.Call{Method: http.MethodPatch, Path: k.path(before), Body: k.body(after, names)},
		look: k.look(now, after, names),
	})
}

// look compares the named fields of the current object with the wanted one.
func (k *kind[W, S]) look(now, want S, names []string) look {
	return func(ctx context.Context) (finding, error) {
		found, err := k.read(ctx, now)
		return k.compare(want, found, names), err
	}
}

func (k *kind[W, S]) delete(ctx context.Context, s S) error {
	return k.to.carryOut(ctx, write{
		need: k.needing(s, rest.RightsOn(k.of).Delete), verb: remove, kind: k.of,
		call: rest.Call{Method: http.MethodDelete, Path: k.path(s)},
		look: func(ctx context.Context) (finding, error) {
			found, err := k.read(ctx, s)
			if found == nil { // a delete wants no object
				return finding{presence: asWanted}, err
			}
			return finding{presence: different}, err
		},
	})
}

// compare compares the named fields of an object, nil for none.
func (k *kind[W, S]) compare(want S, found rest.Object, names []string) finding {
	if found == nil {
		return finding{}
	}
	differs := rest.Differing(names, rest.FieldsOf(k.table, want), rest.FieldsOf(k.table, k.state(found)), found)
	return k.found(found, seen(differs, rest.WritesSecret(names) && rest.HidesSecret(found)))
}

// found adds the object's primary key to what was found.
func (k *kind[W, S]) found(o rest.Object, f finding) finding {
	f.keys = map[link.Kind]string{k.of: o.Text("pk")}
	return f
}

// first returns the first object, nil for none.
func first(list []rest.Object) rest.Object {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}
