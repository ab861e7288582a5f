package plans_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// TestUndoLeavesLogoutAddressesOutOfAnOlderAuthentik takes back a change of the redirect URIs after authentik was
// replaced by one without a type of them: it would let sign-ins return to an address for after the logout.
func TestUndoLeavesLogoutAddressesOutOfAnOlderAuthentik(t *testing.T) {
	bye := link.RedirectURI{URL: "https://app.company/bye", Mode: "strict", Type: "logout"}
	for name, test := range map[string]struct {
		older bool
		want  []string
	}{
		"the same":     {false, []string{pocketbaseURL + link.RedirectPath, bye.String()}},
		"an older one": {true, []string{pocketbaseURL + link.RedirectPath}},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			w.providers[0].RedirectURIs = append(w.providers[0].RedirectURIs, bye)
			plan := mustPlan(t, w, specWith(func(s *link.Spec) {
				s.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://other.company/bye", Type: "logout"}}
			}))
			mustApply(t, w, plan)
			if test.older {
				w.features.RedirectURI, w.features.MetaHide, w.features.GrantTypes = false, false, false
				for i := range w.providers[0].RedirectURIs {
					w.providers[0].RedirectURIs[i].Type = ""
				}
			}
			back, problems := w.undo(plan, test.older)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			mustApply(t, w, back)
			got := link.Each(w.providers[0].RedirectURIs, link.RedirectURI.String)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the redirect URIs (-want +got):\n%s", diff)
			}
			warns := slices.ContainsFunc(back.Warnings, func(w link.Warning) bool {
				return w.ID == report.WarnLost && strings.Contains(w.Summary.String(), bye.URL)
			})
			if warns != test.older {
				t.Errorf("the undo warns %+v", back.Warnings)
			}
		})
	}
}
