package predict

import (
	"net/http"

	"golang.org/x/mod/semver"

	"authpocket/internal/predict/rule"
)

// oauth2 is the context of a request that signs in with OAuth2, since 0.26.
const oauth2 = "oauth2"

// createRequest is PocketBase's own request for the new record, as its create rule sees it.
func (w World) createRequest(body map[string]any) rule.Request {
	return rule.Request{Context: oauth2, Method: http.MethodPost, Body: body}
}

// signInRequest is the app's request to sign in, as the auth rule and the MFA rule see it.
func (w World) signInRequest() rule.Request {
	r := rule.Request{Context: oauth2, Method: http.MethodPost, Body: map[string]any{"provider": w.Slot}}
	if w.before("0.26.0") {
		r.Context = "default"
	}
	return r
}

// before reports whether this PocketBase is older than version. An unknown one counts as the newest.
func (w World) before(version string) bool {
	return w.Version != "" && semver.Compare("v"+w.Version, "v"+version) < 0
}
