package link

import "slices"

// Cause is one entry of the catalogue of what makes a sign-in fail. Checks
// and sign-in tests name it by its ID; docs/troubleshooting.md is generated
// from it.
type Cause struct {
	ID      string
	Title   string // what is wrong, in one line
	Symptom string // what people see
	Why     string
	Todo    string
	Checks  []string // ids of the checks that detect it; "sign-in" for the test sign-in
	// Fixable tells that authpocket can put it right with a plan.
	Fixable bool
}

// FindCause returns the catalogue's entry with that ID.
func FindCause(id string) (Cause, bool) {
	all := Causes()
	i := slices.IndexFunc(all, func(c Cause) bool { return c.ID == id })
	if i < 0 {
		return Cause{}, false
	}
	return all[i], true
}

// Causes is the whole catalogue, in the order in which a sign-in would meet
// them.
func Causes() []Cause {
	return slices.Concat(causesOfReach(), causesAtAuthentik(), causesOfTheExchange(), causesOfTheRecord())
}

func causesOfReach() []Cause {
	return []Cause{
		{ID: "unreachable", Title: "PocketBase cannot reach authentik", Symptom: "Failed to fetch OAuth2 token.",
			Why:    "The token URL in PocketBase does not lead to authentik from where PocketBase runs: nothing listens there, the name is not known there, or a firewall drops it.",
			Todo:   "Give PocketBase a token and user-info URL that it can reach itself, such as authentik's address in the same container network.",
			Checks: []string{"pocketbase.probe", "sign-in"}},
		{ID: "dns", Title: "PocketBase cannot find authentik's name", Symptom: "Failed to fetch OAuth2 token.",
			Why:    "The host in the token URL is not known to the DNS that PocketBase uses. Inside a container that is often another DNS than yours.",
			Todo:   "Use a name that PocketBase's own machine knows, or add it there.",
			Checks: []string{"pocketbase.probe", "sign-in"}},
		{ID: "private-ca", Title: "PocketBase does not trust authentik's certificate", Symptom: "Failed to fetch OAuth2 token.",
			Why:    "authentik's certificate is self-signed or of a private authority that PocketBase's machine does not know. PocketBase has no setting for that.",
			Todo:   "Add the authority to the system of the PocketBase process (or start it with SSL_CERT_FILE), then restart it.",
			Checks: []string{"pocketbase.probe", "sign-in"}},
		{ID: "html-instead-of-json", Title: "Something else answers in authentik's place", Symptom: "Failed to fetch OAuth2 token.",
			Why:    "A proxy, a login page or another site answers at the token URL with a web page.",
			Todo:   "Take the token URL from authentik's provider page. Let the proxy pass /application/o/ through.",
			Checks: []string{"pocketbase.probe", "sign-in"}, Fixable: true},
		{ID: "buffered-stream", Title: "A proxy holds back PocketBase's event stream", Symptom: "The sign-in window closes and nothing happens.",
			Why:    "The sign-in's result comes through /api/realtime. A proxy that buffers or compresses it delivers nothing until it is too late.",
			Todo:   "Turn off buffering and compression for /api/realtime in the proxy in front of PocketBase.",
			Checks: []string{"pocketbase.realtime", "sign-in"}},
		{ID: "different-ip", Title: "PocketBase sees two different addresses", Symptom: "The sign-in window says it failed; the app never hears of it.",
			Why:    "Since 0.38.2 PocketBase wants the event stream and the sign-in window to come from the same IP address. A proxy that it does not trust, or IPv4 beside IPv6, makes them differ.",
			Todo:   "Set PocketBase's trusted proxy headers to what your proxy sends.",
			Checks: []string{"sign-in"}},
		{ID: "popup-closed", Title: "The sign-in window was closed", Symptom: "Nothing happens.",
			Why:    "The window was closed or blocked before authentik answered.",
			Todo:   "Allow pop-ups for the page and try again.",
			Checks: []string{"sign-in"}},
		{ID: "clock", Title: "The clocks differ", Symptom: "Tokens count as expired or not yet good.",
			Why:    "authentik, PocketBase and this machine do not agree on the time. With ID tokens PocketBase allows five minutes.",
			Todo:   "Let all machines take their time from NTP.",
			Checks: []string{"clock"}},
	}
}

