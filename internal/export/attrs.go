package export

import (
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// The fields of objects, as the tables of link have them. What every language
// writes alike stands here.

// visit goes through the fields of an object.
func visit[W, S any](table []link.Attr[W, S], o S, by func(link.Meta) link.Cells) {
	for _, a := range table {
		a.Visit(&o, by(a.Meta))
	}
}

// ownWay has the fields that an export writes in a way of its own, after
// looking things up or beside other fields.
type ownWay struct{}

func (ownWay) Secret(*secret.Text)           {}
func (ownWay) Ref(*link.Ref)                 {}
func (ownWay) Refs(*[]link.Ref)              {}
func (ownWay) Texts(*[]string)               {}
func (ownWay) Redirects(*[]link.RedirectURI) {}
func (ownWay) Assigned(*int, *string)        {}

// features are those of the authentik that the plan was made for, as far as
// it shows.
func features(p link.Plan) link.Features {
	return link.Features{GrantTypes: modern(p), MetaHide: modern(p), RedirectURI: modern(p)}
}

// changedOf are the fields of one of PocketBase's objects that a change names,
// as JSON.
func changedOf[W, S any](c link.Change, table []link.Attr[W, S], o *S) object {
	var to object
	for _, a := range table {
		if a.Held() && c.Changed(a.Key) {
			to.put(a.Key, a.Plain(o))
		}
	}
	return to
}

// put adds a value under a key, or under one below another: "extra.issuers".
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

// at is what the object has under a key, nil for nothing.
func (o object) at(key string) any {
	for _, m := range o {
		if m.key == key {
			return m.value
		}
	}
	return nil
}
