package signin

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// causesInBrowser returns the causes that lie in the browser that signs in.
func causesInBrowser() []Cause {
	return []Cause{
		{
			ID:      report.CausePopupClosed,
			Title:   say.Of("The sign-in was not finished"),
			Symptom: say.Of("Nothing happens."),
			Why: say.Of("The sign-in window was closed or blocked, or nobody signed in, before authentik " +
				"responded."),
			Todo: say.Of("Sign in again and finish, with pop-ups allowed for the page. If authentik showed an " +
				"error such as “Permission denied”, enter the user before the test: the checks then say why."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
		{
			ID:      report.CauseBrowserUnreachable,
			Title:   say.Of("The browser cannot reach PocketBase"),
			Symptom: say.Of("Nothing happens, or the app says that something went wrong."),
			Why: say.Of("The browser gets no response from PocketBase's public address. Only servers may know the " +
				"name or network, the browser may not trust the certificate, or nothing listens there."),
			Todo: say.Of("Enter the address at which browsers reach PocketBase, and open it in this browser. To test " +
				"anyway, test the other way."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
		{
			ID:      report.CauseCORS,
			Title:   say.Of("PocketBase's allowed origins leave the page out"),
			Symptom: say.Of("The browser's console says that CORS policy blocked the request."),
			Why: say.Of("PocketBase, or the proxy in front of it, accepts calls only from pages of certain " +
				"origins. The page that signs in has none of them."),
			Todo: say.Of("Add the app's address to PocketBase's --origins flag, or to the proxy's " +
				"Access-Control-Allow-Origin. For this test, add authpocket's address as well, or test the " +
				"other way."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
	}
}

// causesOfStream returns the causes that keep PocketBase's result from the page.
func causesOfStream() []Cause {
	return []Cause{
		{
			ID:      report.CauseStreamRefused,
			Title:   say.Of("PocketBase's event stream is refused"),
			Symptom: say.Of("Nothing happens, or the app says that the realtime connection failed."),
			Why: say.Of("/api/realtime, or subscribing to it, did not return an event stream. A proxy blocks it, or " +
				"several PocketBases share one address and the request went to one that doesn't know the stream."),
			Todo:   say.Of("Let the proxy pass GET and POST of /api/realtime, always to the same PocketBase."),
			Checks: []report.CheckID{report.CheckPocketBaseRealtime, report.CheckSignIn},
		},
		{
			ID:      report.CauseStreamBroken,
			Title:   say.Of("PocketBase's event stream breaks off"),
			Symptom: say.Of("The sign-in window closes and nothing happens."),
			Why: say.Of("The connection to /api/realtime ended before the user came back, so PocketBase could not " +
				"notify the page. A proxy closed the idle connection, or PocketBase restarted."),
			Todo: say.Of("Let the proxy keep /api/realtime open for five minutes without traffic " +
				"(proxy_read_timeout in nginx), then test again."),
			Checks: []report.CheckID{report.CheckPocketBaseRealtime, report.CheckSignIn},
		},
		{
			ID:      report.CauseBufferedStream,
			Title:   say.Of("A proxy holds back PocketBase's event stream"),
			Symptom: say.Of("The sign-in window closes and nothing happens."),
			Why: say.Of("The result of the sign-in arrives through /api/realtime. A proxy that buffers or " +
				"compresses it delivers it too late."),
			Todo:   say.Of("Turn off buffering and compression for /api/realtime in the proxy in front of PocketBase."),
			Checks: []report.CheckID{report.CheckPocketBaseRealtime, report.CheckSignIn},
		},
		{
			ID:      report.CauseDifferentIP,
			Title:   say.Of("PocketBase sees two different addresses"),
			Symptom: say.Of("The sign-in window reports a failure; the app is never notified."),
			Why: say.Of("Since 0.38.2 PocketBase requires the event stream and the sign-in window to come from the " +
				"same IP address. A proxy that it doesn't trust, or a mix of IPv4 and IPv6, makes them differ."),
			Todo:   say.Of("Set PocketBase's trusted proxy headers to those that your proxy sends."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
		{
			ID:      report.CauseOtherPocketBase,
			Title:   say.Of("The redirect URI doesn't lead to this PocketBase"),
			Symptom: say.Of("authentik accepts the user; the app is never notified."),
			Why: say.Of("authentik sent the user back, but the request never reached this PocketBase. The redirect " +
				"URI's host belongs to another server, or several PocketBases share one address."),
			Todo:   say.Of("Check that the redirect URI's address leads to this PocketBase only."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
	}
}

// causesOfAddresses returns the causes that lie in addresses and clocks.
func causesOfAddresses() []Cause {
	return []Cause{
		{
			ID:      report.CausePlainHTTP,
			Title:   say.Of("An address that browsers use is plain http"),
			Symptom: say.Of("Browsers refuse to load it from an https page, or show a warning."),
			Why: say.Of("Anyone on the network can read sign-in codes and passwords, and a page served over https " +
				"can't call an http address."),
			Todo:   say.Of("Serve both systems over https, and enter their https addresses."),
			Checks: []report.CheckID{report.CheckAddresses, report.CheckSignIn},
		},
		{
			ID:      report.CauseClock,
			Title:   say.Of("The clocks differ"),
			Symptom: say.Of("Tokens are rejected as expired or not yet valid."),
			Why: say.Of("authentik, PocketBase and this machine disagree on the time. With ID tokens, PocketBase " +
				"allows a difference of five minutes."),
			Todo:   say.Of("Synchronise all machines with NTP."),
			Checks: []report.CheckID{report.CheckClock, report.CheckSignIn},
		},
	}
}
