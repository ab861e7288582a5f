package signin

import (
	"authpocket/internal/link"
)

// causesInBrowser returns the causes that lie in the browser that signs in.
func causesInBrowser() []Cause {
	return []Cause{
		{
			ID:      link.CausePopupClosed,
			Title:   "The sign-in was not finished",
			Symptom: "Nothing happens.",
			Why:     "The sign-in window was closed or blocked, or nobody signed in, before authentik responded.",
			Todo: "Sign in again and finish, with pop-ups allowed for the page. If authentik showed an error such as " +
				"“Permission denied”, enter the user before the test: the checks then say why.",
			Checks: []link.CheckID{link.CheckSignIn},
		},
		{
			ID:      link.CauseBrowserUnreachable,
			Title:   "The browser cannot reach PocketBase",
			Symptom: "Nothing happens, or the app says that something went wrong.",
			Why: "The browser gets no response from PocketBase's public address. Only servers may know the name or " +
				"network, the browser may not trust the certificate, or nothing listens there.",
			Todo: "Enter the address at which browsers reach PocketBase, and open it in this browser. To test " +
				"anyway, test the other way.",
			Checks: []link.CheckID{link.CheckSignIn},
		},
		{
			ID:      link.CauseCORS,
			Title:   "PocketBase's allowed origins leave the page out",
			Symptom: "The browser's console says that CORS policy blocked the request.",
			Why: "PocketBase, or the proxy in front of it, accepts calls only from pages of certain origins. The " +
				"page that signs in has none of them.",
			Todo: "Add the app's address to PocketBase's --origins flag, or to the proxy's " +
				"Access-Control-Allow-Origin. For this test, add authpocket's address as well, or test the other " +
				"way.",
			Checks: []link.CheckID{link.CheckSignIn},
		},
	}
}

// causesOfStream returns the causes that keep PocketBase's result from the page.
func causesOfStream() []Cause {
	return []Cause{
		{
			ID:      link.CauseStreamRefused,
			Title:   "PocketBase's event stream is refused",
			Symptom: "Nothing happens, or the app says that the realtime connection failed.",
			Why: "/api/realtime, or subscribing to it, did not return an event stream. A proxy blocks it, or several " +
				"PocketBases share one address and the request went to one that doesn't know the stream.",
			Todo:   "Let the proxy pass GET and POST of /api/realtime, always to the same PocketBase.",
			Checks: []link.CheckID{link.CheckPocketBaseRealtime, link.CheckSignIn},
		},
		{
			ID:      link.CauseStreamBroken,
			Title:   "PocketBase's event stream breaks off",
			Symptom: "The sign-in window closes and nothing happens.",
			Why: "The connection to /api/realtime ended before the user came back, so PocketBase could not notify " +
				"the page. A proxy closed the idle connection, or PocketBase restarted.",
			Todo: "Let the proxy keep /api/realtime open for five minutes without traffic (proxy_read_timeout in " +
				"nginx), then test again.",
			Checks: []link.CheckID{link.CheckPocketBaseRealtime, link.CheckSignIn},
		},
		{
			ID:      link.CauseBufferedStream,
			Title:   "A proxy holds back PocketBase's event stream",
			Symptom: "The sign-in window closes and nothing happens.",
			Why: "The result of the sign-in arrives through /api/realtime. A proxy that buffers or compresses it " +
				"delivers it too late.",
			Todo:   "Turn off buffering and compression for /api/realtime in the proxy in front of PocketBase.",
			Checks: []link.CheckID{link.CheckPocketBaseRealtime, link.CheckSignIn},
		},
		{
			ID:      link.CauseDifferentIP,
			Title:   "PocketBase sees two different addresses",
			Symptom: "The sign-in window reports a failure; the app is never notified.",
			Why: "Since 0.38.2 PocketBase requires the event stream and the sign-in window to come from the same IP " +
				"address. A proxy that it doesn't trust, or a mix of IPv4 and IPv6, makes them differ.",
			Todo:   "Set PocketBase's trusted proxy headers to those that your proxy sends.",
			Checks: []link.CheckID{link.CheckSignIn},
		},
		{
			ID:      link.CauseOtherPocketBase,
			Title:   "The redirect URI doesn't lead to this PocketBase",
			Symptom: "authentik accepts the user; the app is never notified.",
			Why: "authentik sent the user back, but the request never reached this PocketBase. The redirect URI's " +
				"host belongs to another server, or several PocketBases share one address.",
			Todo:   "Check that the redirect URI's address leads to this PocketBase only.",
			Checks: []link.CheckID{link.CheckSignIn},
		},
	}
}

// causesOfAddresses returns the causes that lie in addresses and clocks.
func causesOfAddresses() []Cause {
	return []Cause{
		{
			ID:      link.CausePlainHTTP,
			Title:   "An address that browsers use is plain http",
			Symptom: "Browsers refuse to load it from an https page, or show a warning.",
			Why: "Anyone on the network can read sign-in codes and passwords, and a page served over https can't " +
				"call an http address.",
			Todo:   "Serve both systems over https, and enter their https addresses.",
			Checks: []link.CheckID{link.CheckAddresses, link.CheckSignIn},
		},
		{
			ID:      link.CauseClock,
			Title:   "The clocks differ",
			Symptom: "Tokens are rejected as expired or not yet valid.",
			Why: "authentik, PocketBase and this machine disagree on the time. With ID tokens, PocketBase allows a " +
				"difference of five minutes.",
			Todo:   "Synchronise all machines with NTP.",
			Checks: []link.CheckID{link.CheckClock, link.CheckSignIn},
		},
	}
}
