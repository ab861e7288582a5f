package flow

import (
	"net/http"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// The stages that a fresh install does not have, or passes at once.

// csrfProblem returns why a POST of a signed-in browser is refused, empty for none. Over https, Django also wants to
// know where it comes from.
func csrfProblem(c *serve.Call) string {
	if c.Request.Method != http.MethodPost || c.Person() == nil {
		return ""
	}
	origin, base := c.Request.Header.Get("Origin"), c.Origin()
	switch {
	case c.Request.Header.Get("X-authentik-CSRF") != c.Session().CSRF:
		return "CSRF Failed"
	case origin != "" && origin != base:
		return "CSRF Failed: Origin checking failed - " + origin + " does not match any trusted origins."
	case origin == "" && base[:6] == "https:" && c.Request.Header.Get("Referer") == "":
		return "CSRF Failed: Referer checking failed - no Referer."
	}
	return ""
}

// onFirstPage changes the identification challenge to what the login flow asks for.
func onFirstPage(c *serve.Call, challenge obj) obj {
	login := c.State.Login
	challenge["password_fields"] = login.PasswordOnFirstPage
	if login.SourcesOnly {
		challenge["user_fields"] = []string{}
		challenge["sources"] = []obj{{"name": "GitHub", "icon_url": nil, "promoted": false,
			"challenge": obj{"component": "xak-flow-redirect", "to": "/source/oauth/login/github/"}}}
	}
	if login.Captcha {
		challenge["captcha_stage"] = obj{"js_url": "https://captcha.example/api.js", "site_key": "public",
			"interactive": true, "pending_user": "", "pending_user_avatar": ""}
	}
	return challenge
}

// identified processes the answer to the first page. It returns the errors of a wrong one.
func identified(c *serve.Call, plan *store.FlowPlan, in obj) obj {
	name, _ := in["uid_field"].(string)
	user := userNamed(c, name)
	refusal := responseErrors("non_field_errors", "Failed to authenticate.")
	if user == nil {
		return refusal
	}
	plan.Pending, plan.Stage = user.PK, store.StagePassword
	if !c.State.Login.PasswordOnFirstPage {
		return nil
	}
	if password, _ := in["password"].(string); !passwordFits(c, user, password) {
		plan.Pending, plan.Stage = 0, store.StageIdentification
		return refusal
	}
	plan.Stage = store.StageDevices
	return nil
}

// secondFactor returns the challenge for the devices of the user, or nil for a user who has none.
func secondFactor(c *serve.Call, plan *store.FlowPlan, flow *store.Flow, errs obj) obj {
	devices := c.State.Devices[plan.Pending]
	if devices == nil {
		return nil
	}
	challenges := []obj{}
	for i, class := range devices.Classes() {
		challenges = append(challenges, obj{"device_class": class, "device_uid": string(rune('1' + i)),
			"challenge": obj{}, "last_used": nil})
	}
	challenge := pendingChallenge(c, plan, flow, obj{"component": "ak-stage-authenticator-validate",
		"device_challenges": challenges, "configuration_stages": []obj{}})
	return withErrors(challenge, errs)
}

// codeFits processes the answer to secondFactor. It returns the errors of a wrong one.
func codeFits(c *serve.Call, plan *store.FlowPlan, in obj) obj {
	code, given := in["code"].(string)
	switch devices := c.State.Devices[plan.Pending]; {
	case !given:
		return responseErrors("non_field_errors", "Empty response")
	case devices == nil || !devices.Take(code, c.Now()):
		return responseErrors("code", "Invalid Token. Please ensure the time on your device is accurate and try again.")
	}
	plan.Stage = store.StageLogin
	return nil
}

// oneMore returns the challenge of the next additional stage, or nil after the last one.
func oneMore(c *serve.Call, plan *store.FlowPlan, flow *store.Flow) obj {
	if plan.Passed >= len(c.State.Login.Stages) {
		return nil
	}
	return pendingChallenge(c, plan, flow, c.State.Login.Stages[plan.Passed])
}

// passOne processes the answer to oneMore. It returns the challenge again if the answer does not pass.
func passOne(c *serve.Call, plan *store.FlowPlan, flow *store.Flow, in obj) obj {
	challenge := oneMore(c, plan, flow)
	if challenge == nil {
		return nil
	}
	switch challenge["component"] {
	case "ak-stage-access-denied", "ak-stage-flow-error":
		return challenge
	case "ak-stage-user-login":
		if _, given := in["remember_me"].(bool); !given {
			return withErrors(challenge, obj{"remember_me": []obj{
				{"string": "This field is required.", "code": "required"}}})
		}
	}
	plan.Passed++
	return nil
}

// pendingChallenge returns a challenge with the fields of every stage that knows the user.
func pendingChallenge(c *serve.Call, plan *store.FlowPlan, flow *store.Flow, own obj) obj {
	challenge := obj{"flow_info": flowInfo(c, flow), "pending_user": "", "pending_user_avatar": ""}
	if user := c.State.Users.Get(plan.Pending); user != nil {
		challenge["pending_user"], challenge["pending_user_avatar"] = user.Username, user.Avatar()
	}
	for key, value := range own {
		challenge[key] = value
	}
	return challenge
}
