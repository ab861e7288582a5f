package checks

import (
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
)

func FuzzClassify(f *testing.F) {
	for _, seed := range []string{`oauth2: "invalid_grant"`, "oauth2: cannot fetch token: 302 Found", `Post "x": EOF`,
		`Post "a\"b": x509:`, "oauth2: \"", "\xff\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, details string) {
		cause := rest.Classify(details)
		if cause == "" && !strings.HasPrefix(details, `oauth2: "invalid_grant"`) {
			t.Errorf("%q passes", details)
		}
		check := judge(probeCheck(), cause, details, &link.Desired{Slot: link.OAuth2Provider{
			Slot: "oidc2", TokenURL: "https://authentik.company/application/o/token/"}})
		if strings.ContainsAny(check.Evidence.String(), "<{") || len(check.Evidence.String()) > 2000 {
			t.Errorf("the evidence shows a raw body: %s", check.Evidence)
		}
		if cause != "" && (check.Remedy.Empty() || check.Cause != cause.Entry() || check.Status == report.Pass) {
			t.Errorf("%q is not explained: %+v", cause, check)
		}
	})
}
