package checks

import "authpocket/internal/link"

// explain describes a cause found by the probe: what PocketBase met on its way to authentik, and the remedy.
func explain(cause link.CauseID, d link.Desired) (met, remedy string) {
	host := d.Slot.TokenURL
	switch cause {
	case link.CauseInvalidClient:
		return "authentik does not accept the client ID or client secret that PocketBase has",
			"Write the client secret again (authpocket apply --rewrite-secret), or give both systems a new one " +
				"(authpocket rotate)."
	case link.CauseGrantType:
		return "the authorization code grant is not enabled for this provider",
			"Enable the grant type authorization_code on the provider in authentik."
	case link.CauseDNS:
		return "PocketBase's machine cannot resolve the host of " + host,
			"Give PocketBase's machine or container a DNS entry for it, or enter token and user-info URLs that it " +
				"can reach."
	case link.CauseRefused:
		return "nothing listens at " + host + " as seen from PocketBase",
			"Inside a container, localhost is the container itself. Enter token and user-info URLs that PocketBase " +
				"can reach."
	case link.CauseNoRoute:
		return "PocketBase's network has no route to " + host,
			"Check its network and firewall, or enter token and user-info URLs that PocketBase can reach."
	case link.CausePrivateCA:
		return "PocketBase does not trust the authority that signed the certificate of " + host,
			"Add that CA to PocketBase's machine or container, for example with SSL_CERT_FILE, and restart PocketBase."
	case link.CauseTLS:
		return "the TLS connection from PocketBase to " + host + " failed",
			"Check that the port speaks https and that the certificate is for that name and has not expired."
	case link.CauseTimeout:
		return host + " did not answer PocketBase in time",
			"Check the firewall between PocketBase and authentik, and authentik's load."
	case link.CauseConnectionClosed:
		return host + " closed PocketBase's connection without an answer",
			"Check the proxies and firewalls between PocketBase and authentik."
	}
	return explainAnswer(cause, host)
}

// explainAnswer describes the causes where something did answer PocketBase.
func explainAnswer(cause link.CauseID, tokenURL string) (met, remedy string) {
	switch cause {
	case link.CauseHTMLInsteadOfJSON:
		return tokenURL + " answered PocketBase with something other than a token response, such as a web page",
			"Check the token URL. If a proxy in front of authentik requires a sign-in, exempt /application/o/ from it."
	case link.CauseProxy:
		return "a proxy between PocketBase and authentik refused or could not forward the call to " + tokenURL,
			"Check that proxy, and the HTTP_PROXY, HTTPS_PROXY and NO_PROXY variables of PocketBase."
	case link.CauseTokenURLRedirect:
		return tokenURL + " redirects, which turns PocketBase's POST into a GET",
			"Enter the token URL exactly as authentik has it, with https and the trailing slash."
	case link.CauseTokenURLNotFound:
		return "there is nothing at " + tokenURL,
			"Enter the token URL that authentik's provider page shows."
	case link.CauseTokenURL:
		return "“" + tokenURL + "” is not the address of a token endpoint",
			"Enter the token URL that authentik's provider page shows."
	case link.CauseAuthentikError:
		return "authentik had an internal error during PocketBase's call",
			"Check authentik's server log."
	}
	return "PocketBase got an error that authpocket does not recognise",
		"Check the newest entry in PocketBase's log (Dashboard › Logs)."
}
