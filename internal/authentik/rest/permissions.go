package rest

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Permission is a permission that the token needs, with the reason.
type Permission struct {
	Codename report.Permission
	Why      say.Text
}

// Permissions returns the permissions that authpocket uses, in the order in
// which a run needs them, without those that only a proof needs.
func Permissions() []Permission {
	return []Permission{
		{report.PermViewFlow, say.Of("list the flows to choose from")},
		{report.PermViewKey, say.Of("list the signing keys to choose from")},
		{report.PermViewMapping, say.Of("find the scope mappings for openid, email and profile")},
		{report.PermViewProvider, say.Of("find the link's provider and read back what was written")},
		{report.PermViewApplication, say.Of("find the link's application and read back what was written")},
		{report.PermViewBinding, say.Of("see who may use the application")},
		{report.PermViewGroup, say.Of("choose groups that may use the application, and see who left")},
		{report.PermViewUser, say.Of("choose users that may use the application, whose sign-in to predict, or who left")},
		{report.PermViewPolicy, say.Of("choose policies that decide who may use the application")},
		{report.PermViewStageBinding, say.Of("check that the flows let people in")},
		{report.PermViewPropertyMapping, say.Of("find the scope mapping that fails for a user")},
		{report.PermViewAnyProvider, say.Of("check that no provider of another type has the name")},
		{report.PermViewSettings, say.Of("see whether people may change their own e-mail address")},
		{report.PermAddMapping, say.Of("create the scope mappings for the e-mail decision and the groups claim")},
		{report.PermChangeMapping, say.Of("update those scope mappings")},
		{report.PermAddKey, say.Of("generate a signing key if there is none")},
		{report.PermAddApplication, say.Of("create the application")},
		{report.PermAddProvider, say.Of("create the provider")},
		{report.PermAddBinding, say.Of("let groups, users and policies use the application")},
		{report.PermChangeApplication, say.Of("change an existing application")},
		{report.PermChangeProvider, say.Of("change an existing provider")},
		{report.PermChangeBinding, say.Of("change an existing binding")},
		{report.PermViewEvent, say.Of("explain a test sign-in with authentik's events")},
		{report.PermPreviewUser, say.Of("predict the sign-in of a user other than the token's owner")},
		{report.PermDeleteBinding, say.Of("undo: delete a binding that authpocket created")},
		{report.PermDeleteApplication, say.Of("undo: delete an application that authpocket created")},
		{report.PermDeleteProvider, say.Of("undo: delete a provider that authpocket created")},
		{report.PermDeleteMapping, say.Of("undo: delete a scope mapping that authpocket created")},
	}
}

// AddPermissions returns the permissions that a token can hold only for all
// objects, so its roles show whether it has them. Permissions to change or
// delete can also be granted for one object, which roles do not show.
func AddPermissions() []report.Permission {
	return []report.Permission{report.PermAddMapping, report.PermAddKey, report.PermAddApplication,
		report.PermAddProvider,
		report.PermAddBinding}
}

// ProofPermissions returns the permissions that a proof needs for all users,
// because its person does not exist yet. They are as good as a superuser's: who
// has them can set anyone's password.
func ProofPermissions() []report.Permission {
	return append(OnlyForProofs(), report.PermViewUser, report.PermPreviewUser)
}

// OnlyForProofs returns those of ProofPermissions that Permissions lacks.
func OnlyForProofs() []report.Permission {
	return []report.Permission{report.PermAddUser, report.PermSetPassword, report.PermDeleteUser}
}

// PeoplePermissions returns the permissions that are needed for all objects to say who left: with less, somebody who
// is not seen would count as gone.
func PeoplePermissions() []report.Permission {
	return []report.Permission{report.PermViewUser, report.PermViewBinding, report.PermViewGroup}
}

// MissingFor returns the permissions in missing that ch needs. missing comes
// from the snapshot: refused reads, and permissions to add that the token's
// roles lack. Whether the token may change or delete an existing object is
// unknown until it is tried.
func MissingFor(ch *link.Change, missing []report.Permission) []report.Permission {
	var lacking []report.Permission
	for _, perm := range needsOf(ch) {
		if slices.Contains(missing, perm) {
			lacking = append(lacking, perm)
		}
	}
	return lacking
}

// needsOf returns the permissions to write ch and read it back.
func needsOf(ch *link.Change) []report.Permission {
	may := RightsOn(ch.Kind)
	switch {
	case ch.Kind == link.KindPair:
		return pairNeeds(ch)
	case may.View == "" || ch.System != report.Authentik:
		return nil
	case ch.Before == nil:
		return []report.Permission{may.Add, may.View}
	case ch.After == nil:
		return []report.Permission{may.Delete, may.View}
	}
	return []report.Permission{may.Change, may.View}
}

// Rights are the permissions on objects of one kind.
type Rights struct{ View, Add, Change, Delete report.Permission }

// RightsOn returns the permissions on a kind of authentik's objects. Keys are never changed.
func RightsOn(kind link.Kind) Rights {
	return map[link.Kind]Rights{
		link.KindMapping: {report.PermViewMapping, report.PermAddMapping, report.PermChangeMapping,
			report.PermDeleteMapping},
		link.KindKey: {report.PermViewKey, report.PermAddKey, report.PermAddKey, report.PermDeleteKey},
		link.KindProvider: {report.PermViewProvider, report.PermAddProvider, report.PermChangeProvider,
			report.PermDeleteProvider},
		link.KindApplication: {report.PermViewApplication, report.PermAddApplication, report.PermChangeApplication,
			report.PermDeleteApplication},
		link.KindBinding: {report.PermViewBinding, report.PermAddBinding, report.PermChangeBinding,
			report.PermDeleteBinding},
		link.KindPerson: {View: report.PermViewUser, Add: report.PermAddUser, Delete: report.PermDeleteUser},
	}[kind]
}

func pairNeeds(ch *link.Change) []report.Permission {
	if ch.After == nil {
		return []report.Permission{report.PermDeleteApplication, report.PermDeleteProvider, report.PermViewApplication,
			report.PermViewProvider}
	}
	needs := []report.Permission{report.PermAddApplication, report.PermAddProvider, report.PermViewApplication,
		report.PermViewProvider}
	if pair := link.As[link.PairState](ch.After); pair != nil && len(pair.Bindings) > 0 {
		needs = append(needs, report.PermAddBinding, report.PermViewBinding)
	}
	return needs
}
