package link

import (
	"strconv"
	"strings"
)

// CheckID names a check.
type CheckID string

// The checks.
const (
	CheckAuthentikDiscovery    CheckID = "authentik.discovery"
	CheckAuthentikIssuer       CheckID = "authentik.issuer"
	CheckAuthentikJWKS         CheckID = "authentik.jwks"
	CheckAuthentikRedirect     CheckID = "authentik.redirect"
	CheckAuthentikClient       CheckID = "authentik.client"
	CheckAuthentikScopes       CheckID = "authentik.scopes"
	CheckAuthentikGrants       CheckID = "authentik.grants"
	CheckAuthentikEmail        CheckID = "authentik.email"
	CheckAuthentikAccess       CheckID = "authentik.access"
	CheckAuthentikEndpoints    CheckID = "authentik.endpoints"
	CheckAuthentikBindings     CheckID = "authentik.bindings"
	CheckAuthentikSettings     CheckID = "authentik.settings"
	CheckPocketBaseAuthMethods CheckID = "pocketbase.auth-methods"
	CheckPocketBaseClientID    CheckID = "pocketbase.client-id"
	CheckPocketBaseAuthURL     CheckID = "pocketbase.auth-url"
	CheckPocketBaseDisplayName CheckID = "pocketbase.display-name"
	CheckPocketBasePKCE        CheckID = "pocketbase.pkce"
	CheckPocketBaseSettings    CheckID = "pocketbase.settings"
	CheckPocketBaseRules       CheckID = "pocketbase.rules"
	CheckPocketBaseCollection  CheckID = "pocketbase.collection"
	CheckPocketBaseRealtime    CheckID = "pocketbase.realtime"
	CheckPocketBaseProbe       CheckID = "pocketbase.probe"

	CheckAddresses  CheckID = "addresses"
	CheckClock      CheckID = "clock"
	CheckPrediction CheckID = "prediction"
	// CheckSignIn stands for the test sign-in among the checks of a cause.
	CheckSignIn CheckID = "sign-in"
)

// Of reports whether the check asks this system alone.
func (id CheckID) Of(s System) bool { return strings.HasPrefix(string(id), string(s)+".") }

// Nth returns the id of the nth check of a kind that is made more than once,
// counted from 1.
func (id CheckID) Nth(n int) CheckID { return id + CheckID("."+strconv.Itoa(n)) }

// Is reports whether the check is of a kind: the kind's only one or one of
// several.
func (id CheckID) Is(kind CheckID) bool {
	return id == kind || strings.HasPrefix(string(id), string(kind)+".")
}
