package authentik

import (
	"strconv"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// The readers below take what a link needs from authentik's objects. A
// missing key reads as the zero value.

func applicationState(o object) link.ApplicationState {
	provider := o.object("provider_obj")
	return link.ApplicationState{
		PK:               o.text("pk"),
		Slug:             o.text("slug"),
		Name:             o.text("name"),
		Group:            o.text("group"),
		PolicyEngineMode: o.text("policy_engine_mode"),
		LaunchURL:        o.text("meta_launch_url"),
		Icon:             o.text("meta_icon"),
		Publisher:        o.text("meta_publisher"),
		Description:      o.text("meta_description"),
		OpenInNewTab:     o.flag("open_in_new_tab"),
		Hide:             o.flag("meta_hide"),
		Provider:         o.number("provider"),
		ProviderName:     provider.text("name"),
		ProviderKind:     provider.text("verbose_name"),
	}
}

func providerState(o object) link.ProviderState {
	return link.ProviderState{
		PK:                    o.number("pk"),
		Name:                  o.text("name"),
		AuthorizationFlow:     ref(o.text("authorization_flow")),
		InvalidationFlow:      ref(o.text("invalidation_flow")),
		AuthenticationFlow:    ref(o.text("authentication_flow")),
		ClientType:            o.text("client_type"),
		ClientID:              o.text("client_id"),
		ClientSecret:          secret.New(o.text("client_secret")),
		RedirectURIs:          redirectURIs(o.objects("redirect_uris")),
		SigningKey:            ref(o.text("signing_key")),
		EncryptionKey:         ref(o.text("encryption_key")),
		AccessCodeValidity:    o.text("access_code_validity"),
		AccessTokenValidity:   o.text("access_token_validity"),
		RefreshTokenValidity:  o.text("refresh_token_validity"),
		RefreshTokenThreshold: o.text("refresh_token_threshold"),
		SubjectMode:           o.text("sub_mode"),
		IssuerMode:            o.text("issuer_mode"),
		IncludeClaims:         o.flag("include_claims_in_id_token"),
		GrantTypes:            o.texts("grant_types"),
		Mappings:              refs(o.texts("property_mappings")),
		ApplicationSlug:       o.text("assigned_application_slug"),
		ApplicationName:       o.text("assigned_application_name"),
	}
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
	return link.Mapping{
		Ref:         named(o),
		Managed:     o.text("managed"),
		Scope:       o.text("scope_name"),
		Description: o.text("description"),
		Expression:  o.text("expression"),
	}
}

func named(o object) link.Ref { return link.Ref{ID: o.text("pk"), Name: o.text("name")} }

func userRef(o object) link.Ref { return link.Ref{ID: o.text("pk"), Name: o.text("username")} }

func bindingState(o object) link.BindingState {
	b := link.BindingState{
		PK:          o.text("pk"),
		Application: ref(o.text("target")),
		Order:       o.number("order"),
		Timeout:     o.number("timeout"),
		Negate:      o.flag("negate"),
		Enabled:     o.flag("enabled"),
	}
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
