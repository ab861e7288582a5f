package predict_test

import (
	"encoding/json"
	"slices"
	"testing"

	"authpocket/internal/predict"
	"authpocket/internal/report"
	"authpocket/internal/signin"
	"authpocket/test/draw"
)

// mutants are predictions with one mistake each.
func mutants() map[string]predictor {
	// blind predicts for a world in which something was overlooked.
	blind := func(overlook func(*predict.World)) predictor {
		return func(w predict.World) foreseen {
			w.Collection.Fields = slices.Clone(w.Collection.Fields)
			overlook(&w)
			return foresee(w)
		}
	}
	open := ""
	options := func(names ...string) predictor {
		return blind(func(w *predict.World) {
			for i, f := range w.Collection.Fields {
				var all map[string]json.RawMessage
				if json.Unmarshal(f.Options, &all) != nil {
					continue
				}
				for _, name := range names {
					delete(all, name)
				}
				w.Collection.Fields[i].Options, _ = json.Marshal(all)
			}
		})
	}
	return map[string]predictor{
		"every address counts as verified": blind(func(w *predict.World) {
			w.Claims = withClaim(w.Claims, "email_verified", "true")
		}),
		"the create rule is open":       blind(func(w *predict.World) { w.Collection.CreateRule = &open }),
		"the auth rule is open":         blind(func(w *predict.World) { w.Collection.AuthRule = &open }),
		"multi-factor sign-in is off":   blind(func(w *predict.World) { w.Collection.MFAEnabled = false }),
		"nothing is unique":             blind(func(w *predict.World) { w.Collection.Indexes = nil }),
		"texts have no length":          options("min", "max"),
		"addresses have no domains":     options("onlyDomains", "exceptDomains"),
		"patterns are ignored":          options("pattern"),
		"nobody is linked":              blind(func(w *predict.World) { w.BySubject = nil }),
		"nobody has the same address":   blind(func(w *predict.World) { w.ByEmail = nil }),
		"no field is required":          blind(notRequired),
		"a claim of any type is a text": blind(func(w *predict.World) { w.Claims = asTexts(w.Claims) }),
		"the user name is always kept": blind(func(w *predict.World) {
			w.Collection.OAuth2.Mapped.Username, w.Collection.OAuth2.Mapped.Name = "",
				w.Collection.OAuth2.Mapped.Username
		}),
		"an account is found and not looked at": func(w predict.World) foreseen {
			f := foresee(w)
			if f.Outcome == signin.OutcomeLinked || f.Outcome == signin.OutcomeReturns {
				f.Verified = false
			}
			return f
		},
	}
}

func notRequired(w *predict.World) {
	w.Collection.EmailRequired = false
	for i := range w.Collection.Fields {
		w.Collection.Fields[i].Required = false
	}
}

func withClaim(claims map[string]json.RawMessage, key, value string) map[string]json.RawMessage {
	changed := map[string]json.RawMessage{key: json.RawMessage(value)}
	for k, v := range claims {
		if k != key {
			changed[k] = v
		}
	}
	return changed
}

func asTexts(claims map[string]json.RawMessage) map[string]json.RawMessage {
	changed := map[string]json.RawMessage{}
	for key, raw := range claims {
		var s string
		if key != "email_verified" && json.Unmarshal(raw, &s) != nil {
			raw, _ = json.Marshal(string(raw))
		}
		changed[key] = raw
	}
	return changed
}

// catching returns foresee, and counts in found how often each mutant would be found wrong.
func catching(found map[string]int) predictor {
	return func(w predict.World) foreseen {
		f := foresee(w)
		for name, mutant := range mutants() {
			if m := mutant(w); !m.unsure() && len(apart(m, f)) > 0 {
				found[name]++
			}
		}
		return f
	}
}

// wantCaught fails the test for every mutant that was not found wrong. The prediction itself must be right.
func wantCaught(t *testing.T, found map[string]int, worlds int) {
	t.Helper()
	for name := range mutants() {
		if found[name] == 0 {
			t.Errorf("%s: nothing was found wrong in %d worlds", name, worlds)
		}
	}
	draw.Report(t, "mutants of the prediction: %d of %d caught in %d worlds", len(found), len(mutants()), worlds)
}

// apart compares a mutant with the prediction, which is what happened.
func apart(mutant, right foreseen) []difference {
	return differences(mutant, happened{Outcome: right.Outcome, Account: right.Account, Email: right.Email,
		Verified: right.Verified, Fields: right.Fields, MFA: right.Cause == report.CauseMFA})
}
