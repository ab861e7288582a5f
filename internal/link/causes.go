package link

import "slices"

// Cause is one entry of the catalogue of what makes a sign-in fail. Checks
// and sign-in tests name it by its ID; docs/troubleshooting.md is generated
// from it.
type Cause struct {
	ID      CauseID
	Title   string // what is wrong, in one line
	Symptom string // what people see
	Why     string
	Todo    string
	Checks  []CheckID // those that detect it
	// Fixable tells that authpocket can put it right with a plan.
	Fixable bool
}

// FindCause returns the catalogue's entry with that ID.
func FindCause(id CauseID) (Cause, bool) {
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
	return slices.Concat(causesAtAuthentik(), causesOfTheWayBack(), causesOfReach(), causesOfTheExchange(), causesOfTheRecord(),
		[]Cause{{ID: CauseUnknown, Title: "The cause is not known", Symptom: "Any error that is not on this page.",
			Why:    "What happened fits none of the causes that authpocket knows, or PocketBase keeps no log that would tell.",
			Todo:   "Look at the evidence, and at the newest entries of PocketBase's log (Dashboard › Logs) and of authentik's events (Events › Logs).",
			Checks: []CheckID{CheckPocketBaseProbe, CheckSignIn}}})
}

func causesAtAuthentik() []Cause {
	return []Cause{
		{ID: CauseDiscovery, Title: "authentik has no working application for this link", Symptom: "authentik shows a page that says Not Found, or Permission denied.",
			Why:    "There is no application with this slug, or it has no provider.",
			Todo:   "Look at the application and its provider in authentik, or apply the link again.",
			Checks: []CheckID{CheckAuthentikDiscovery, CheckAuthentikJWKS, CheckAuthentikClient, CheckAuthentikSettings, CheckSignIn}, Fixable: true},
		{ID: CauseIssuerMismatch, Title: "The issuer is another than expected", Symptom: "Failed to fetch OAuth2 user, where PocketBase reads the ID token and compares issuers.",
			Why:    "authentik builds its issuer from the address it is asked at and from the provider's issuer mode. A proxy that does not pass on the host or the scheme changes it.",
			Todo:   "Give authentik's public address, let the proxy send Host and X-Forwarded-Proto, and write the same issuer into PocketBase.",
			Checks: []CheckID{CheckAuthentikIssuer, CheckAuthentikEndpoints, CheckSignIn}, Fixable: true},
		{ID: CauseSigningKey, Title: "The signing key cannot be used", Symptom: "authentik's OpenID configuration answers with an error, or PocketBase cannot check the ID token's signature.",
			Why:    "Without a key authentik signs with the client secret; with an Ed25519 key its OpenID configuration fails. PocketBase checks signatures of RSA keys only, where it is given the JWKS URL. With an encryption key it cannot read the ID token at all.",
			Todo:   "Choose an RSA signing key, and no encryption key; an EC key does as well where PocketBase reads user info.",
			Checks: []CheckID{CheckAuthentikDiscovery, CheckAuthentikJWKS, CheckSignIn}, Fixable: true},
		{ID: CauseGrantTypes, Title: "Signing in with a code is not enabled", Symptom: "authentik sends people back at once with invalid_request.",
			Why:    "Since 2026.5 a provider allows only the grant types that it lists.",
			Todo:   "Enable authorization_code on the provider.",
			Checks: []CheckID{CheckAuthentikGrants, CheckAuthentikRedirect, CheckPocketBaseProbe, CheckSignIn}, Fixable: true},
		{ID: CauseRedirectMismatch, Title: "authentik does not know the redirect URI", Symptom: "authentik shows “Redirect URI Error”.",
			Why:    "The address that PocketBase sends differs from all that the provider has, be it by a slash, the scheme or the host.",
			Todo:   "Add exactly this redirect URI to the provider, one per public address of PocketBase.",
			Checks: []CheckID{CheckAuthentikRedirect, CheckSignIn}, Fixable: true},
		{ID: CauseUnknownClient, Title: "authentik does not know the client ID", Symptom: "authentik shows “Client ID Error”.",
			Why:    "The client ID in PocketBase is of no provider, or of another one, in this authentik.",
			Todo:   "Write authentik's client ID into PocketBase.",
			Checks: []CheckID{CheckAuthentikClient, CheckAuthentikRedirect, CheckPocketBaseClientID, CheckSignIn}, Fixable: true},
		{ID: CauseNoAccess, Title: "The person may not use the application", Symptom: "authentik shows “Permission denied”, or sends people back with access_denied.",
			Why:    "The application's bindings let other people in, or the person declined.",
			Todo:   "Add the person to a bound group, or bind them.",
			Checks: []CheckID{CheckAuthentikAccess, CheckPrediction, CheckSignIn}},
	}
}

