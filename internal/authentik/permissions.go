package authentik

import (
	"slices"

	"authpocket/internal/link"
)

// The permissions of authentik that calls need, as app.codename.
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

// Permission is one permission that the token needs, and what for.
type Permission struct {
	Codename string // "authentik_core.view_application"
	Why      string
}

// Permissions are all that a token needs for the whole of authpocket, in the
// order in which a run comes to need them.
func Permissions() []Permission {
	return []Permission{
		{permViewFlow, "list the flows to choose from"},
		{permViewKey, "list the signing keys to choose from"},
		{permViewMapping, "find the scope mappings for openid, email and profile"},
		{permViewProvider, "find the link's provider and read back what was written"},
		{permViewApplication, "find the link's application and read back what was written"},
		{permViewBinding, "see who may use the application"},
		{permViewGroup, "choose groups that may use the application"},
		{permViewUser, "choose users that may use the application, and whose sign-in to predict"},
		{permViewPolicy, "choose policies that decide who may use the application"},
		{permViewAnyProvider, "see that no provider of another kind has the provider's name"},
		{permViewSettings, "see whether people may change their own e-mail address"},
		{permAddMapping, "create the scope mapping that carries out the e-mail decision"},
		{permChangeMapping, "put that scope mapping right"},
		{permAddKey, "generate a signing key where there is none"},
		{permAddApplication, "create the application"},
		{permAddProvider, "create the provider"},
		{permAddBinding, "let groups, users and policies use the application"},
		{permChangeApplication, "change an application that is there already"},
		{permChangeProvider, "change a provider that is there already"},
		{permChangeBinding, "change a binding that is there already"},
		{permViewEvent, "explain a test sign-in by what authentik noted of it"},
		{permPreviewUser, "predict the sign-in of a person other than the token's own account"},
		{permDeleteBinding, "undo: remove a binding that was made"},
		{permDeleteApplication, "undo: remove an application that was made"},
		{permDeleteProvider, "undo: remove a provider that was made"},
		{permDeleteMapping, "undo: remove a scope mapping that was made"},
	}
}

// addPermissions must be held for all objects, not for single ones, so that
// the roles of a token tell whether it holds them. Permissions to change or
// delete can also be given for one object, which roles do not show.
func addPermissions() []string {
	return []string{permAddMapping, permAddKey, permAddApplication, permAddProvider, permAddBinding}
}

// MissingFor returns those of missing that ch needs. missing is the
// snapshot's: the refused reads, and the permissions to add that the token's
// roles are known to lack. Whether the token may change or delete what is
// there cannot be known before it is tried.
func MissingFor(ch link.Change, missing []string) []string {
	var lacking []string
	for _, perm := range needsOf(ch) {
		if slices.Contains(missing, perm) {
			lacking = append(lacking, perm)
		}
	}
	return lacking
}

// needsOf are the permissions for writing ch and reading it back.
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
