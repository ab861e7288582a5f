package main

import (
	"slices"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// check is what the page of checks says about one.
type check struct {
	id   report.CheckID
	what string
}

// checks returns the checks in the order in which verify prints them.
func checks() []check {
	return []check{
		{report.CheckLink, "There is a link. The only check if there is none"},
		{report.CheckAuthentikDiscovery, "authentik answers at its public address with the OpenID configuration of " +
			"the application"},
		{report.CheckAuthentikIssuer, "The OpenID configuration names the issuer that is expected at that address"},
		{report.CheckAuthentikJWKS, "authentik signs with an RSA or EC key"},
		{report.CheckAuthentikRedirect, "authentik's authorize endpoint accepts the redirect URI; one check for each " +
			"public address"},
		{report.CheckAuthentikClient, "authentik's revocation endpoint accepts the client ID and secret"},
		{report.CheckAuthentikScopes, "The provider has scope mappings for openid, email and profile"},
		{report.CheckAuthentikGrants, "The provider has the grant type authorization code"},
		{report.CheckAuthentikValidity, "Codes and tokens are valid long enough for PocketBase to use them"},
		{report.CheckAuthentikFlows, "The flows of provider and brand let people in"},
		{report.CheckAuthentikPerson, "The account can sign in to authentik"},
		{report.CheckAuthentikAccess, "authentik lets the person use the application"},
		{report.CheckAuthentikClaims, "authentik's preview of the person's claims has only what PocketBase can read"},
		{report.CheckAuthentikEmail, "The person's address counts as verified or not, as the e-mail decision says"},
		{report.CheckAuthentikEndpoints, "The addresses in PocketBase are those of authentik's OpenID configuration"},
		{report.CheckAuthentikBindings, "The application's bindings are those of the link"},
		{report.CheckAuthentikSettings, "Application, provider and scope mapping have the settings of the link"},
		{report.CheckPocketBaseAuthMethods, "PocketBase offers the slot to guests"},
		{report.CheckPocketBaseClientID, "Guests are sent to authentik with the provider's client ID"},
		{report.CheckPocketBaseAuthURL, "Guests are sent to authentik's authorize endpoint"},
		{report.CheckPocketBaseDisplayName, "Guests are shown the name of the button"},
		{report.CheckPocketBasePKCE, "Guests are sent with a code challenge, or without one, as set"},
		{report.CheckPocketBaseSettings, "The slot and the mapped fields are those of the link. The client secret " +
			"cannot be read"},
		{report.CheckPocketBaseRules, "The collection's rules, fields and second factor let a new person in"},
		{report.CheckAddresses, "All addresses that browsers use are https, or of this machine"},
		{report.CheckClock, "The clocks of authentik, PocketBase and this machine agree"},
		{report.CheckPocketBaseRealtime, "The first event of PocketBase's event stream arrives at once, through " +
			"its proxy"},
		{report.CheckPocketBaseCollection, "The collection's rules are the same as when the link was created"},
		{report.CheckPrediction, "What the sign-in of the person of --person would lead to"},
		{report.CheckPocketBaseProbe, "PocketBase is sent a sign-in with a wrong code: it reaches authentik, which accepts " +
			"the client and refuses the code. Left out with --quick"},
		{report.CheckSignIn, "Somebody signs in. Only with --sign-in or --sign-in-new"},
		{report.CheckPocketBaseGroups, "After that sign-in, the account's fields are those of the person's groups. Only " +
			"with pocketbase.groups"},
	}
}

// checksPage returns docs/checks.md.
func checksPage() string {
	var b strings.Builder
	b.WriteString(`# Checks

<!-- written by make generate -->

What ` + "`authpocket verify`" + ` and the wizard's page Check results measure, in their order. The IDs are those of ` +
		"`--json`" + `, of
JUnit reports and of metrics. A check that was not measured is skipped, with the reason, and never counts as passed.

“The person” is that of ` + "`--person`" + `, or else the owner of authentik's token.

| check | what it measures | causes that it finds |
|---|---|---|
`)
	for _, c := range checks() {
		row := []string{"`" + string(c.id) + "`", c.what, causesOf(c.id)}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return b.String()
}

// causesOf returns links to the causes that a check finds.
func causesOf(id report.CheckID) string {
	var links []string
	for _, cause := range signin.Causes() {
		if slices.Contains(cause.Checks, id) {
			links = append(links, "["+string(cause.ID)+"](troubleshooting.md#"+string(cause.ID)+")")
		}
	}
	if id == report.CheckSignIn {
		return "[nearly all](troubleshooting.md)"
	}
	return strings.Join(links, ", ")
}
