package rest

import (
	"strconv"
	"strings"

	"authpocket/internal/link"
)

// These functions return the part of authentik's objects that a link needs. A missing key is the zero value.

// ApplicationState returns an application.
func ApplicationState(o Object) link.ApplicationState {
	a := link.ApplicationState{PK: o.Text("pk"), ProviderKind: o.Object("provider_obj").Text("verbose_name")}
	if names := link.Each(o.Objects("backchannel_providers_obj"), func(p Object) string {
		return Plain(p.Text("name"))
	}); len(names) > 0 {
		a.Other = []string{"backchannel_providers: " + strings.Join(names, ", ")}
	}
	readFields(link.ApplicationAttrs(), &a, o)
	return a
}

// ProviderState returns an OAuth2/OpenID provider.
func ProviderState(o Object) link.ProviderState { return ProviderStates([]Object{o})[0] }

// ProviderStates returns OAuth2/OpenID providers, of which there may be thousands.
func ProviderStates(list []Object) []link.ProviderState {
	table := link.ProviderAttrs()
	return link.Each(list, func(o Object) link.ProviderState {
		p := link.ProviderState{
			PK:              o.Number("pk"),
			EncryptionKey:   ref(o.Text("encryption_key")),
			Other:           otherSettings(o),
			ApplicationSlug: o.Text("assigned_application_slug"),
			ApplicationName: o.Text("assigned_application_name"),
		}
		readFields(table, &p, o)
		return p
	})
}

// otherSettings returns the settings of a provider that no link has, with their values, if they are not the defaults.
func otherSettings(o Object) (list []string) {
	for _, name := range []string{"logout_uri", "backchannel_logout_uri", "logout_method"} {
		if value := Plain(o.Text(name)); value != "" && value != "backchannel" {
			list = append(list, name+": "+value)
		}
	}
	for _, name := range []string{"jwt_federation_sources", "jwt_federation_providers"} {
		if values := o.Texts(name); len(values) > 0 {
			list = append(list, name+": "+Plain(strings.Join(values, ", ")))
		}
	}
	return list
}

func ref(id string) link.Ref { return link.Ref{ID: id} }

// RedirectURIs returns a provider's redirect URIs.
func RedirectURIs(list []Object) []link.RedirectURI {
	return link.Each(list, func(o Object) link.RedirectURI {
		return link.RedirectURI{URL: o.Text("url"), Mode: link.RedirectMode(o.Text("matching_mode")),
			Type: link.RedirectType(o.Text("redirect_uri_type"))}
	})
}

// FlowState returns a flow.
func FlowState(o Object) link.Flow {
	return link.Flow{
		Ref:         link.Ref{ID: o.Text("pk"), Name: o.Text("slug")},
		Title:       o.Text("name"),
		Designation: o.Text("designation"),
	}
}

// KeyState returns a key pair.
func KeyState(o Object) link.Key {
	return link.Key{Ref: Named(o), Type: o.Text("key_type")}
}

// MappingState returns a scope mapping.
func MappingState(o Object) link.Mapping {
	m := link.Mapping{Ref: Named(o), Managed: o.Text("managed")}
	readFields(link.MappingAttrs(), &m, o)
	return m
}

// Named returns the primary key and name of an object.
func Named(o Object) link.Ref { return link.Ref{ID: o.Text("pk"), Name: o.Text("name")} }

// UserRef returns the primary key and username of a user.
func UserRef(o Object) link.Ref { return link.Ref{ID: o.Text("pk"), Name: o.Text("username")} }

// PersonState returns the person of a proof, as far as authentik shows it.
func PersonState(o Object) link.PersonState {
	p := link.PersonState{PK: o.Number("pk"), Mark: o.Object("attributes").Text(link.MarkAttribute)}
	readFields(link.PersonAttrs(), &p, o)
	return p
}

// BindingState returns a binding.
func BindingState(o Object) link.BindingState {
	b := link.BindingState{
		PK:          o.Text("pk"),
		Application: ref(o.Text("target")),
		Timeout:     o.Number("timeout"),
	}
	readFields(link.BindingAttrs(), &b, o)
	if o.Flag("expiring") {
		b.Expires = Plain(o.Text("expires"))
	}
	for _, kind := range []string{"group", "user", "policy"} {
		if id := o.Text(kind); id != "" {
			b.Kind = kind
			b.Target = link.Ref{ID: id, Name: o.Object(kind + "_obj").Text("name")}
		}
	}
	b.Superusers = o.Object("group_obj").Flag("is_superuser")
	if b.Kind == "user" {
		b.Target.Name = o.Object("user_obj").Text("username")
	}
	return b
}

// PrimaryKey returns a numeric primary key, 0 for none.
func PrimaryKey(digits string) int {
	pk, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 0
	}
	return int(pk)
}
