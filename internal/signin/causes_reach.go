package signin

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// causesOfReach returns the causes that keep PocketBase from reaching authentik.
func causesOfReach() []Cause {
	return []Cause{
		{
			ID:      report.CauseUnreachable,
			Title:   say.Of("authentik can't be reached"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user."),
			Why: say.Of("The URL doesn't lead to authentik from where PocketBase or authpocket runs: nothing listens " +
				"there, there is no route, a firewall blocks it, or it doesn't respond in time. Inside a " +
				"container, localhost is the container itself."),
			Todo: say.Of("Give PocketBase a token URL and a user-info URL that it can reach itself, such as " +
				"authentik's address in the same container network."),
			Checks: []report.CheckID{
				report.CheckAuthentikDiscovery, report.CheckAuthentikJWKS, report.CheckAuthentikRedirect,
				report.CheckAuthentikClient,
				report.CheckPocketBaseProbe, report.CheckSignIn,
			},
		},
		{
			ID:      report.CauseDNS,
			Title:   say.Of("PocketBase can't resolve authentik's host name"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user."),
			Why: say.Of("PocketBase's DNS doesn't know the host in the URL. Containers often use a different DNS " +
				"from yours."),
			Todo:   say.Of("Use a name that PocketBase's machine can resolve, or add it there."),
			Checks: []report.CheckID{report.CheckPocketBaseProbe, report.CheckSignIn},
		},
		{
			ID:      report.CausePrivateCA,
			Title:   say.Of("PocketBase doesn't trust authentik's certificate"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user."),
			Why: say.Of("authentik's certificate is self-signed, or issued by a private CA that PocketBase's machine " +
				"doesn't know. PocketBase has no setting for this."),
			Todo: say.Of("Add the CA to the system that runs PocketBase (or start PocketBase with SSL_CERT_FILE), " +
				"then restart PocketBase."),
			Checks: []report.CheckID{report.CheckPocketBaseProbe, report.CheckSignIn},
		},
		{
			ID:      report.CauseTLS,
			Title:   say.Of("The TLS connection from PocketBase to authentik fails"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user."),
			Why:     say.Of("The port doesn't speak https, or the certificate is for another name or has expired."),
			Todo:    say.Of("Check the URL's scheme and port, and the certificate's names and dates."),
			Checks:  []report.CheckID{report.CheckPocketBaseProbe, report.CheckSignIn},
		},
		{
			ID:      report.CauseProxy,
			Title:   say.Of("A proxy between PocketBase and authentik blocks the call"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user."),
			Why:     say.Of("A proxy wants a password, or could not forward the call."),
			Todo:    say.Of("Check that proxy, and the HTTP_PROXY, HTTPS_PROXY and NO_PROXY variables of PocketBase."),
			Checks:  []report.CheckID{report.CheckPocketBaseProbe, report.CheckSignIn},
		},
		{
			ID:      report.CauseWAF,
			Title:   say.Of("A web application firewall refuses PocketBase's call"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user."),
			Why: say.Of("Something in front of authentik takes PocketBase for a bot: it answers 403 or a challenge " +
				"page, which Cloudflare marks with the header cf-mitigated. Browsers pass, and PocketBase can't."),
			Todo: say.Of("In the firewall, make an exception for /application/o/ and PocketBase's address. Or give " +
				"PocketBase inner token and user-info URLs."),
			Checks: []report.CheckID{report.CheckPocketBaseProbe, report.CheckSignIn},
		},
		{
			ID: report.CauseHTMLInsteadOfJSON, Fixable: true,
			Title:   say.Of("Something else responds instead of authentik"),
			Symptom: say.Of("Failed to fetch OAuth2 token."),
			Why:     say.Of("A proxy, a login page or another site returns a web page."),
			Todo: say.Of("Copy the URLs from authentik's provider page. Let the proxy pass /application/o/ " +
				"through."),
			Checks: []report.CheckID{
				report.CheckAuthentikDiscovery, report.CheckAuthentikJWKS, report.CheckAuthentikRedirect,
				report.CheckAuthentikClient,
				report.CheckPocketBaseProbe, report.CheckSignIn,
			},
		},
		{
			ID:      report.CauseAuthentikError,
			Title:   say.Of("authentik returns an error to PocketBase"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user."),
			Why:     say.Of("authentik responded with an internal error."),
			Todo:    say.Of("Check authentik's server log and events."),
			Checks:  []report.CheckID{report.CheckPocketBaseProbe, report.CheckSignIn},
		},
	}
}
