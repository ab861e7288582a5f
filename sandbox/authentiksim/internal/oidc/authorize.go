package oidc

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// NotApplicable is the message of a flow whose requirements are not met.
const NotApplicable = "Flow does not apply to current user."

// authorize answers GET /application/o/authorize/.
func authorize(c *serve.Call) (serve.Answer, error) {
	if c.Request.URL.RawQuery == "" {
		return c.NotFoundPage(), nil
	}
	a, err := readAuthorization(c)
	if err != nil {
		return serve.Answer{}, err
	}
	person := c.Person()
	if person == nil && slices.Contains(a.Prompt, "none") {
		return authorizeError(c, a, "login_required", ""), nil
	}
	app := c.State.ApplicationOf(a.Provider.PK)
	if app == nil {
		return c.DeniedPage("Failed to resolve application"), nil
	}
	if person == nil {
		return toLogin(c, a.Provider, app), nil
	}
	if !c.State.MayUse(app, person, c.Now()) {
		return c.DeniedPage("Request has been denied."), nil
	}
	if wantsNewLogin(c, a) {
		return toLogin(c, a.Provider, app), nil
	}
	return startAuthorization(c, a, app)
}

// toLogin redirects to the login flow, which leads back here.
func toLogin(c *serve.Call, p *store.Provider, app *store.Application) serve.Answer {
	c.OpenSession().TargetApp = app.PK
	slug := install.AuthenticationFlow
	if flow := c.State.Flows.Get(p.AuthenticationFlow); flow != nil {
		slug = flow.Slug
	}
	return serve.Redirect("/if/flow/" + slug + "/?" + withNext(c.Request.URL.RawQuery, c.Request.URL.RequestURI()))
}

// wantsNewLogin reports whether prompt=login or max_age ask for a new sign-in.
func wantsNewLogin(c *serve.Call, a *store.Authorization) bool {
	s := c.Session()
	if a.MaxAge > 0 && c.Now().Sub(s.AuthTime) > time.Duration(a.MaxAge)*time.Second {
		s.Relogin = s.Login
		return true
	}
	if slices.Contains(a.Prompt, "login") && (s.Relogin == "" || s.Relogin == s.Login) {
		s.Relogin = s.Login
		return true
	}
	return false
}

// startAuthorization redirects to the application, or to the consent page first.
func startAuthorization(c *serve.Call, a *store.Authorization, app *store.Application) (serve.Answer, error) {
	flow := c.State.Flows.Get(a.Provider.AuthorizationFlow)
	if flow != nil && (!c.State.Applies(flow, c.Person()) || c.State.Denies(flow)) {
		return c.DeniedPage(NotApplicable), nil
	}
	explicit := flow != nil && flow.Slug == install.ExplicitFlow && !consented(c, app, a)
	if !explicit && !slices.Contains(a.Prompt, "consent") {
		return fulfil(c, a, app)
	}
	if slices.Contains(a.Prompt, "none") {
		return authorizeError(c, a, "consent_required", ""), nil
	}
	slug := install.ExplicitFlow
	if flow != nil {
		slug = flow.Slug
	}
	c.Session().Plan = &store.FlowPlan{Slug: slug, Authorization: a, App: app.PK, Consent: store.RandomText(40)}
	return serve.Redirect("/if/flow/" + slug + "/?" + reencode(c.Request.URL.RawQuery)), nil
}

// fulfil notes the sign-in and redirects to the application with what it asked for.
func fulfil(c *serve.Call, a *store.Authorization, app *store.Application) (serve.Answer, error) {
	s := c.Session()
	s.Relogin = ""
	code := ""
	if a.Grant != "implicit" {
		code = store.NewHex()
		c.State.Codes[code] = &store.AuthorizationCode{
			Provider: a.Provider.PK, User: s.User, Scopes: a.Scopes, Nonce: a.Nonce,
			Challenge: a.Challenge, ChallengeMethod: a.ChallengeMethod,
			Expires: c.Now().Add(store.Lifetime(a.Provider.AccessCodeValidity)), AuthTime: s.AuthTime, SID: s.SID(),
		}
	}
	values := url.Values{"code": {code}, "state": {a.State}}
	if a.Grant != "authorization_code" {
		var err error
		if values, err = implicitValues(c, a, code); err != nil {
			return authorizeError(c, a, "server_error", err.Error()), nil
		}
	}
	authorized := serve.ModelContext("application", "authentik_core", serve.Undashed(app.PK), app.Name)
	c.Note(store.Event{Action: "authorize_application", App: "authentik.providers.oauth2.views.authorize",
		User: serve.EventUser(c.Person()), Context: obj{
			"flow": serve.Undashed(a.Provider.AuthorizationFlow), "scopes": strings.Join(a.Scopes, " "),
			"authorized_application": authorized,
		}})
	return backToApp(c, a, app, values), nil
}

// implicitValues returns the values of the implicit and hybrid grants.
func implicitValues(c *serve.Call, a *store.Authorization, code string) (url.Values, error) {
	s := c.Session()
	granted := &store.GrantedToken{Provider: a.Provider.PK, User: s.User, Scopes: a.Scopes, Nonce: a.Nonce,
		Expires: c.Now().Add(store.Lifetime(a.Provider.AccessTokenValidity)), AuthTime: s.AuthTime, SID: s.SID()}
	idToken, access, err := issue(c, granted, a.Provider)
	if err != nil {
		return nil, err
	}
	values := url.Values{"token_type": {"Bearer"}, "state": {a.State},
		"expires_in": {strconv.Itoa(int(store.Lifetime(a.Provider.AccessTokenValidity).Seconds()))}}
	if code != "" {
		values.Set("code", code)
	}
	if strings.Contains(a.ResponseType, "id_token") {
		values.Set("id_token", idToken)
	}
	if strings.Contains(strings.ReplaceAll(a.ResponseType, "id_token", ""), "token") || a.ResponseType == "id_token" {
		values.Set("access_token", access)
	}
	return values, nil
}

// backToApp delivers values in the requested response mode.
func backToApp(c *serve.Call, a *store.Authorization, app *store.Application, values url.Values) serve.Answer {
	to, err := url.Parse(a.RedirectURI)
	if err != nil {
		return c.ErrorPage(http.StatusBadRequest, "Bad Request", "The request could not be understood.")
	}
	switch a.ResponseMode {
	case "form_post":
		return formPostPage(c, a.RedirectURI, app, values)
	case "fragment":
		to.Fragment = ""
		return serve.Redirect(to.String() + "#" + values.Encode())
	}
	query := to.Query()
	for key, value := range values {
		query[key] = value
	}
	to.RawQuery = query.Encode()
	return serve.Redirect(to.String())
}

// formPostView is a form that delivers values to an application.
type formPostView struct {
	Action, Application string
	Values              map[string]string
}

// formPostPage delivers values with response_mode=form_post. Without JavaScript the user presses a button.
func formPostPage(c *serve.Call, action string, app *store.Application, values url.Values) serve.Answer {
	view := formPostView{Action: action, Application: app.Name, Values: map[string]string{}}
	for key := range values {
		view.Values[key] = values.Get(key)
	}
	return c.Pages.Render(http.StatusOK, "form_post", serve.PageView{
		Title: "authentik", Heading: "Redirecting to " + app.Name, Body: view})
}
