package checks

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// own reports whether the checked user is the token's owner.
func (m *measured) own() bool { return m.person == 0 || m.person == m.c.Identity().UserPK }

func (c *Checker) preview(ctx context.Context, provider, person int) (rest.Object, error) {
	n := rest.Need{What: say.Of("sign-in previews"), Perm: report.PermViewProvider}
	call := rest.Get(rest.Item(rest.PathProviders, strconv.Itoa(provider)) + "preview_user/")
	if person != 0 && person != c.Identity().UserPK {
		call.Query.Set("for_user", strconv.Itoa(person))
	}
	a, err := c.Read(ctx, n, call)
	if a.Status == http.StatusBadRequest && c.Identity().Superuser {
		return nil, rest.NewFault(report.FaultRefused, "", say.Of("authentik has no user with the ID %d.", person),
			say.Of("Choose another user."), err)
	}
	if a.Status == http.StatusBadRequest {
		n.Perm = report.PermPreviewUser
		return nil, rest.Forbidden(say.Of("The authentik token may not preview this user's sign-in."), n, err)
	}
	if err != nil {
		return nil, err
	}
	o, _ := a.Object()
	return o.Object("preview"), nil
}

func (m *measured) askClaims(ctx context.Context) (rest.Object, error) {
	if m.live.provider == nil {
		return nil, nil
	}
	return m.c.preview(ctx, m.live.state.PK, m.person)
}

// verified reports whether PocketBase reads email_verified as true.
func verified(claims rest.Object) bool {
	return signin.Truthy(claims["email_verified"])
}

// judgeEmail compares what authentik would send about the user's address with the e-mail decision.
func (m *measured) judgeEmail() *report.Check {
	check := newCheck(report.CheckAuthentikEmail, say.Of("The user's e-mail address is treated as chosen"))
	switch {
	case !m.noClaims().Empty():
		return check.SkipsSaying(m.noClaims(), m.claimsErr)
	case m.emailTrouble():
		return check.Skips(say.Of("The address did not arrive: see the check of the claims."))
	}
	email, isVerified := rest.Plain(m.claims.Text("email")), verified(m.claims)
	evidence := say.Of("authentik's preview for %s: email %q, email_verified %s.", m.who(), email,
		rest.OrNone(rest.Plain(string(m.claims["email_verified"]))))
	chooseAnother := say.Of("Give the user an e-mail address in authentik, or check as another user.")
	if m.user.Text("email") != "" {
		chooseAnother = say.Of("The user has an address in authentik, but the scope mapping for email does not " +
			"send it. Change its expression in authentik.")
	}
	switch {
	case m.d.Email == link.EmailLeave && !isVerified:
		return check.Passes(say.Join(evidence, say.Of("As chosen, PocketBase drops the address.")))
	case m.d.Email == link.EmailLeave:
		return check.Warns(report.CauseEmailUnverified, say.Join(evidence,
			say.Of("It counts as verified, although you "+
				"chose not to change authentik's answer.")),
			say.Of("A custom scope mapping marks it as verified. Remove it from the provider, or choose to trust "+
				"these addresses."))
	case isVerified:
		return check.Passes(evidence)
	case email == "":
		return check.Warns(report.CauseEmailBlank, evidence, chooseAnother)
	case m.d.Email == link.EmailTrustAttribute:
		return check.Warns(report.CauseEmailUnverified, say.Join(evidence, say.Of("PocketBase drops this address.")),
			say.Of("If this address is known to be correct, set the attribute email_verified: true on the user in "+
				"authentik."))
	}
	return check.Fails(report.CauseEmailUnverified, say.Join(evidence, say.Of("PocketBase drops this address.")),
		say.Of("Plan and apply again to replace authentik's email scope mapping with the one that marks "+
			"addresses as verified."))
}

// who returns the name of the user whose sign-in was previewed.
func (m *measured) who() say.Text {
	if name := rest.Plain(m.user.Text("username")); name != "" {
		return say.Raw(name)
	}
	if m.person == 0 {
		return say.Of("the token's own account, %s", rest.Plain(m.c.Identity().Username))
	}
	if name := rest.Plain(m.claims.Text("preferred_username")); name != "" {
		return say.Raw(name)
	}
	if m.own() {
		return say.Raw(rest.Plain(m.c.Identity().Username))
	}
	return say.Of("user %d", m.person)
}

func (m *measured) askAccess(ctx context.Context) (rest.Object, error) {
	if !m.own() && !m.c.Identity().Superuser {
		return nil, nil
	}
	n := rest.Need{What: say.Of("application access checks"), Perm: report.PermViewApplication}
	call := rest.Get(rest.Item(rest.PathApplications, m.d.Application.Slug) + "check_access/")
	if !m.own() {
		call.Query.Set("for_user", strconv.Itoa(m.person))
	}
	return m.c.One(ctx, n, call)
}

// admitsAll reports whether nothing is bound to the application, so that it admits every user (policies/engine.py).
// Only a superuser's token certainly sees all bindings.
func (m *measured) admitsAll() bool {
	brand, _ := m.flows.brand.Object()
	byDefault, _ := rest.DefaultAccess(brand)
	return byDefault && m.c.Identity().Superuser && m.live.application.Text("pk") != "" &&
		m.live.bindingsErr == nil && len(m.live.bindings) == 0
}

// judgeAccess checks that the bindings admit the user. The token's owner need not be a user who signs in, so
// that is only a warning.
func (m *measured) judgeAccess() *report.Check {
	check := newCheck(report.CheckAuthentikAccess, say.Of("The user may use the application"))
	switch {
	case m.open:
		return check.Passes(say.Of("Nothing is bound to the application, so it admits every user."))
	case m.accessErr != nil:
		return check.SkipsSaying(rest.FaultWords(m.accessErr), m.accessErr)
	case !m.own() && !m.c.Identity().Superuser:
		return check.Skips(say.Of("Only a superuser's token can check access for another user."))
	case !m.access.Has("passing"):
		return check.Skips(say.Of("There is no application with the slug %s.", m.d.Application.Slug))
	}
	if m.access.Flag("passing") {
		if policies := m.policies(); len(policies) > 0 {
			return check.Skips(say.Of("Asked authentik whether %s may use the application: yes. But %s may answer "+
				"otherwise where and when the user signs in.", m.who(), boundNames(policies)))
		}
		return check.Passes(say.Of("Asked authentik whether %s may use the application: yes.", m.who()))
	}
	evidence := say.Of("Asked authentik whether %s may use the application: no.", m.who())
	if messages := rest.Plain(strings.Join(m.access.Texts("messages"), " ")); messages != "" {
		evidence = say.Join(evidence, say.Of("It says: %s", messages))
	}
	if m.person == 0 {
		return check.Warns(report.CauseNoAccess, evidence,
			say.Of("If this account should sign in, add it to one of the application's groups. Otherwise check as "+
				"another user."))
	}
	return check.Fails(report.CauseNoAccess, evidence,
		say.Of("Add the user to one of the application's groups, or bind the user to the application."))
}

// policies returns the application's bindings to policies, whose result can depend on more than the user.
func (m *measured) policies() []rest.Object {
	return slices.DeleteFunc(enabled(m.live.bindings), func(o rest.Object) bool { return o.Text("policy") == "" })
}
