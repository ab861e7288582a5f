package signins

import (
	"testing"

	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// authentik answers a redirect URI that it does not allow as it does a wrong secret. The probe is not misled by that,
// and a rotation keeps the new secret.
func TestTheProbeBlamesNoSecretForARedirectURI(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	own := link.RedirectURL(lab.pb.URL())
	named := func(urls ...string) func(*link.Spec) {
		return func(s *link.Spec) {
			for _, u := range urls {
				s.Provider.RedirectURIs = append(s.Provider.RedirectURIs, link.RedirectURI{URL: u})
			}
		}
	}
	pattern := func(u string) []any { return []any{map[string]any{"matching_mode": "regex", "url": u}} }
	for name, one := range map[string]struct {
		spec func(*link.Spec)
		live []any // set by hand, nil for what the link has
		want report.Status
	}{
		"slash":      {nil, strict(own + "/"), report.Pass},
		"other_path": {named(lab.pb.URL() + "/login/redirect"), nil, report.Pass},
		"app_scheme": {named("myapp://redirect"), nil, report.Pass},
		"own_second": {named("myapp://redirect", own), nil, report.Pass},
		"allowing":   {nil, pattern(".*"), report.Pass},
		"pattern":    {nil, pattern("https://elsewhere[.]example/.*"), report.Skipped},
		"none":       {nil, []any{}, report.Skipped},
	} {
		l := lab.link(name, one.spec)
		if one.live != nil {
			l.patchProvider(map[string]any{"redirect_uris": one.live})
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := *l
			l.t = t
			l.probe(one.want, "")
			l.rotate(one.want, one.spec)
			if one.want == report.Pass {
				l.patchProvider(map[string]any{"client_secret": "of nobody"})
				l.probe(report.Fail, report.CauseInvalidClient)
			}
		})
	}
}

// probe expects that of the probe.
func (l *linked) probe(want report.Status, cause report.CauseID) {
	l.t.Helper()
	c := l.e.VerifySlow(l.t.Context(), &l.d, nil)[0]
	if c.Status != want || c.Cause != cause || c.Evidence.Empty() {
		l.t.Errorf("want %s %s: %+v", want, cause, c)
	}
}

// rotate rotates the link's secret and expects the check of the new one to be that.
func (l *linked) rotate(want report.Status, change func(*link.Spec)) {
	l.t.Helper()
	spec := l.spec()
	if change != nil {
		change(&spec)
	}
	plan, err := l.e.Rotation(l.t.Context(), spec)
	if err == nil {
		l.saving.Lock()
		err = l.e.Apply(l.t.Context(), plan, func(apply.Event) {})
		l.saving.Unlock()
	}
	if err != nil {
		l.t.Fatalf("rotating: %v", err)
	}
	checks, err := l.e.ProveCredentials(l.t.Context(), &plan)
	if err != nil || checks[0].Status != want {
		l.t.Errorf("%v, %+v", err, checks)
	}
}
