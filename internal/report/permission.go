package report

// Permission is a permission of authentik's, by its code name.
type Permission string

// The permissions that authpocket uses.
const (
	PermViewFlow          Permission = "authentik_flows.view_flow"
	PermViewStageBinding  Permission = "authentik_flows.view_flowstagebinding"
	PermViewKey           Permission = "authentik_crypto.view_certificatekeypair"
	PermAddKey            Permission = "authentik_crypto.add_certificatekeypair"
	PermDeleteKey         Permission = "authentik_crypto.delete_certificatekeypair"
	PermViewMapping       Permission = "authentik_providers_oauth2.view_scopemapping"
	PermAddMapping        Permission = "authentik_providers_oauth2.add_scopemapping"
	PermChangeMapping     Permission = "authentik_providers_oauth2.change_scopemapping"
	PermDeleteMapping     Permission = "authentik_providers_oauth2.delete_scopemapping"
	PermViewProvider      Permission = "authentik_providers_oauth2.view_oauth2provider"
	PermAddProvider       Permission = "authentik_providers_oauth2.add_oauth2provider"
	PermChangeProvider    Permission = "authentik_providers_oauth2.change_oauth2provider"
	PermDeleteProvider    Permission = "authentik_providers_oauth2.delete_oauth2provider"
	PermViewAnyProvider   Permission = "authentik_core.view_provider"
	PermViewApplication   Permission = "authentik_core.view_application"
	PermAddApplication    Permission = "authentik_core.add_application"
	PermChangeApplication Permission = "authentik_core.change_application"
	PermDeleteApplication Permission = "authentik_core.delete_application"
	// PermViewPropertyMapping is needed to test a scope mapping for a user.
	PermViewPropertyMapping Permission = "authentik_core.view_propertymapping"
	PermViewGroup           Permission = "authentik_core.view_group"
	PermViewUser            Permission = "authentik_core.view_user"
	PermAddUser             Permission = "authentik_core.add_user"
	PermDeleteUser          Permission = "authentik_core.delete_user"
	PermSetPassword         Permission = "authentik_core.reset_user_password" // #nosec G101 -- a name
	PermPreviewUser         Permission = "authentik_core.preview_user"
	PermViewPolicy          Permission = "authentik_policies.view_policy"
	PermViewBinding         Permission = "authentik_policies.view_policybinding"
	PermAddBinding          Permission = "authentik_policies.add_policybinding"
	PermChangeBinding       Permission = "authentik_policies.change_policybinding"
	PermDeleteBinding       Permission = "authentik_policies.delete_policybinding"
	PermViewSettings        Permission = "authentik_rbac.view_system_settings"
	PermViewEvent           Permission = "authentik_events.view_event"
)
