package authentiksim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// authorizationCode is a code on its way from the browser to the token endpoint.
type authorizationCode struct {
	provider, user  int
	scopes          []string
	nonce           string
	challenge       string // empty without PKCE
	challengeMethod string
	expires         time.Time
	authTime        time.Time
	sid             string
}

// authorize answers GET /application/o/authorize/.
func authorize(c *call) (answer, error) {
	if c.req.URL.RawQuery == "" {
		return c.notFoundPage(), nil
	}
	a, err := c.readAuthorization()
	if err != nil {
		return answer{}, err
	}
	person := c.person()
	if person == nil && slices.Contains(a.prompt, "none") {
		return c.authorizeError(a, "login_required", ""), nil
	}
	app := c.st.applicationOf(a.provider.PK)
	if app == nil {
		return c.deniedPage("Failed to resolve application"), nil
	}
	if person == nil {
		return c.toLogin(a.provider, app), nil
	}
	if !c.access(app, person) {
		return c.deniedPage("Request has been denied."), nil
	}
	if c.wantsNewLogin(a) {
		return c.toLogin(a.provider, app), nil
	}
	return c.startAuthorization(a, app)
}

// toLogin sends the browser to the login flow, and from there back here.
func (c *call) toLogin(p *Provider, app *Application) answer {
	c.openSession().pre = app.PK
	slug := authenticationFlow
	if flow := c.st.flows.get(p.AuthenticationFlow); flow != nil {
		slug = flow.Slug
	}
	return redirect("/if/flow/" + slug + "/?" + withNext(c.req.URL.RawQuery, c.req.URL.RequestURI()))
}

// wantsNewLogin tells whether prompt=login or max_age ask for another sign-in
// than the one the session has.
func (c *call) wantsNewLogin(a *authorization) bool {
	s := c.session()
	if a.maxAge > 0 && c.now().Sub(s.authTime) > time.Duration(a.maxAge)*time.Second {
		s.relogin = s.login
		return true
	}
	if slices.Contains(a.prompt, "login") && (s.relogin == "" || s.relogin == s.login) {
		s.relogin = s.login
		return true
	}
	return false
}

// startAuthorization sends the browser back at once, or to the page that asks
// for consent.
func (c *call) startAuthorization(a *authorization, app *Application) (answer, error) {
	flow := c.st.flows.get(a.provider.AuthorizationFlow)
	explicit := flow != nil && flow.Slug == explicitFlow && !c.consented(app, a)
	if !explicit && !slices.Contains(a.prompt, "consent") {
		return c.fulfil(a, app)
	}
	if slices.Contains(a.prompt, "none") {
		return c.authorizeError(a, "consent_required", ""), nil
	}
	slug := explicitFlow
	if flow != nil {
		slug = flow.Slug
	}
	c.session().plan = &flowPlan{slug: slug, authorization: a, app: app.PK, consent: randomText(40)}
	return redirect("/if/flow/" + slug + "/?" + reencode(c.req.URL.RawQuery)), nil
}

// fulfil notes the sign-in and sends the browser to the redirect URI with what
// it asked for.
func (c *call) fulfil(a *authorization, app *Application) (answer, error) {
	s := c.session()
	s.relogin = ""
	code := ""
	if a.grant != "implicit" {
		code = newHex()
		c.st.codes[code] = &authorizationCode{
			provider: a.provider.PK, user: s.user, scopes: a.scopes, nonce: a.nonce,
			challenge: a.challenge, challengeMethod: a.challengeMethod,
			expires: c.now().Add(lifetime(a.provider.AccessCodeValidity)), authTime: s.authTime, sid: s.sid(),
		}
	}
	values := url.Values{"code": {code}, "state": {a.state}}
	if a.grant != "authorization_code" {
		var err error
		if values, err = c.implicitValues(a, code); err != nil {
			return c.authorizeError(a, "server_error", err.Error()), nil
		}
	}
	c.note(Event{Action: "authorize_application", App: "authentik.providers.oauth2.views.authorize",
		User: eventUser(c.person()), Context: obj{
			"flow": undashed(a.provider.AuthorizationFlow), "scopes": strings.Join(a.scopes, " "),
			"authorized_application": modelContext("application", "authentik_core", undashed(app.PK), app.Name),
		}})
	return c.backToApp(a, app, values), nil
}

// implicitValues are the values of the implicit and hybrid grants.
func (c *call) implicitValues(a *authorization, code string) (url.Values, error) {
	s := c.session()
	granted := &grantedToken{provider: a.provider.PK, user: s.user, scopes: a.scopes, nonce: a.nonce,
		expires: c.now().Add(lifetime(a.provider.AccessTokenValidity)), authTime: s.authTime, sid: s.sid()}
	idToken, access, err := c.issue(granted, a.provider)
	if err != nil {
		return nil, err
	}
	values := url.Values{"token_type": {"Bearer"}, "state": {a.state},
		"expires_in": {strconv.Itoa(int(lifetime(a.provider.AccessTokenValidity).Seconds()))}}
	if code != "" {
		values.Set("code", code)
	}
	if strings.Contains(a.responseType, "id_token") {
		values.Set("id_token", idToken)
	}
	if strings.Contains(strings.ReplaceAll(a.responseType, "id_token", ""), "token") || a.responseType == "id_token" {
		values.Set("access_token", access)
	}
	return values, nil
}

// backToApp delivers values in the response mode that was asked for.
func (c *call) backToApp(a *authorization, app *Application, values url.Values) answer {
	to, err := url.Parse(a.redirectURI)
	if err != nil {
		return c.errorPage(http.StatusBadRequest, "Bad Request", "The request could not be understood.")
	}
	switch a.responseMode {
	case "form_post":
		return c.formPostPage(a.redirectURI, app, values)
	case "fragment":
		to.Fragment = ""
		return redirect(to.String() + "#" + values.Encode())
	}
	query := to.Query()
	for key, value := range values {
		query[key] = value
	}
	to.RawQuery = query.Encode()
	return redirect(to.String())
}

// lifetime is a validity as a duration. Validities are checked when they are written.
func lifetime(validity string) time.Duration {
	d, _ := parseDuration(validity)
	return d
}
