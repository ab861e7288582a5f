package login

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// answer does what a stage asks for.
func (w *walk) answer(ctx context.Context, executor *url.URL, c challenge) error {
	if w.stages++; w.stages > maxStages {
		return w.stop(fmt.Sprintf("The flow has more than %d stages.", maxStages), "")
	}
	switch c.Component {
	case redirect:
		return w.follow(w.base, c.To)
	case identification:
		return w.identify(ctx, executor, c)
	case password:
		return w.reply(ctx, executor, "sending the password", reply{
			Component: password, Password: w.who.Password.Reveal()})
	case secondFactor:
		return w.sendCode(ctx, executor, c)
	case staySignedIn:
		return w.reply(ctx, executor, "declining to stay signed in", reply{
			Component: staySignedIn, RememberMe: new(bool)})
	case consent:
		return w.reply(ctx, executor, "giving consent", reply{Component: consent, Token: c.Token})
	case autosubmit:
		return w.submit(c)
	case denied:
		return w.denied(c)
	case failed:
		return w.flowFailed(c)
	}
	return w.stop("authentik's flow asks for "+stageWords(c.Component)+", the stage "+w.stage+".", "")
}

// stageWords names what a stage asks for.
func stageWords(component string) string {
	switch {
	case component == "ak-stage-captcha":
		return "a captcha"
	case component == "ak-stage-email":
		return "a confirmation by e-mail"
	case component == "ak-stage-prompt":
		return "more about the person, or to accept terms"
	case strings.HasPrefix(component, "ak-stage-authenticator-"):
		return "a second factor to be set up"
	case strings.HasPrefix(component, "ak-source-"), strings.HasPrefix(component, "ak-flow-sources-"):
		return "a sign-in at another place"
	}
	return "something that takes a person"
}

// reply is the answer to a stage.
type reply struct {
	Component  string `json:"component"`
	UIDField   string `json:"uid_field,omitempty"`
	Password   string `json:"password,omitempty"`
	Code       string `json:"code,omitempty"`
	Token      string `json:"token,omitempty"`
	RememberMe *bool  `json:"remember_me,omitempty"`
}

// reply answers a stage, once: a flow that asks for the same again would otherwise get the password many times.
func (w *walk) reply(ctx context.Context, executor *url.URL, step string, r reply) error {
	w.step = step
	if w.answered[r.Component] && r.Component != consent {
		return w.broken("authentik asks for the stage "+w.stage+" again without a reason.", nil)
	}
	w.answered[r.Component] = true
	body, err := json.Marshal(r) // #nosec G117 -- what the stage asks for
	if err != nil {
		return w.broken("The answer cannot be encoded.", nil) // the error may have the answer
	}
	a, err := w.send(ctx, http.MethodPost, executor, body)
	if err != nil {
		return err
	}
	return w.take(ctx, executor, a)
}

func (w *walk) identify(ctx context.Context, executor *url.URL, c challenge) error {
	switch {
	case len(c.UserFields) == 0 && c.Sources > 0:
		return w.stop("authentik's flow lets people sign in at other places only, in the stage "+w.stage+".", "")
	case len(c.UserFields) == 0:
		return w.stop("authentik's flow does not ask for a user name, in the stage "+w.stage+".", "")
	case c.Captcha:
		return w.stop("authentik's flow asks for a captcha, in the stage "+w.stage+".", "")
	}
	r := reply{Component: identification, UIDField: w.who.Name}
	if !c.PasswordFields {
		return w.reply(ctx, executor, "sending the user name", r)
	}
	r.Password = w.who.Password.Reveal()
	return w.reply(ctx, executor, "sending user name and password", r)
}

// sendCode answers with a code of the authenticator app, or with a recovery code. authentik tries a code on all
// devices of the person (authentik/stages/authenticator_validate/challenge.py).
func (w *walk) sendCode(ctx context.Context, executor *url.URL, c challenge) error {
	r := reply{Component: secondFactor}
	app, static := slices.Contains(c.Devices, "totp"), slices.Contains(c.Devices, "static")
	switch {
	case app && w.app != nil:
		r.Code = w.app.at(w.now())
		return w.reply(ctx, executor, "sending the code of the authenticator app", r)
	case static && w.who.Code.IsSet():
		r.Code = strings.TrimSpace(w.who.Code.Reveal())
		return w.reply(ctx, executor, "sending a recovery code", r)
	case len(c.Devices) == 0:
		return w.stop("authentik's flow asks for "+stageWords("ak-stage-authenticator-")+", in the stage "+w.stage+".",
			"")
	}
	todo := ""
	switch {
	case app:
		todo = "Give the secret of the person's authenticator app."
	case static:
		todo = "Give one of the person's recovery codes."
	}
	return w.stop("authentik's flow asks for a second factor ("+w.plain(strings.Join(c.Devices, ", "))+
		"), in the stage "+w.stage+".", todo)
}

// submit reads the form that authentik has the browser send to the application.
func (w *walk) submit(c challenge) error {
	target, err := w.base.Parse(c.URL)
	if err != nil {
		return w.broken("authentik sends a form to an address that cannot be read.", nil)
	}
	if !w.isGoal(target) {
		return w.stop("authentik's flow sends a form to "+w.plain(target.Host)+", in the stage "+w.stage+".", "")
	}
	values := url.Values{}
	for name, value := range c.Attrs {
		values.Set(name, value)
	}
	return w.arrive(values)
}
