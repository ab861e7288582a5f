package authentik

import (
	"slices"

	"authpocket/internal/link"
)

// authentik's permissions that calls need, as app.codename.
const (
	permViewFlow          = "authentik_flows.view_flow"
	permViewKey           = "authentik_crypto.view_certificatekeypair"
	permAddKey            = "authentik_crypto.add_certificatekeypair"
	permDeleteKey         = "authentik_crypto.delete_certificatekeypair"
	permViewMapping       = "authentik_providers_oauth2.view_scopemapping"
	permAddMapping        = "authentik_providers_oauth2.add_scopemapping"
	permChangeMapping     = "authentik_providers_oauth2.change_scopemapping"
	permDeleteMapping     = "authentik_providers_oauth2.delete_scopemapping"
	permViewProvider      = "authentik_providers_oauth2.view_oauth2provider"
	permAddProvider       = "authentik_providers_oauth2.add_oauth2provider"
	permChangeProvider    = "authentik_providers_oauth2.change_oauth2provider"
	permDeleteProvider    = "authentik_providers_oauth2.delete_oauth2provider"
	permViewAnyProvider   = "authentik_core.view_provider"
	permViewApplication   = "authentik_core.view_application"
	permAddApplication    = "authentik_core.add_application"
	permChangeApplication = "authentik_core.change_application"
	permDeleteApplication = "authentik_core.delete_application"
	permViewGroup         = "authentik_core.view_group"
	permViewUser          = "authentik_core.view_user"
	permPreviewUser       = "authentik_core.preview_user"
	permViewPolicy        = "authentik_policies.view_policy"
	permViewBinding       = "authentik_policies.view_policybinding"
	permAddBinding        = "authentik_policies.add_policybinding"
	permChangeBinding     = "authentik_policies.change_policybinding"
	permDeleteBinding     = "authentik_policies.delete_policybinding"
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
		{permViewFlow, "list the flows to choose from"},
		{permViewKey, "list the signing keys to choose from"},
		{permViewMapping, "find the scope mappings for openid, email and profile"},
		{permViewProvider, "find the link's provider and read back what was written"},
		{permViewApplication, "find the link's application and read back what was written"},
		{permViewBinding, "see who may use the application"},
		{permViewGroup, "choose groups that may use the application"},
		{permViewUser, "choose users that may use the application, or whose sign-in to predict"},
		{permViewPolicy, "choose policies that decide who may use the application"},
		{permViewAnyProvider, "check that no provider of another type has the name"},
		{permViewSettings, "see whether people may change their own e-mail address"},
		{permAddMapping, "create the scope mapping for the e-mail decision"},
		{permChangeMapping, "update that scope mapping"},
		{permAddKey, "generate a signing key if there is none"},
		{permAddApplication, "create the application"},
		{permAddProvider, "create the provider"},
		{permAddBinding, "let groups, users and policies use the application"},
		{permChangeApplication, "change an existing application"},
		{permChangeProvider, "change an existing provider"},
		{permChangeBinding, "change an existing binding"},
		{permViewEvent, "explain a test sign-in with authentik's events"},
		{permPreviewUser, "predict the sign-in of a user other than the token's owner"},
		{permDeleteBinding, "undo: delete a binding that authpocket created"},
		{permDeleteApplication, "undo: delete an application that authpocket created"},
		{permDeleteProvider, "undo: delete a provider that authpocket created"},
		{permDeleteMapping, "undo: delete a scope mapping that authpocket created"},
	}
}

// addPermissions returns the permissions that a token can hold only for all
// objects, so its roles show whether it has them. Permissions to change or
// delete can also be granted for one object, which roles do not show.
func addPermissions() []string {
	return []string{permAddMapping, permAddKey, permAddApplication, permAddProvider, permAddBinding}
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
		return act(permViewMapping, permAddMapping, permChangeMapping, permDeleteMapping)
	case link.KindKey:
		return act(permViewKey, permAddKey, permAddKey, permDeleteKey)
	case link.KindProvider:
		return act(permViewProvider, permAddProvider, permChangeProvider, permDeleteProvider)
	case link.KindApplication:
		return act(permViewApplication, permAddApplication, permChangeApplication, permDeleteApplication)
	case link.KindBinding:
		return act(permViewBinding, permAddBinding, permChangeBinding, permDeleteBinding)
	case link.KindPair:
		return pairNeeds(ch)
	}
	return nil
}

func pairNeeds(ch link.Change) []string {
	if ch.After == nil {
		return []string{permDeleteApplication, permDeleteProvider, permViewApplication, permViewProvider}
	}
	needs := []string{permAddApplication, permAddProvider, permViewApplication, permViewProvider}
	if pair := link.As[link.PairState](ch.After); pair != nil && len(pair.Bindings) > 0 {
		needs = append(needs, permAddBinding, permViewBinding)
	}
	return needs
}

const permViewEvent = "authentik_events.view_event"
