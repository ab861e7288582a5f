package checks

import "authpocket/internal/link"

// ways returns the runs of authpocket that mend a cause.
func ways(cause link.CauseID) []link.Way {
	if cause != link.CauseInvalidClient {
		return nil
	}
	return []link.Way{{Run: link.RunRewrite, For: "to give PocketBase authentik's"},
		{Run: link.RunRotate, For: "to give both systems a new one"}}
}

// explain describes a cause found by the probe: what PocketBase met on its way to authentik, and the remedy.
func explain(cause link.CauseID, d link.Desired) (met, remedy string) {
	url := d.Slot.TokenURL
	words, known := map[link.CauseID][2]string{
		link.CauseInvalidClient: {"authentik does not accept the client ID or client secret that PocketBase has",
			"Both systems need the same client secret."},
		link.CauseGrantType: {"the authorization code grant is not enabled for this provider",
			"Enable the grant type authorization_code on the provider in authentik."},
		link.CauseDNS: {"PocketBase's machine cannot resolve the host of " + url,
			"Give PocketBase's machine or container a DNS entry for it, or enter token and user-info URLs that it " +
				"can reach."},
		link.CauseRefused: {"nothing listens at " + url + " as seen from PocketBase",
			"Inside a container, localhost is the container itself. Enter token and user-info URLs that PocketBase " +
				"can reach."},
		link.CauseNoRoute: {"PocketBase's network has no route to " + url,
			"Check its network and firewall, or enter token and user-info URLs that PocketBase can reach."},
		link.CausePrivateCA: {"PocketBase does not trust the authority that signed the certificate of " + url,
			"Add that CA to PocketBase's machine or container, for example with SSL_CERT_FILE, and restart " +
				"PocketBase."},
		link.CauseTLS: {"the TLS connection from PocketBase to " + url + " failed",
			"Check that the port speaks https and that the certificate is for that name and has not expired."},
		link.CauseTimeout: {url + " did not answer PocketBase in time",
			"Check the firewall between PocketBase and authentik, and authentik's load."},
		link.CauseConnectionClosed: {url + " closed PocketBase's connection without an answer",
			"Check the proxies and firewalls between PocketBase and authentik."},
		link.CauseHTMLInsteadOfJSON: {url + " answered PocketBase with something other than a token response, such " +
			"as a web page", "Check the token URL. If a proxy in front of authentik requires a sign-in, exempt " +
			"/application/o/ from it."},
		link.CauseProxy: {"a proxy between PocketBase and authentik refused or could not forward the call to " + url,
			"Check that proxy, and the HTTP_PROXY, HTTPS_PROXY and NO_PROXY variables of PocketBase."},
		link.CauseWAF: {"something in front of authentik, such as a web application firewall, refused the call to " + url,
			"In the firewall or at Cloudflare, make an exception for /application/o/ and PocketBase's address. Or enter " +
				"inner token and user-info URLs, which don't lead through it."},
		link.CauseTokenURLRedirect: {url + " redirects, which turns PocketBase's POST into a GET",
			"Enter the token URL exactly as authentik has it, with https and the trailing slash."},
		link.CauseTokenURLNotFound: {"there is nothing at " + url,
			"Enter the token URL that authentik's provider page shows."},
		link.CauseTokenURL: {"“" + url + "” is not the address of a token endpoint",
			"Enter the token URL that authentik's provider page shows."},
		link.CauseAuthentikError: {"authentik had an internal error during PocketBase's call",
			"Check authentik's server log."},
	}[cause]
	if !known {
		return "PocketBase got an error that authpocket does not recognise",
			"Check the newest entry in PocketBase's log (Dashboard › Logs)."
	}
	return words[0], words[1]
}
