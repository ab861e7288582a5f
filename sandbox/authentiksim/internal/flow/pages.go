package flow

import (
	"net/http"
	"slices"
	"strings"

	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/oidc"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// loginView is the content of the login page.
type loginView struct {
	Application string
	Username    string
	Problem     string
	Known       []knownPerson
}

// knownPerson is a user whose password the login page of a demo shows.
type knownPerson struct{ Name, Username, Password string }

// flowPage answers GET and POST /if/flow/{slug}/ with the login, consent or logout page. The forms need no
// JavaScript.
func flowPage(c *serve.Call) (serve.Answer, error) {
	flow := c.State.FlowBySlug(c.Param("slug"))
	if flow == nil {
		return c.NotFoundPage(), nil
	}
	if plan := planOf(c, flow); plan != nil && plan.Authorization != nil {
		return consentPage(c, plan)
	}
	switch flow.Designation {
	case "authentication":
		if !runs(c, flow) {
			return c.DeniedPage(oidc.NotApplicable), nil
		}
		return loginPage(c)
	case "invalidation":
		return signedOutPage(c, flow), nil
	case "authorization":
		return serve.Redirect("/"), nil
	}
	const message = "This simulated authentik does not have this flow."
	return c.MessagePage(http.StatusOK, "authentik", flow.Title, message), nil
}

// planOf returns the session's plan if it belongs to this flow and the user has signed in.
func planOf(c *serve.Call, flow *store.Flow) *store.FlowPlan {
	if c.Person() == nil || c.Session().Plan == nil || c.Session().Plan.Slug != flow.Slug {
		return nil
	}
	return c.Session().Plan
}

func loginPage(c *serve.Call) (serve.Answer, error) {
	view := loginView{Known: knownPeople(c)}
	if s := c.Session(); s != nil && c.State.Applications.Has(s.TargetApp) {
		view.Application = c.State.Applications.Get(s.TargetApp).Name
	}
	if c.Request.Method == http.MethodPost {
		form := c.Form()
		view.Username = strings.TrimSpace(form.Get("username"))
		user := userNamed(c, view.Username)
		if passwordFits(c, user, form.Get("password")) {
			c.SignIn(user)
			return serve.Redirect(oidc.LocalPath(c.Query.Get("next"))), nil
		}
		view.Problem = "Wrong user name or password."
	}
	return c.Pages.Render(http.StatusOK, "login", serve.PageView{
		Title: "authentik", Heading: "Welcome to authentik!", Body: view}), nil
}

// knownPeople returns the users whose password the page may show.
func knownPeople(c *serve.Call) []knownPerson {
	var people []knownPerson
	for username, password := range c.Config.ShowPassword {
		if user := userNamed(c, username); user != nil {
			people = append(people, knownPerson{Name: user.Name, Username: username, Password: password})
		}
	}
	slices.SortFunc(people, func(a, b knownPerson) int { return strings.Compare(a.Username, b.Username) })
	return people
}

// consentView is the content of the consent page.
type consentView struct {
	Application, Person, Token string
	Permissions                []oidc.Permission
}

func consentPage(c *serve.Call, plan *store.FlowPlan) (serve.Answer, error) {
	app := c.State.Applications.Get(plan.App)
	if app == nil {
		return c.DeniedPage("Failed to resolve application"), nil
	}
	if c.Request.Method == http.MethodPost && store.SameSecret(c.Form().Get("token"), plan.Consent) {
		return oidc.Consent(c, plan)
	}
	return c.Pages.Render(http.StatusOK, "consent", serve.PageView{
		Title: "authentik", Heading: "Redirecting to " + app.Name, Body: consentView{
			Application: app.Name, Person: c.Person().Username, Token: plan.Consent,
			Permissions: oidc.Permissions(c, plan.Authorization),
		}}), nil
}

// signedOutPage ends the session in authentik's own invalidation flow. The invalidation flow of applications keeps
// it.
func signedOutPage(c *serve.Call, flow *store.Flow) serve.Answer {
	if flow.Slug == install.InvalidationFlow {
		c.SignOut()
		return c.MessagePage(http.StatusOK, "authentik", "You are signed out", "You have signed out of authentik.")
	}
	return c.MessagePage(http.StatusOK, "authentik", "You are signed out of the application",
		"You are still signed in to authentik.")
}

// cancelFlow answers GET /flows/-/cancel/.
func cancelFlow(c *serve.Call) (serve.Answer, error) {
	if s := c.Session(); s != nil {
		s.Plan = nil
	}
	return serve.Redirect(oidc.LocalPath(c.Query.Get("next"))), nil
}

// defaultFlow answers GET /flows/-/default/authentication/ and invalidation/.
func defaultFlow(slug string) serve.Handler {
	return func(c *serve.Call) (serve.Answer, error) {
		to := "/if/flow/" + slug + "/"
		if c.Request.URL.RawQuery != "" {
			to += "?" + c.Request.URL.RawQuery
		}
		return serve.Redirect(to), nil
	}
}