func causesAtAuthentik() []Cause {
	return []Cause{
		{ID: "discovery", Title: "authentik's OpenID configuration does not answer", Symptom: "authentik shows a page that says Not Found.",
			Why:    "There is no application with this slug, it has no provider, or its signing key makes authentik fail.",
			Todo:   "Look at the application and its provider in authentik, or apply the link again.",
			Checks: []string{"authentik.discovery"}, Fixable: true},
		{ID: "issuer-mismatch", Title: "The issuer is another than the address", Symptom: "Sign-in fails where the issuer is compared.",
			Why:    "authentik builds its issuer from the address it is asked at. A proxy that does not pass on the host or the scheme changes it.",
			Todo:   "Give authentik's public address, and let the proxy send Host and X-Forwarded-Proto.",
			Checks: []string{"authentik.issuer"}},
		{ID: "signing-key", Title: "The provider has no RSA or EC signing key", Symptom: "Discovery or keys answer with an error, or tokens are signed with the client secret.",
			Why:    "Without a key authentik signs with the client secret; with an Ed25519 key its discovery fails.",
			Todo:   "Choose an RSA or EC signing key.",
			Checks: []string{"authentik.jwks"}, Fixable: true},
		{ID: "grant-types", Title: "The authorization code grant is not enabled", Symptom: "authentik sends people back at once with invalid_request.",
			Why:    "Since 2026.5 a provider allows only the grant types that it lists.",
			Todo:   "Enable authorization_code on the provider.",
			Checks: []string{"authentik.grants", "authentik.redirect"}, Fixable: true},
		{ID: "redirect-mismatch", Title: "authentik does not know the redirect URI", Symptom: "authentik shows “Redirect URI Error”.",
			Why:    "The address that PocketBase sends differs from all that the provider has, be it by a slash, the scheme or the host.",
			Todo:   "Add exactly this redirect URI to the provider, one per public address of PocketBase.",
			Checks: []string{"authentik.redirect", "sign-in"}, Fixable: true},
		{ID: "unknown-client", Title: "authentik does not know the client ID", Symptom: "authentik shows “Client ID Error”.",
			Why:    "The client ID in PocketBase is of no provider in this authentik.",
			Todo:   "Write authentik's client ID into PocketBase.",
			Checks: []string{"authentik.redirect", "pocketbase.client-id"}, Fixable: true},
		{ID: "no-access", Title: "The person may not use the application", Symptom: "authentik shows “Permission denied”.",
			Why:    "The application's bindings let other people in.",
			Todo:   "Add the person to a bound group, or bind them.",
			Checks: []string{"authentik.access", "sign-in"}},
		{ID: "missing-scopes", Title: "The scopes openid, email and profile are not all attached", Symptom: "Failed to fetch OAuth2 user.",
			Why:    "A provider made through the API has no scope mappings unless they are sent. Without openid, user info answers insufficient_scope.",
			Todo:   "Attach the scope mappings openid, email and profile to the provider.",
			Checks: []string{"authentik.scopes", "sign-in"}, Fixable: true},
	}
}

