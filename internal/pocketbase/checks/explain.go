package checks

import (
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// ways returns the runs of authpocket that mend a cause.
func ways(cause report.CauseID) []report.Way {
	if cause != report.CauseInvalidClient {
		return nil
	}
	return []report.Way{{Run: report.RunRewrite, For: say.Of("to give PocketBase authentik's")},
		{Run: report.RunRotate, For: say.Of("to give both systems a new one")}}
}

// explain describes a cause found by the probe: what PocketBase met on its way to authentik, and the remedy.
func explain(cause report.CauseID, d *link.Desired) (met, remedy say.Text) {
	url := d.Slot.TokenURL
	words, known := map[report.CauseID][2]say.Text{
		report.CauseInvalidClient: {say.Of("authentik does not accept the client ID or client secret that PocketBase " +
			"has"),
			say.Of("Both systems need the same client secret.")},
		report.CauseGrantType: {say.Of("the authorization code grant is not enabled for this provider"),
			say.Of("Enable the grant type authorization_code on the provider in authentik.")},
		report.CauseDNS: {say.Of("PocketBase's machine cannot resolve the host of %s", url),
			say.Of("Give PocketBase's machine or container a DNS entry for it, or enter token and user-info URLs " +
				"that it can reach.")},
		report.CauseRefused: {say.Of("nothing listens at %s as seen from PocketBase", url),
			say.Of("Inside a container, localhost is the container itself. Enter token and user-info URLs that " +
				"PocketBase can reach.")},
		report.CauseNoRoute: {say.Of("PocketBase's network has no route to %s", url),
			say.Of("Check its network and firewall, or enter token and user-info URLs that PocketBase can reach.")},
		report.CausePrivateCA: {say.Of("PocketBase does not trust the authority that signed the certificate of %s",
			url),
			say.Of("Add that CA to PocketBase's machine or container, for example with SSL_CERT_FILE, and restart " +
				"PocketBase.")},
		report.CauseTLS: {say.Of("the TLS connection from PocketBase to %s failed", url),
			say.Of("Check that the port speaks https and that the certificate is for that name and has not expired.")},
		report.CauseTimeout: {say.Of("%s did not answer PocketBase in time", url),
			say.Of("Check the firewall between PocketBase and authentik, and authentik's load.")},
		report.CauseConnectionClosed: {say.Of("%s closed PocketBase's connection without an answer", url),
			say.Of("Check the proxies and firewalls between PocketBase and authentik.")},
		report.CauseHTMLInsteadOfJSON: {say.Of("%s answered PocketBase with something other than a token response, "+
			"such as a web page", url), say.Of("Check the token URL. If a proxy in front of authentik requires a " +
			"sign-in, exempt /application/o/ from it.")},
		report.CauseProxy: {say.Of("a proxy between PocketBase and authentik refused or could not forward the call to "+
			"%s", url),
			say.Of("Check that proxy, and the HTTP_PROXY, HTTPS_PROXY and NO_PROXY variables of PocketBase.")},
		report.CauseWAF: {say.Of("something in front of authentik, such as a web application firewall, refused the "+
			"call to %s", url),
			say.Of("In the firewall or at Cloudflare, make an exception for /application/o/ and PocketBase's " +
				"address. Or enter inner token and user-info URLs, which don't lead through it.")},
		report.CauseTokenURLRedirect: {say.Of("%s redirects, which turns PocketBase's POST into a GET", url),
			say.Of("Enter the token URL exactly as authentik has it, with https and the trailing slash.")},
		report.CauseTokenURLNotFound: {say.Of("there is nothing at %s", url),
			say.Of("Enter the token URL that authentik's provider page shows.")},
		report.CauseTokenURL: {say.Of("“%s” is not the address of a token endpoint", url),
			say.Of("Enter the token URL that authentik's provider page shows.")},
		report.CauseAuthentikError: {say.Of("authentik had an internal error during PocketBase's call"),
			say.Of("Check authentik's server log.")},
	}[cause]
	if !known {
		return say.Of("PocketBase got an error that authpocket does not recognise"),
			say.Of("Check the newest entry in PocketBase's log (Dashboard › Logs).")
	}
	return words[0], words[1]
}
