package predict

import (
	"encoding/json"
	"net/http"

	"golang.org/x/mod/semver"

	"authpocket/internal/predict/record"
	"authpocket/internal/predict/rule"
)

// oauth2 is the context of a request that signs in with OAuth2, since 0.26.
const oauth2 = "oauth2"

// createRequest is PocketBase's own request for the new record, as its create rule sees it.
func (w *World) createRequest(d record.Draft) rule.Request {
	return rule.Request{Context: oauth2, Method: http.MethodPost, Body: d.Body, UnknownBody: keysIn(d.Unknown, d.Body),
		Query: map[string]string{}, Version: w.Version}
}

// signInRequest is the app's request to sign in, as the auth rule and the MFA rule see it.
func (w *World) signInRequest() rule.Request {
	r := rule.Request{Context: oauth2, Method: http.MethodPost, Version: w.Version,
		Body: map[string]any{"provider": w.Slot},
		UnknownBody: map[string]bool{"code": true, "codeVerifier": false, "redirectURL": false, "redirectUrl": false,
			"createData": false}}
	if w.before("0.26.0") {
		r.Context = "default"
	}
	return r
}

// keysIn returns the keys of why that values has too.
func keysIn(why map[string]string, values map[string]any) map[string]bool {
	keys := map[string]bool{}
	for key := range why {
		if _, there := values[key]; there {
			keys[key] = true
		}
	}
	return keys
}

// stored returns an existing record as rules see it. What PocketBase shows to nobody is unknown.
func (w *World) stored(values map[string]json.RawMessage) rule.Record {
	r := rule.Record{Fields: w.Collection.Fields, Values: map[string]any{}, Unknown: map[string]bool{}}
	for _, f := range w.Collection.Fields {
		var value any
		if raw, shown := values[f.Name]; !shown || json.Unmarshal(raw, &value) != nil {
			r.Unknown[f.Name] = true
			continue
		}
		r.Values[f.Name] = value
	}
	return r
}

// before reports whether this PocketBase is older than version. An unknown one counts as the newest.
func (w *World) before(version string) bool {
	return w.Version != "" && semver.Compare("v"+w.Version, "v"+version) < 0
}
