package rest

import (
	"slices"

	"authpocket/internal/link"
)

// The permissions that calls need, as app.codename.
const (
	PermViewFlow          = "authentik_flows.view_flow"
	PermViewKey           = "authentik_crypto.view_certificatekeypair"
	PermAddKey            = "authentik_crypto.add_certificatekeypair"
	PermDeleteKey         = "authentik_crypto.delete_certificatekeypair"
	PermViewMapping       = "authentik_providers_oauth2.view_scopemapping"
	PermAddMapping        = "authentik_providers_oauth2.add_scopemapping"
	PermChangeMapping     = "authentik_providers_oauth2.change_scopemapping"
	PermDeleteMapping     = "authentik_providers_oauth2.delete_scopemapping"
	PermViewProvider      = "authentik_providers_oauth2.view_oauth2provider"
	PermAddProvider       = "authentik_providers_oauth2.add_oauth2provider"
	PermChangeProvider    = "authentik_providers_oauth2.change_oauth2provider"
	PermDeleteProvider    = "authentik_providers_oauth2.delete_oauth2provider"
	permViewAnyProvider   = "authentik_core.view_provider"
	PermViewApplication   = "authentik_core.view_application"
	PermAddApplication    = "authentik_core.add_application"
	PermChangeApplication = "authentik_core.change_application"
	PermDeleteApplication = "authentik_core.delete_application"
	permViewGroup         = "authentik_core.view_group"
	permViewUser          = "authentik_core.view_user"
	PermPreviewUser       = "authentik_core.preview_user"
	permViewPolicy        = "authentik_policies.view_policy"
	PermViewBinding       = "authentik_policies.view_policybinding"
	PermAddBinding        = "authentik_policies.add_policybinding"
	PermChangeBinding     = "authentik_policies.change_policybinding"
	PermDeleteBinding     = "authentik_policies.delete_policybinding"
	permViewSettings      = "authentik_rbac.view_system_settings"
)

// Permission is a permission that the token needs, with the reason.
type Permission struct {
	Codename string // "authentik_core.view_application"
	Why      string
}

// Permissions returns all permissions that authpocket uses, in the order in
// which a run needs them.
func Permissions() []Permission {
	return []Permission{
		{PermViewFlow, "list the flows to choose from"},
		{PermViewKey, "list the signing keys to choose from"},
		{PermViewMapping, "find the scope mappings for openid, email and profile"},
		{PermViewProvider, "find the link's provider and read back what was written"},
		{PermViewApplication, "find the link's application and read back what was written"},
		{PermViewBinding, "see who may use the application"},
		{permViewGroup, "choose groups that may use the application"},
		{permViewUser, "choose users that may use the application, or whose sign-in to predict"},
		{permViewPolicy, "choose policies that decide who may use the application"},
		{permViewAnyProvider, "check that no provider of another type has the name"},
		{permViewSettings, "see whether people may change their own e-mail address"},
		{PermAddMapping, "create the scope mapping for the e-mail decision"},
		{PermChangeMapping, "update that scope mapping"},
		{PermAddKey, "generate a signing key if there is none"},
		{PermAddApplication, "create the application"},
		{PermAddProvider, "create the provider"},
		{PermAddBinding, "let groups, users and policies use the application"},
		{PermChangeApplication, "change an existing application"},
		{PermChangeProvider, "change an existing provider"},
		{PermChangeBinding, "change an existing binding"},
		{PermViewEvent, "explain a test sign-in with authentik's events"},
		{PermPreviewUser, "predict the sign-in of a user other than the token's owner"},
		{PermDeleteBinding, "undo: delete a binding that authpocket created"},
		{PermDeleteApplication, "undo: delete an application that authpocket created"},
		{PermDeleteProvider, "undo: delete a provider that authpocket created"},
		{PermDeleteMapping, "undo: delete a scope mapping that authpocket created"},
	}
}

// AddPermissions returns the permissions that a token can hold only for all
// objects, so its roles show whether it has them. Permissions to change or
// delete can also be granted for one object, which roles do not show.
func AddPermissions() []string {
	return []string{PermAddMapping, PermAddKey, PermAddApplication, PermAddProvider, PermAddBinding}
}

// MissingFor returns the permissions in missing that ch needs. missing comes
// from the snapshot: refused reads, and permissions to add that the token's
// roles lack. Whether the token may change or delete an existing object is
// unknown until it is tried.
func MissingFor(ch link.Change, missing []string) []string {
	var lacking []string
	for _, perm := range needsOf(ch) {
		if slices.Contains(missing, perm) {
			lacking = append(lacking, perm)
		}
	}
	return lacking
}

// needsOf returns the permissions to write ch and read it back.
func needsOf(ch link.Change) []string {
	if ch.System != link.Authentik {
		return nil
	}
	act := func(view, add, change, remove string) []string {
		switch {
		case ch.Before == nil:
			return []string{add, view}
		case ch.After == nil:
			return []string{remove, view}
		}
		return []string{change, view}
	}
	switch ch.Kind {
	case link.KindMapping:
		return act(PermViewMapping, PermAddMapping, PermChangeMapping, PermDeleteMapping)
	case link.KindKey:
		return act(PermViewKey, PermAddKey, PermAddKey, PermDeleteKey)
	case link.KindProvider:
		return act(PermViewProvider, PermAddProvider, PermChangeProvider, PermDeleteProvider)
	case link.KindApplication:
		return act(PermViewApplication, PermAddApplication, PermChangeApplication, PermDeleteApplication)
	case link.KindBinding:
		return act(PermViewBinding, PermAddBinding, PermChangeBinding, PermDeleteBinding)
	case link.KindPair:
		return pairNeeds(ch)
	}
	return nil
}

func pairNeeds(ch link.Change) []string {
	if ch.After == nil {
		return []string{PermDeleteApplication, PermDeleteProvider, PermViewApplication, PermViewProvider}
	}
	needs := []string{PermAddApplication, PermAddProvider, PermViewApplication, PermViewProvider}
	if pair := link.As[link.PairState](ch.After); pair != nil && len(pair.Bindings) > 0 {
		needs = append(needs, PermAddBinding, PermViewBinding)
	}
	return needs
}

// PermViewEvent is the permission to read authentik's event log.
const PermViewEvent = "authentik_events.view_event"