func causesOfTheWayBack() []Cause {
	return []Cause{
		{ID: CausePopupClosed, Title: "The sign-in was not finished", Symptom: "Nothing happens.",
			Why:    "The sign-in window was closed or blocked, or nobody signed in, before authentik answered.",
			Todo:   "Sign in again to the end, with pop-ups allowed for the page. Where authentik showed an error such as “Permission denied”, name the person before the test: then the checks tell why.",
			Checks: []CheckID{CheckSignIn}},
		{ID: CauseBrowserUnreachable, Title: "The browser cannot reach PocketBase", Symptom: "Nothing happens, or the app says that something went wrong.",
			Why:    "The browser that signs in gets no answer from PocketBase's public address: it is a name or network that only servers know, a certificate that the browser does not trust, or nothing listens there.",
			Todo:   "Enter the address at which people's browsers reach PocketBase, and open it in this browser. To test all the same, test the other way.",
			Checks: []CheckID{CheckSignIn}},
		{ID: CauseCORS, Title: "PocketBase's allowed origins leave the page out", Symptom: "The browser's console says that the request was blocked by CORS policy.",
			Why:    "PocketBase, or the proxy in front of it, lets only pages of certain origins call it. The page that signs in is of none of them.",
			Todo:   "Add the app's address to the --origins that PocketBase is started with, or to the proxy's Access-Control-Allow-Origin. For this test authpocket's address has to be there as well; or test the other way.",
			Checks: []CheckID{CheckSignIn}},
		{ID: CauseStreamRefused, Title: "PocketBase's event stream is refused", Symptom: "Nothing happens, or the app says that the realtime connection failed.",
			Why:    "/api/realtime, or subscribing to it, was answered with something else than an event stream. A proxy does not let it through, or several PocketBases stand behind one address, and the one that was asked does not know the stream of the other.",
			Todo:   "Let the proxy pass GET and POST of /api/realtime, always to the same PocketBase.",
			Checks: []CheckID{CheckPocketBaseRealtime, CheckSignIn}},
		{ID: CauseStreamBroken, Title: "PocketBase's event stream breaks off", Symptom: "The sign-in window closes and nothing happens.",
			Why:    "The connection to /api/realtime ended before the person came back. PocketBase then cannot tell the page. A proxy's time limit for connections without traffic does that, or PocketBase was restarted.",
			Todo:   "Let the proxy keep /api/realtime open for five minutes without traffic (proxy_read_timeout in nginx), and test again.",
			Checks: []CheckID{CheckPocketBaseRealtime, CheckSignIn}},
		{ID: CauseBufferedStream, Title: "A proxy holds back PocketBase's event stream", Symptom: "The sign-in window closes and nothing happens.",
			Why:    "The sign-in's result comes through /api/realtime. A proxy that buffers or compresses it delivers nothing until it is too late.",
			Todo:   "Turn off buffering and compression for /api/realtime in the proxy in front of PocketBase.",
			Checks: []CheckID{CheckPocketBaseRealtime, CheckSignIn}},
		{ID: CauseDifferentIP, Title: "PocketBase sees two different addresses", Symptom: "The sign-in window says it failed; the app never hears of it.",
			Why:    "Since 0.38.2 PocketBase wants the event stream and the sign-in window to come from the same IP address. A proxy that it does not trust, or IPv4 beside IPv6, makes them differ.",
			Todo:   "Set PocketBase's trusted proxy headers to what your proxy sends.",
			Checks: []CheckID{CheckSignIn}},
		{ID: CauseOtherPocketBase, Title: "The redirect URI leads to another place than this PocketBase", Symptom: "authentik lets the person through; the app never hears of it.",
			Why:    "authentik sent the person back, and this PocketBase never saw them. The redirect URI's host belongs to another server, or several PocketBases stand behind one address.",
			Todo:   "Check that the redirect URI's address leads to this PocketBase, and to only one.",
			Checks: []CheckID{CheckSignIn}},
		{ID: CausePlainHTTP, Title: "An address that browsers use is plain http", Symptom: "Browsers refuse to load it from an https page, or warn.",
			Why:    "Sign-in codes and passwords can be read on the way, and a page served over https may not call an http address.",
			Todo:   "Serve both systems over https, and enter their addresses with https.",
			Checks: []CheckID{CheckAddresses, CheckSignIn}},
		{ID: CauseClock, Title: "The clocks differ", Symptom: "Tokens count as expired or not yet good.",
			Why:    "authentik, PocketBase and this machine do not agree on the time. With ID tokens PocketBase allows five minutes.",
			Todo:   "Let all machines take their time from NTP.",
			Checks: []CheckID{CheckClock, CheckSignIn}},
	}
}

