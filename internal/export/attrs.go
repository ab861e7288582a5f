package export

import (
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// This file holds what all formats share: walking the fields of an object by the
// attribute tables of package link.

// visit calls by for the fields of an object.
func visit[W, S any](table []*link.Attr[W, S], o S, by func(*link.Meta) link.Cells) {
	for _, a := range table {
		a.Visit(o, by(a.Meta))
	}
}

// ownWay ignores the fields that each format writes itself.
type ownWay struct{}

func (ownWay) Secret(*secret.Text)           {}
func (ownWay) Ref(*link.Ref)                 {}
func (ownWay) Refs(*[]link.Ref)              {}
func (ownWay) Texts(*[]string)               {}
func (ownWay) Redirects(*[]link.RedirectURI) {}
func (ownWay) Assigned(*int, *string)        {}

// features returns the features of the plan's authentik, as far as the plan
// shows them.
func features(p *link.Plan) link.Features {
	return link.Features{GrantTypes: modern(p), MetaHide: modern(p), RedirectURI: modern(p)}
}

// changedOf returns the fields of a PocketBase object that a change names, as
// JSON.
func changedOf[W, S any](c link.Change, table []*link.Attr[W, S], o S) object {
	var to object
	for _, a := range table {
		if a.Held() && c.Changed(a.Key) {
			to.put(a.Key, a.Plain(o))
		}
	}
	return to
}

// put adds a value under a key or a path of keys, such as "extra.issuers".
func (o *object) put(path string, value any) {
	key, inner, deeper := strings.Cut(path, ".")
	if !deeper {
		o.add(key, value)
		return
	}
	for i := range *o {
		if below, ok := (*o)[i].value.(object); ok && (*o)[i].key == key {
			below.put(inner, value)
			(*o)[i].value = below
			return
		}
	}
	o.add(key, object{{inner, value}})
}

// at returns the value of a key, or nil.
func (o object) at(key string) any {
	for _, m := range o {
		if m.key == key {
			return m.value
		}
	}
	return nil
}
