package authentiksim

import (
	"net/http"
	"net/url"
)

// stage is where somebody is in the login flow.
type stage int

const (
	stageIdentification stage = iota
	stagePassword
	stageDevices // nobody here has a second factor: passed at once
	stageLogin
)

// flowPlan is a flow under way in a session: a login, or the consent of an
// authorization.
type flowPlan struct {
	slug    string
	stage   stage
	pending int // who has named themselves; 0 before that

	authorization *authorization // of a consent
	app           string
	consent       string // what the consent must answer with
}

// executor answers GET and POST flows/executor/{slug}/, which the pages of a
// real authentik are made of.
func executor(c *call) (answer, error) {
	flow := c.st.flowBySlug(c.param("slug"))
	if flow == nil {
		return c.notFoundPage(), nil
	}
	if c.req.Method == http.MethodPost && c.person() != nil && c.req.Header.Get("X-authentik-CSRF") != c.session().csrf {
		return ok(obj{"component": "ak-stage-flow-error", "request_id": c.id, "error": "CSRF Failed"})
	}
	s := c.openSession()
	if s.plan == nil || s.plan.slug != flow.Slug {
		s.plan = &flowPlan{slug: flow.Slug}
	}
	switch {
	case s.plan.authorization != nil:
		return c.executeConsent(s.plan, flow)
	case flow.Designation == "authentication":
		return c.executeLogin(s.plan, flow)
	}
	s.plan = nil
	return c.executorDone()
}

// executorDone leads on to where the query says.
func (c *call) executorDone() (answer, error) {
	return ok(obj{"component": "xak-flow-redirect", "to": localPath(c.handedOn().Get("next"))})
}

// handedOn is the query of the page, which the executor gets as one parameter.
// What cannot be read of it is left out, as Django does.
func (c *call) handedOn() url.Values {
	values, _ := url.ParseQuery(c.query.Get("query"))
	return values
}

// again sends the executor's client to the next stage.
func (c *call) again() answer { return redirect(c.req.URL.RequestURI()) }

func (c *call) executeLogin(plan *flowPlan, flow *Flow) (answer, error) {
	if c.req.Method == http.MethodPost {
		return c.answerLogin(plan, flow)
	}
	switch plan.stage {
	case stageIdentification:
		return ok(c.identification(flow, nil))
	case stagePassword:
		return ok(c.passwordChallenge(plan, flow, nil))
	case stageDevices:
		plan.stage = stageLogin
		return c.again(), nil
	}
	next := c.handedOn().Get("next")
	c.signIn(c.st.users.get(plan.pending))
	return ok(obj{"component": "xak-flow-redirect", "to": localPath(next)})
}

// answerLogin takes the answer to the current stage.
func (c *call) answerLogin(plan *flowPlan, flow *Flow) (answer, error) {
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	switch plan.stage {
	case stageIdentification:
		name, _ := in["uid_field"].(string)
		user := c.userNamed(name)
		if user == nil {
			return ok(c.identification(flow, responseErrors("non_field_errors", "Failed to authenticate.")))
		}
		plan.pending, plan.stage = user.PK, stagePassword
	case stagePassword:
		password, _ := in["password"].(string)
		user := c.st.users.get(plan.pending)
		if !c.passwordFits(user, password) {
			return ok(c.passwordChallenge(plan, flow, responseErrors("password", "Invalid password")))
		}
		plan.stage = stageDevices
	}
	return c.again(), nil
}

// userNamed finds an active person by user name or e-mail address.
func (c *call) userNamed(name string) *User {
	if name == "" {
		return nil
	}
	return c.st.users.find(func(u *User) bool {
		return u.Active && u.Username != anonymousName && (u.Username == name || u.Email == name)
	})
}

// passwordFits checks a password and notes the failure.
func (c *call) passwordFits(user *User, password string) bool {
	if user != nil && user.password != "" && sameSecret(user.password, password) {
		return true
	}
	if user != nil {
		c.note(Event{Action: "login_failed", App: "authentik.events.signals", User: eventUser(nil),
			Context: obj{"username": user.Username, "password": "********************"}})
	}
	return false
}

func responseErrors(field, message string) obj {
	return obj{field: []obj{{"string": message, "code": "invalid"}}}
}

// flowInfo is what every challenge of a page has.
func (c *call) flowInfo(flow *Flow) obj {
	cancel := "/flows/-/cancel/"
	if next := c.handedOn().Get("next"); next != "" {
		cancel += "?next=" + url.QueryEscape(next)
	}
	return obj{"title": flow.Title, "background": flowBackground, "background_themed_urls": nil,
		"cancel_url": cancel, "layout": "stacked"}
}

func withErrors(challenge, errs obj) obj {
	if errs != nil {
		challenge["response_errors"] = errs
	}
	return challenge
}

func (c *call) identification(flow *Flow, errs obj) obj {
	challenge := obj{
		"flow_info": c.flowInfo(flow), "component": "ak-stage-identification", "user_fields": []string{"email", "username"},
		"pending_user_identifier": nil, "password_fields": false, "allow_show_password": false,
		"flow_designation": flow.Designation, "captcha_stage": nil, "primary_action": "Log in", "sources": []obj{},
		"show_source_labels": false, "enable_remember_me": false, "passkey_challenge": nil,
	}
	if app := c.st.applications.get(c.session().pre); app != nil {
		challenge["application_pre"] = app.Name
		if launch := c.launchURL(app); launch != "" {
			challenge["application_pre_launch"] = launch
		}
	}
	return withErrors(challenge, errs)
}

func (c *call) passwordChallenge(plan *flowPlan, flow *Flow, errs obj) obj {
	user := c.st.users.get(plan.pending)
	return withErrors(obj{
		"flow_info": c.flowInfo(flow), "component": "ak-stage-password", "pending_user": user.Username,
		"pending_user_avatar": avatar(user), "allow_show_password": false,
	}, errs)
}

// executeConsent asks for the consent an authorization waits for, or takes it.
func (c *call) executeConsent(plan *flowPlan, flow *Flow) (answer, error) {
	person := c.person()
	if person == nil {
		c.session().plan = nil
		return c.executorDone()
	}
	if c.req.Method == http.MethodPost {
		in, err := c.body()
		if err != nil {
			return answer{}, err
		}
		if in["token"] == plan.consent {
			fulfilled, err := c.consent(plan)
			if err != nil {
				return answer{}, err
			}
			return ok(obj{"component": "xak-flow-redirect", "to": fulfilled.header.Get("Location")})
		}
	}
	app := c.st.applications.get(plan.app)
	return ok(obj{
		"flow_info": c.flowInfo(flow), "component": "ak-stage-consent", "pending_user": person.Username,
		"pending_user_avatar": avatar(person), "header_text": "You're about to sign into " + app.Name + ".",
		"permissions": c.permissions(plan.authorization), "additional_permissions": []obj{}, "token": plan.consent,
	})
}