func causesOfReach() []Cause {
	return []Cause{
		{ID: CauseUnreachable, Title: "authentik cannot be reached", Symptom: "Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user.",
			Why:    "The URL does not lead to authentik from where PocketBase or authpocket runs: nothing listens there, there is no way to it, a firewall drops it, or it does not answer in time. Inside a container, localhost is the container itself.",
			Todo:   "Give PocketBase a token and user-info URL that it can reach itself, such as authentik's address in the same container network.",
			Checks: []CheckID{CheckAuthentikDiscovery, CheckAuthentikJWKS, CheckAuthentikRedirect, CheckAuthentikClient, CheckPocketBaseProbe, CheckSignIn}},
		{ID: CauseDNS, Title: "PocketBase cannot find authentik's name", Symptom: "Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user.",
			Why:    "The host in the URL is not known to the DNS that PocketBase uses. Inside a container that is often another DNS than yours.",
			Todo:   "Use a name that PocketBase's own machine knows, or add it there.",
			Checks: []CheckID{CheckPocketBaseProbe, CheckSignIn}},
		{ID: CausePrivateCA, Title: "PocketBase does not trust authentik's certificate", Symptom: "Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user.",
			Why:    "authentik's certificate is self-signed or of a private authority that PocketBase's machine does not know. PocketBase has no setting for that.",
			Todo:   "Add the authority to the system of the PocketBase process (or start it with SSL_CERT_FILE), then restart it.",
			Checks: []CheckID{CheckPocketBaseProbe, CheckSignIn}},
		{ID: CauseTLS, Title: "The TLS connection from PocketBase to authentik fails", Symptom: "Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user.",
			Why:    "The port does not speak https, or the certificate is for another name or has expired.",
			Todo:   "Check the URL's scheme and port, and the certificate's names and dates.",
			Checks: []CheckID{CheckPocketBaseProbe, CheckSignIn}},
		{ID: CauseProxy, Title: "A proxy between PocketBase and authentik stops the call", Symptom: "Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user.",
			Why:    "A proxy refused the call or could not pass it on.",
			Todo:   "Check that proxy, and the HTTP_PROXY, HTTPS_PROXY and NO_PROXY variables of PocketBase.",
			Checks: []CheckID{CheckPocketBaseProbe, CheckSignIn}},
		{ID: CauseHTMLInsteadOfJSON, Title: "Something else answers in authentik's place", Symptom: "Failed to fetch OAuth2 token.",
			Why:    "A proxy, a login page or another site answers with a web page.",
			Todo:   "Take the URLs from authentik's provider page. Let the proxy pass /application/o/ through.",
			Checks: []CheckID{CheckAuthentikDiscovery, CheckAuthentikJWKS, CheckAuthentikRedirect, CheckAuthentikClient, CheckPocketBaseProbe, CheckSignIn}, Fixable: true},
		{ID: CauseAuthentikError, Title: "authentik fails over PocketBase's call", Symptom: "Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user.",
			Why:    "authentik answered with an error of its own.",
			Todo:   "Look into authentik's server log, and at its events.",
			Checks: []CheckID{CheckPocketBaseProbe, CheckSignIn}},
	}
}
