package signins

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
)

// behindTLS puts a proxy with a certificate of a private authority in front of an authentik, whose address is then the
// proxy's.
func behindTLS(t testing.TB, a *idp) *idp {
	t.Helper()
	next := reverse(t, a.url)
	forward := next.Rewrite
	next.Rewrite = func(r *httputil.ProxyRequest) {
		forward(r)
		r.Out.Header.Set("X-Forwarded-Proto", "https")
	}
	server := httptest.NewUnstartedServer(next)
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	front := *a
	front.url = server.URL
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	client := outbound.New(outbound.Config{Timeout: time.Minute, Roots: roots})
	t.Cleanup(client.CloseIdleConnections)
	front.client = front.connect(t, client)
	return &front
}

// Case 16: authentik ignores the X-Forwarded-Proto of a proxy that it does not trust, and says http.
func TestHTTPBehindHTTPSNamesTheSetting(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	for name, trusted := range map[string]bool{"case_16_trusted": true, "case_16": false} {
		cfg := authentiksim.Config{Version: "2026.8.0"}
		if !trusted {
			cfg.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		}
		l := lab.linkTo(behindTLS(t, newIDP(t, cfg, nil)), name, nil)
		issuer := link.Find(l.e.Verify(t.Context(), l.d, l.person), func(c report.Check) bool {
			return c.ID.Is(report.CheckAuthentikIssuer)
		})
		switch {
		case issuer == nil || (issuer.Status == report.Pass) != trusted:
			t.Errorf("%s: %+v", name, issuer)
		case !trusted && (issuer.Cause != report.CauseIssuerMismatch ||
			!strings.Contains(issuer.Remedy.String(), "AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS")):
			t.Errorf("%s: %+v", name, issuer)
		}
		l.staysEncrypted()
	}
}

// staysEncrypted checks that no plan has PocketBase use http, whatever authentik and PocketBase say.
func (l *linked) staysEncrypted() {
	l.t.Helper()
	spec := link.Spec{AuthentikURL: l.a.url, PocketBaseURLs: []string{l.pb.URL()}, Email: link.EmailTrustAll}
	spec.Application.Slug, spec.PocketBase.Collection = &l.d.Application.Slug, &l.name
	checked := spec
	checked.PocketBase.JWKSURL = new(l.a.url + "/application/o/" + l.d.Application.Slug + "/jwks/")
	for _, s := range []link.Spec{spec, checked} {
		plan, err := l.e.Plan(l.t.Context(), s)
		if err != nil {
			l.t.Fatal(err)
		}
		slot := plan.Desired.Slot
		urls := append([]string{slot.AuthURL, slot.TokenURL, slot.UserInfoURL, slot.JWKSURL}, slot.Issuers...)
		for _, u := range urls {
			if strings.HasPrefix(u, "http:") {
				l.t.Errorf("%s: planned %s", l.name, u)
			}
		}
	}
	plain := spec // as discovery has it
	plain.AuthentikURL = strings.Replace(l.a.url, "https:", "http:", 1)
	var problems report.Problems
	if _, err := l.e.Plan(l.t.Context(), plain); !errors.As(err, &problems) ||
		!slices.ContainsFunc(problems, func(p report.Problem) bool { return p.Field == "authentik.public_url" }) {
		l.t.Errorf("%s: a plan for http: %v", l.name, err)
	}
	l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
		own.AuthURL = strings.Replace(own.AuthURL, "https:", "http:", 1)
	})
	plan, err := l.e.Plan(l.t.Context(), spec)
	if err != nil || len(plan.Changes) != 1 || !strings.HasPrefix(plan.Desired.Slot.AuthURL, "https:") {
		l.t.Errorf("%s: a copied http address: %+v, %v", l.name, plan.Changes, err)
	}
}
