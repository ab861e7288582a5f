package authentik

import (
	"strconv"

	"authpocket/internal/link"
)

// The readers below take what a link needs from authentik's objects. A
// missing key reads as the zero value.

func applicationState(o object) link.ApplicationState {
	a := link.ApplicationState{PK: o.text("pk"), ProviderKind: o.object("provider_obj").text("verbose_name")}
	readFields(link.ApplicationAttrs(), &a, o)
	return a
}

func providerState(o object) link.ProviderState {
	p := link.ProviderState{
		PK:              o.number("pk"),
		EncryptionKey:   ref(o.text("encryption_key")),
		ApplicationSlug: o.text("assigned_application_slug"),
		ApplicationName: o.text("assigned_application_name"),
	}
	readFields(link.ProviderAttrs(), &p, o)
	return p
}

func ref(id string) link.Ref { return link.Ref{ID: id} }

func refs(ids []string) []link.Ref {
	list := make([]link.Ref, len(ids))
	for i, id := range ids {
		list[i] = ref(id)
	}
	return list
}

func redirectURIs(list []object) []link.RedirectURI {
	uris := make([]link.RedirectURI, len(list))
	for i, o := range list {
		uris[i] = link.RedirectURI{
			URL:  o.text("url"),
			Mode: o.text("matching_mode"),
			Type: o.text("redirect_uri_type"),
		}
	}
	return uris
}

func flowState(o object) link.Flow {
	return link.Flow{
		Ref:         link.Ref{ID: o.text("pk"), Name: o.text("slug")},
		Title:       o.text("name"),
		Designation: o.text("designation"),
	}
}

func keyState(o object) link.Key {
	return link.Key{Ref: named(o), Type: o.text("key_type")}
}

func mappingState(o object) link.Mapping {
	m := link.Mapping{Ref: named(o), Managed: o.text("managed")}
	readFields(link.MappingAttrs(), &m, o)
	return m
}

func named(o object) link.Ref { return link.Ref{ID: o.text("pk"), Name: o.text("name")} }

func userRef(o object) link.Ref { return link.Ref{ID: o.text("pk"), Name: o.text("username")} }

func bindingState(o object) link.BindingState {
	b := link.BindingState{
		PK:          o.text("pk"),
		Application: ref(o.text("target")),
		Timeout:     o.number("timeout"),
	}
	readFields(link.BindingAttrs(), &b, o)
	if o.flag("expiring") {
		b.Expires = plain(o.text("expires"))
	}
	for _, kind := range []string{"group", "user", "policy"} {
		if id := o.text(kind); id != "" {
			b.Kind = kind
			b.Target = link.Ref{ID: id, Name: o.object(kind + "_obj").text("name")}
		}
	}
	if b.Kind == "user" {
		b.Target.Name = o.object("user_obj").text("username")
	}
	return b
}

// primaryKey reads a primary key that is a number, 0 for none.
func primaryKey(digits string) int32 {
	pk, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 0
	}
	return int32(pk)
}
