package flow

import (
	"net/http"
	"net/url"

	"authpocket/sandbox/authentiksim/internal/api"
	"authpocket/sandbox/authentiksim/internal/oidc"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// executor answers GET and POST flows/executor/{slug}/, which drives the pages of a real authentik.
func executor(c *serve.Call) (serve.Answer, error) {
	flow := c.State.FlowBySlug(c.Param("slug"))
	if flow == nil {
		return c.NotFoundPage(), nil
	}
	if problem := csrfProblem(c); problem != "" {
		return serve.OK(obj{"component": "ak-stage-flow-error", "request_id": c.ID, "error": problem})
	}
	s := c.OpenSession()
	if s.Plan == nil || s.Plan.Slug != flow.Slug {
		s.Plan = &store.FlowPlan{Slug: flow.Slug}
	}
	switch {
	case s.Plan.Authorization != nil:
		return executeConsent(c, s.Plan, flow)
	case flow.Designation == "authentication" && !runs(c, flow):
		return serve.OK(denied(c, flow))
	case flow.Designation == "authentication":
		return executeLogin(c, s.Plan, flow)
	}
	s.Plan = nil
	return executorDone(c)
}

// executorDone redirects to the next parameter.
func executorDone(c *serve.Call) (serve.Answer, error) {
	return serve.OK(obj{"component": "xak-flow-redirect", "to": c.Below(oidc.LocalPath(handedOn(c).Get("next")))})
}

// handedOn returns the query of the page, which the executor receives as one parameter. Invalid parts are dropped, as
// in Django.
func handedOn(c *serve.Call) url.Values {
	values, _ := url.ParseQuery(c.Query.Get("query"))
	return values
}

// again redirects the executor's client to the next stage.
func again(c *serve.Call) serve.Answer { return serve.Redirect(c.Request.URL.RequestURI()) }

func executeLogin(c *serve.Call, plan *store.FlowPlan, flow *store.Flow) (serve.Answer, error) {
	if c.Request.Method == http.MethodPost {
		return answerLogin(c, plan, flow)
	}
	switch plan.Stage {
	case store.StageIdentification:
		return serve.OK(identification(c, flow, nil))
	case store.StagePassword:
		return serve.OK(passwordChallenge(c, plan, flow, nil))
	case store.StageDevices:
		if challenge := secondFactor(c, plan, flow, nil); challenge != nil {
			return serve.OK(challenge)
		}
		plan.Stage = store.StageLogin
		return again(c), nil
	}
	if challenge := oneMore(c, plan, flow); challenge != nil {
		return serve.OK(challenge)
	}
	next := handedOn(c).Get("next")
	c.SignIn(c.State.Users.Get(plan.Pending))
	return serve.OK(obj{"component": "xak-flow-redirect", "to": c.Below(oidc.LocalPath(next))})
}

// answerLogin processes the response to the current stage.
func answerLogin(c *serve.Call, plan *store.FlowPlan, flow *store.Flow) (serve.Answer, error) {
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	switch plan.Stage {
	case store.StageIdentification:
		if errs := identified(c, plan, in); errs != nil {
			return serve.OK(identification(c, flow, errs))
		}
	case store.StagePassword:
		password, _ := in["password"].(string)
		user := c.State.Users.Get(plan.Pending)
		if !passwordFits(c, user, password) {
			return serve.OK(passwordChallenge(c, plan, flow, responseErrors("password", "Invalid password")))
		}
		plan.Stage = store.StageDevices
	case store.StageDevices:
		if errs := codeFits(c, plan, in); errs != nil {
			return serve.OK(secondFactor(c, plan, flow, errs))
		}
	case store.StageLogin:
		if challenge := passOne(c, plan, flow, in); challenge != nil {
			return serve.OK(challenge)
		}
	}
	return again(c), nil
}

// runs reports whether an authentication flow leads the person to a sign-in.
func runs(c *serve.Call, flow *store.Flow) bool {
	return c.State.Applies(flow, c.Person()) && c.State.LetsIn(flow)
}

func denied(c *serve.Call, flow *store.Flow) obj {
	return obj{"flow_info": flowInfo(c, flow), "component": "ak-stage-access-denied", "pending_user": "",
		"pending_user_avatar": "", "error_message": oidc.NotApplicable}
}

func responseErrors(field, message string) obj {
	return obj{field: []obj{{"string": message, "code": "invalid"}}}
}

// flowInfo returns the fields of every challenge.
func flowInfo(c *serve.Call, flow *store.Flow) obj {
	cancel := "/flows/-/cancel/"
	if next := handedOn(c).Get("next"); next != "" {
		cancel += "?next=" + url.QueryEscape(next)
	}
	return obj{"title": flow.Title, "background": api.FlowBackground, "background_themed_urls": nil,
		"cancel_url": cancel, "layout": "stacked"}
}

func withErrors(challenge, errs obj) obj {
	if errs != nil {
		challenge["response_errors"] = errs
	}
	return challenge
}

func identification(c *serve.Call, flow *store.Flow, errs obj) obj {
	challenge := obj{
		"flow_info": flowInfo(c, flow), "component": "ak-stage-identification",
		"user_fields":             []string{"email", "username"},
		"pending_user_identifier": nil, "password_fields": false, "allow_show_password": false,
		"flow_designation": flow.Designation, "captcha_stage": nil, "primary_action": "Log in", "sources": []obj{},
		"show_source_labels": false, "enable_remember_me": false, "passkey_challenge": nil,
	}
	if app := c.State.Applications.Get(c.Session().TargetApp); app != nil {
		challenge["application_pre"] = app.Name
		if launch := api.LaunchURL(c, app); launch != "" {
			challenge["application_pre_launch"] = launch
		}
	}
	return withErrors(onFirstPage(c, challenge), errs)
}

func passwordChallenge(c *serve.Call, plan *store.FlowPlan, flow *store.Flow, errs obj) obj {
	user := c.State.Users.Get(plan.Pending)
	if user == nil { // deleted meanwhile
		user = &store.User{}
	}
	return withErrors(obj{
		"flow_info": flowInfo(c, flow), "component": "ak-stage-password", "pending_user": user.Username,
		"pending_user_avatar": user.Avatar(), "allow_show_password": false,
	}, errs)
}

// executeConsent asks for the consent of an authorization, or processes it.
func executeConsent(c *serve.Call, plan *store.FlowPlan, flow *store.Flow) (serve.Answer, error) {
	person := c.Person()
	if person == nil {
		c.Session().Plan = nil
		return executorDone(c)
	}
	if c.Request.Method == http.MethodPost {
		in, err := c.Body()
		if err != nil {
			return serve.Answer{}, err
		}
		if in["token"] == plan.Consent {
			fulfilled, err := oidc.Consent(c, plan)
			if err != nil {
				return serve.Answer{}, err
			}
			return serve.OK(obj{"component": "xak-flow-redirect", "to": c.Below(fulfilled.Header.Get("Location"))})
		}
	}
	app := c.State.Applications.Get(plan.App)
	return serve.OK(obj{
		"flow_info": flowInfo(c, flow), "component": "ak-stage-consent", "pending_user": person.Username,
		"pending_user_avatar": person.Avatar(), "header_text": "You're about to sign into " + app.Name + ".",
		"permissions":            oidc.Permissions(c, plan.Authorization),
		"additional_permissions": []obj{}, "token": plan.Consent,
	})
}
