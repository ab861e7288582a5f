package authentik

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/signin"
)

// own reports whether the person is the token's own account.
func (m *measured) own() bool { return m.person == 0 || m.person == m.c.identity.UserPK }

func (c Checker) preview(ctx context.Context, provider, person int) (object, error) {
	n := need{what: "sign-in previews", perm: permViewProvider}
	a, err := c.read(ctx, n, func(ctx context.Context) error {
		r := c.API.ProvidersAPI.ProvidersOauth2PreviewUserRetrieve(ctx, int32(provider))
		if person != 0 && person != c.identity.UserPK {
			r = r.ForUser(int32(person))
		}
		_, _, err := r.Execute()
		return err
	})
	if a.Status == http.StatusBadRequest && c.identity.Superuser {
		return nil, fault(link.FaultRefused, "", "authentik has no user with the ID "+strconv.Itoa(person)+".",
			"Choose another user.", err)
	}
	if a.Status == http.StatusBadRequest {
		n.perm = permPreviewUser
		return nil, forbidden("The authentik token may not preview this user's sign-in.", n, err)
	}
	if err != nil {
		return nil, err
	}
	o, _ := a.object()
	return o.object("preview"), nil
}

func (m *measured) askClaims(ctx context.Context) (object, error) {
	if m.live.provider == nil {
		return nil, nil
	}
	return m.c.preview(ctx, m.live.state.PK, m.person)
}

// verified reads email_verified as PocketBase does.
func verified(claims object) bool {
	var claim any
	return json.Unmarshal(claims["email_verified"], &claim) == nil && signin.Truthy(claim)
}

// judgeEmail compares what authentik would say of the person's address with
// what was decided.
func (m *measured) judgeEmail() link.Check {
	check := newCheck(link.CheckAuthentikEmail, "The user's e-mail address is treated as chosen")
	switch {
	case m.live.provider == nil:
		return skip(check, m.live.missing)
	case m.claimsErr != nil:
		return skip(check, "authentik's preview of the sign-in could not be read: "+words(m.claimsErr))
	case m.live.provider.has("include_claims_in_id_token") && !m.live.state.IncludeClaims:
		return skip(check, "The provider does not include claims in the ID token, and authentik's preview shows only "+
			"those.")
	}
	email, isVerified := plain(m.claims.text("email")), verified(m.claims)
	evidence := fmt.Sprintf("authentik's preview for %s: email %q, email_verified %s.", m.who(), email,
		orNone(plain(string(m.claims["email_verified"]))))
	const chooseAnother = "Give the user an e-mail address in authentik, or check as another user."
	switch {
	case m.d.Email == link.EmailLeave && !isVerified:
		return pass(check, evidence+" As chosen, PocketBase drops the address.")
	case m.d.Email == link.EmailLeave:
		return warn(check, link.CauseEmailUnverified, evidence+
			" It counts as verified, although you chose not to change authentik's answer.",
			"A custom scope mapping marks it as verified. Remove it from the provider, or choose to trust these "+
				"addresses.")
	case isVerified:
		return pass(check, evidence)
	case email == "":
		return warn(check, link.CauseEmailBlank, evidence, chooseAnother)
	case m.d.Email == link.EmailTrustAttribute:
		return warn(check, link.CauseEmailUnverified, evidence+" PocketBase drops this address.",
			"If this address is known to be correct, set the attribute email_verified: true on the user in authentik.")
	}
	return fail(check, link.CauseEmailUnverified, evidence+" PocketBase drops this address.",
		"Plan and apply again to replace authentik's email scope mapping with the one that marks addresses as "+
			"verified.")
}

// who names the person whose sign-in was previewed.
func (m *measured) who() string {
	if name := plain(m.claims.text("preferred_username")); name != "" {
		return name
	}
	if m.own() {
		return plain(m.c.identity.Username)
	}
	return fmt.Sprintf("user %d", m.person)
}

func (m *measured) askAccess(ctx context.Context) (object, error) {
	if !m.own() && !m.c.identity.Superuser {
		return nil, nil
	}
	n := need{what: "application access checks", perm: permViewApplication}
	return m.c.one(ctx, n, func(ctx context.Context) error {
		r := m.c.API.CoreAPI.CoreApplicationsCheckAccessRetrieve(ctx, m.d.Application.Slug)
		if !m.own() {
			r = r.ForUser(int32(m.person))
		}
		_, _, err := r.Execute()
		return err
	})
}

// judgeAccess judges whether the bindings let the person in. The token's own
// account need not be one that signs in, so it only gives a warning.
func (m *measured) judgeAccess() link.Check {
	check := newCheck(link.CheckAuthentikAccess, "The user may use the application")
	switch {
	case m.accessErr != nil:
		return skip(check, words(m.accessErr))
	case !m.own() && !m.c.identity.Superuser:
		return skip(check, "Only a superuser's token can check access for another user.")
	case !m.access.has("passing"):
		return skip(check, "There is no application with the slug "+m.d.Application.Slug+".")
	}
	evidence := "Asked authentik whether " + m.who() + " may use the application: "
	if m.access.flag("passing") {
		return pass(check, evidence+"yes.")
	}
	evidence += "no."
	if messages := plain(strings.Join(m.access.texts("messages"), " ")); messages != "" {
		evidence += " It says: " + messages
	}
	if m.person == 0 {
		return warn(check, link.CauseNoAccess, evidence,
			"If this account should sign in, add it to one of the application's groups. Otherwise check as another "+
				"user.")
	}
	return fail(check, link.CauseNoAccess, evidence,
		"Add the user to one of the application's groups, or bind the user to the application.")
}
