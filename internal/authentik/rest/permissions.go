package rest

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// Permission is a permission that the token needs, with the reason.
type Permission struct {
	Codename link.Permission
	Why      say.Text
}

// Permissions returns the permissions that authpocket uses, in the order in
// which a run needs them, without those that only a proof needs.
func Permissions() []Permission {
	return []Permission{
		{link.PermViewFlow, say.Of("list the flows to choose from")},
		{link.PermViewKey, say.Of("list the signing keys to choose from")},
		{link.PermViewMapping, say.Of("find the scope mappings for openid, email and profile")},
		{link.PermViewProvider, say.Of("find the link's provider and read back what was written")},
		{link.PermViewApplication, say.Of("find the link's application and read back what was written")},
		{link.PermViewBinding, say.Of("see who may use the application")},
		{link.PermViewGroup, say.Of("choose groups that may use the application")},
		{link.PermViewUser, say.Of("choose users that may use the application, or whose sign-in to predict")},
		{link.PermViewPolicy, say.Of("choose policies that decide who may use the application")},
		{link.PermViewStageBinding, say.Of("check that the flows let people in")},
		{link.PermViewPropertyMapping, say.Of("find the scope mapping that fails for a user")},
		{link.PermViewAnyProvider, say.Of("check that no provider of another type has the name")},
		{link.PermViewSettings, say.Of("see whether people may change their own e-mail address")},
		{link.PermAddMapping, say.Of("create the scope mapping for the e-mail decision")},
		{link.PermChangeMapping, say.Of("update that scope mapping")},
		{link.PermAddKey, say.Of("generate a signing key if there is none")},
		{link.PermAddApplication, say.Of("create the application")},
		{link.PermAddProvider, say.Of("create the provider")},
		{link.PermAddBinding, say.Of("let groups, users and policies use the application")},
		{link.PermChangeApplication, say.Of("change an existing application")},
		{link.PermChangeProvider, say.Of("change an existing provider")},
		{link.PermChangeBinding, say.Of("change an existing binding")},
		{link.PermViewEvent, say.Of("explain a test sign-in with authentik's events")},
		{link.PermPreviewUser, say.Of("predict the sign-in of a user other than the token's owner")},
		{link.PermDeleteBinding, say.Of("undo: delete a binding that authpocket created")},
		{link.PermDeleteApplication, say.Of("undo: delete an application that authpocket created")},
		{link.PermDeleteProvider, say.Of("undo: delete a provider that authpocket created")},
		{link.PermDeleteMapping, say.Of("undo: delete a scope mapping that authpocket created")},
	}
}

// AddPermissions returns the permissions that a token can hold only for all
// objects, so its roles show whether it has them. Permissions to change or
// delete can also be granted for one object, which roles do not show.
func AddPermissions() []link.Permission {
	return []link.Permission{link.PermAddMapping, link.PermAddKey, link.PermAddApplication, link.PermAddProvider,
		link.PermAddBinding}
}

// ProofPermissions returns the permissions that a proof needs for all users,
// because its person does not exist yet. They are as good as a superuser's: who
// has them can set anyone's password.
func ProofPermissions() []link.Permission {
	return []link.Permission{link.PermViewUser, link.PermPreviewUser, link.PermAddUser, link.PermSetPassword,
		link.PermDeleteUser}
}

// MissingFor returns the permissions in missing that ch needs. missing comes
// from the snapshot: refused reads, and permissions to add that the token's
// roles lack. Whether the token may change or delete an existing object is
// unknown until it is tried.
func MissingFor(ch link.Change, missing []link.Permission) []link.Permission {
	var lacking []link.Permission
	for _, perm := range needsOf(ch) {
		if slices.Contains(missing, perm) {
			lacking = append(lacking, perm)
		}
	}
	return lacking
}

// needsOf returns the permissions to write ch and read it back.
func needsOf(ch link.Change) []link.Permission {
	may := RightsOn(ch.Kind)
	switch {
	case ch.Kind == link.KindPair:
		return pairNeeds(ch)
	case may.View == "" || ch.System != link.Authentik:
		return nil
	case ch.Before == nil:
		return []link.Permission{may.Add, may.View}
	case ch.After == nil:
		return []link.Permission{may.Delete, may.View}
	}
	return []link.Permission{may.Change, may.View}
}

// Rights are the permissions on objects of one kind.
type Rights struct{ View, Add, Change, Delete link.Permission }

// RightsOn returns the permissions on a kind of authentik's objects. Keys are never changed.
func RightsOn(kind link.Kind) Rights {
	return map[link.Kind]Rights{
		link.KindMapping: {link.PermViewMapping, link.PermAddMapping, link.PermChangeMapping, link.PermDeleteMapping},
		link.KindKey:     {link.PermViewKey, link.PermAddKey, link.PermAddKey, link.PermDeleteKey},
		link.KindProvider: {link.PermViewProvider, link.PermAddProvider, link.PermChangeProvider,
			link.PermDeleteProvider},
		link.KindApplication: {link.PermViewApplication, link.PermAddApplication, link.PermChangeApplication,
			link.PermDeleteApplication},
		link.KindBinding: {link.PermViewBinding, link.PermAddBinding, link.PermChangeBinding, link.PermDeleteBinding},
		link.KindPerson:  {View: link.PermViewUser, Add: link.PermAddUser, Delete: link.PermDeleteUser},
	}[kind]
}

func pairNeeds(ch link.Change) []link.Permission {
	if ch.After == nil {
		return []link.Permission{link.PermDeleteApplication, link.PermDeleteProvider, link.PermViewApplication,
			link.PermViewProvider}
	}
	needs := []link.Permission{link.PermAddApplication, link.PermAddProvider, link.PermViewApplication,
		link.PermViewProvider}
	if pair := link.As[link.PairState](ch.After); pair != nil && len(pair.Bindings) > 0 {
		needs = append(needs, link.PermAddBinding, link.PermViewBinding)
	}
	return needs
}