func causesOfTheExchange() []Cause {
	return []Cause{
		{ID: "oauth2-off", Title: "OAuth2 is off in the collection", Symptom: "The collection is not configured to allow OAuth2 authentication.",
			Why:    "The collection's OAuth2 switch is off, or the provider is not in its list.",
			Todo:   "Turn it on in the collection's options.",
			Checks: []string{"pocketbase.auth-methods"}, Fixable: true},
		{ID: "settings-differ", Title: "A setting in PocketBase differs from authentik's", Symptom: "Sign-in fails or shows the wrong button.",
			Why:    "Somebody changed the provider in PocketBase, or authentik has moved.",
			Todo:   "Apply the link again: the preview shows what differs.",
			Checks: []string{"pocketbase.settings", "pocketbase.auth-url", "pocketbase.display-name", "pocketbase.pkce"}, Fixable: true},
		{ID: "invalid-client", Title: "authentik refuses the client secret", Symptom: "Failed to fetch OAuth2 token.",
			Why:    "The client secret in PocketBase is not authentik's. It may have been changed in authentik, or moved to another provider by an edit in PocketBase's dashboard.",
			Todo:   "Write authentik's client secret into PocketBase again.",
			Checks: []string{"authentik.client", "pocketbase.probe", "sign-in"}, Fixable: true},
		{ID: "user-info-url", Title: "The user-info URL does not answer with claims", Symptom: "Failed to fetch OAuth2 user.",
			Why:    "The user-info URL leads to a web page or to another endpoint. A common slip is the application's own address.",
			Todo:   "Set it to authentik's /application/o/userinfo/, with the slash at the end.",
			Checks: []string{"pocketbase.settings", "sign-in"}, Fixable: true},
		{ID: "rate-limit", Title: "PocketBase's rate limit stops sign-ins", Symptom: "Too Many Requests.",
			Why:    "The rate limit for *:auth is low, and behind a proxy that PocketBase does not trust everyone counts as one address.",
			Todo:   "Raise the limit, or set the trusted proxy headers.",
			Checks: []string{"sign-in"}},
	}
}

func causesOfTheRecord() []Cause {
	return []Cause{
		{ID: "email-unverified", Title: "authentik says that the e-mail address is not verified", Symptom: "email: Cannot be blank.",
			Why:    "Since 2025.10 authentik answers email_verified: false unless told otherwise. PocketBase then drops the address, and the collection requires one.",
			Todo:   "Decide which addresses to trust: authpocket then attaches a scope mapping of its own.",
			Checks: []string{"authentik.email", "sign-in"}, Fixable: true},
		{ID: "email-blank", Title: "The person has no e-mail address in authentik", Symptom: "email: Cannot be blank.",
			Why:    "There is nothing to send, and the collection requires an address.",
			Todo:   "Give the person an address in authentik.",
			Checks: []string{"authentik.email", "sign-in"}},
		{ID: "create-rule", Title: "The collection's create rule refuses new people", Symptom: "Failed to create record, or Only superusers can perform this action.",
			Why:    "PocketBase makes an account under the collection's create rule. The context of such a request is oauth2.",
			Todo:   "Set the create rule to @request.context = \"oauth2\" to let in just these.",
			Checks: []string{"pocketbase.rules", "sign-in"}, Fixable: true},
		{ID: "auth-rule", Title: "The collection's auth rule refuses the person", Symptom: "The request doesn't satisfy the collection requirements to authenticate.",
			Why:    "The auth rule decides who may sign in. The new account has been made all the same.",
			Todo:   "Change the auth rule. This signs out everyone in the collection.",
			Checks: []string{"pocketbase.rules", "sign-in"}, Fixable: true},
		{ID: "mfa", Title: "The collection asks for a second factor", Symptom: "The app gets an mfaId and no token.",
			Why:    "MFA is on in the collection, and OAuth2 alone counts as one factor.",
			Todo:   "Set the MFA rule to @request.context != \"oauth2\" if authentik asks for the second factor already.",
			Checks: []string{"pocketbase.rules", "sign-in"}},
		{ID: "other-subject", Title: "The account is linked with another subject", Symptom: "Failed to authenticate, with “not unique” at recordRef.",
			Why:    "The person signed in through this slot before, when authentik named them differently: another subject mode, or another authentik.",
			Todo:   "Remove the stale row of _externalAuths, or go back to the subject mode of before.",
			Checks: []string{"sign-in"}},
		{ID: "duplicate-email", Title: "Another account has the address", Symptom: "email: Value must be unique.",
			Why:    "The address is there in another spelling, or authentik's is not verified, so PocketBase may not link it.",
			Todo:   "Put the account's address right in PocketBase, or trust the address in authentik.",
			Checks: []string{"sign-in"}},
		{ID: "required-field", Title: "A required field of the collection gets no value", Symptom: "Failed to create record.",
			Why:    "The collection has a required field that no claim is mapped to.",
			Todo:   "Map a claim to it, make it optional, or let the app send createData.",
			Checks: []string{"pocketbase.rules", "sign-in"}},
	}
}
