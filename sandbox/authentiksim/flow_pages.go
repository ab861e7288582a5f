package authentiksim

import (
	"net/http"
	"slices"
	"strings"
)

// loginView is what the login page shows.
type loginView struct {
	Application string
	Username    string
	Problem     string
	Known       []knownPerson
}

// knownPerson is somebody a visitor of a demo can sign in as.
type knownPerson struct{ Name, Username, Password string }

// flowPage answers GET and POST /if/flow/{slug}/: the login, the consent, or
// that somebody is signed out. Its forms need no JavaScript.
func flowPage(c *call) (answer, error) {
	flow := c.st.flowBySlug(c.param("slug"))
	if flow == nil {
		return c.notFoundPage(), nil
	}
	if plan := c.planOf(flow); plan != nil && plan.authorization != nil {
		return c.consentPage(plan)
	}
	switch flow.Designation {
	case "authentication":
		return c.loginPage()
	case "invalidation":
		return c.signedOutPage(flow), nil
	case "authorization":
		return redirect("/"), nil
	}
	return c.messagePage(http.StatusOK, "authentik", flow.Title, "This simulated authentik does not have this flow."), nil
}

// planOf is the session's plan if it is of this flow and somebody has signed in.
func (c *call) planOf(flow *Flow) *flowPlan {
	if c.person() == nil || c.session().plan == nil || c.session().plan.slug != flow.Slug {
		return nil
	}
	return c.session().plan
}

func (c *call) loginPage() (answer, error) {
	view := loginView{Known: c.knownPeople()}
	if s := c.session(); s != nil && c.st.applications.has(s.pre) {
		view.Application = c.st.applications.get(s.pre).Name
	}
	if c.req.Method == http.MethodPost {
		form := c.form()
		view.Username = strings.TrimSpace(form.Get("username"))
		user := c.userNamed(view.Username)
		if c.passwordFits(user, form.Get("password")) {
			c.signIn(user)
			return redirect(localPath(c.query.Get("next"))), nil
		}
		view.Problem = "User name and password do not go together. Check both and try again."
	}
	return c.pages.render(http.StatusOK, "login", pageView{Title: "authentik", Heading: "Welcome to authentik!", Body: view}), nil
}

// knownPeople are the people whose password the page may show.
func (c *call) knownPeople() []knownPerson {
	var people []knownPerson
	for username, password := range c.cfg.ShowPassword {
		if user := c.userNamed(username); user != nil {
			people = append(people, knownPerson{Name: user.Name, Username: username, Password: password})
		}
	}
	slices.SortFunc(people, func(a, b knownPerson) int { return strings.Compare(a.Username, b.Username) })
	return people
}

// consentView is what the consent page shows.
type consentView struct {
	Application, Person, Token string
	Permissions                []permission
}

func (c *call) consentPage(plan *flowPlan) (answer, error) {
	app := c.st.applications.get(plan.app)
	if app == nil {
		return c.deniedPage("Failed to resolve application"), nil
	}
	if c.req.Method == http.MethodPost && sameSecret(c.form().Get("token"), plan.consent) {
		return c.consent(plan)
	}
	return c.pages.render(http.StatusOK, "consent", pageView{
		Title: "authentik", Heading: "Redirecting to " + app.Name, Body: consentView{
			Application: app.Name, Person: c.person().Username, Token: plan.consent,
			Permissions: c.permissions(plan.authorization),
		}}), nil
}

// signedOutPage ends the session if the flow is the one that does; the flow for
// applications leaves people signed in to authentik.
func (c *call) signedOutPage(flow *Flow) answer {
	if flow.Slug == invalidationFlow {
		c.signOut()
		return c.messagePage(http.StatusOK, "authentik", "You are signed out", "You have signed out of authentik.")
	}
	return c.messagePage(http.StatusOK, "authentik", "You are signed out of the application",
		"You are still signed in to authentik.")
}

// endSession answers GET /application/o/{slug}/end-session/.
func endSession(c *call) (answer, error) {
	_, p := c.slugged()
	if p == nil {
		return c.notFoundPage(), nil
	}
	flow := c.st.flows.get(p.InvalidationFlow)
	if flow == nil {
		flow = c.st.flowBySlug(invalidationFlow)
	}
	back := c.query.Get("post_logout_redirect_uri")
	if slices.ContainsFunc(p.RedirectURIs, func(u RedirectURI) bool { return u.kind() == "logout" && u.matches(back) }) {
		if flow.Slug == invalidationFlow {
			c.signOut()
		}
		if state := c.query.Get("state"); state != "" {
			back += "?state=" + quote(state)
		}
		return redirect(back), nil
	}
	return redirect("/if/flow/" + flow.Slug + "/"), nil
}

// cancelFlow answers GET /flows/-/cancel/.
func cancelFlow(c *call) (answer, error) {
	if s := c.session(); s != nil {
		s.plan = nil
	}
	return redirect(localPath(c.query.Get("next"))), nil
}

// defaultFlow answers GET /flows/-/default/authentication/ and invalidation/.
func defaultFlow(slug string) handler {
	return func(c *call) (answer, error) {
		to := "/if/flow/" + slug + "/"
		if c.req.URL.RawQuery != "" {
			to += "?" + c.req.URL.RawQuery
		}
		return redirect(to), nil
	}
}
