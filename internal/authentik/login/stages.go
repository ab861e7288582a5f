package login

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/say"
)

// answer does what a stage asks for.
func (w *walk) answer(ctx context.Context, executor *url.URL, c challenge) error {
	if w.stages++; w.stages > maxStages {
		return w.stop(say.Of("The flow has more than %d stages.", maxStages), say.Text{})
	}
	switch c.Component {
	case redirect:
		return w.follow(w.base, c.To)
	case identification:
		return w.identify(ctx, executor, c)
	case password:
		return w.reply(ctx, executor, say.Of("sending the password"), reply{
			Component: password, Password: w.who.Password.Reveal()})
	case secondFactor:
		return w.sendCode(ctx, executor, c)
	case staySignedIn:
		return w.reply(ctx, executor, say.Of("declining to stay signed in"), reply{
			Component: staySignedIn, RememberMe: new(bool)})
	case consent:
		return w.reply(ctx, executor, say.Of("giving consent"), reply{Component: consent, Token: c.Token})
	case autosubmit:
		return w.submit(c)
	case denied:
		return w.denied(c)
	case failed:
		return w.flowFailed(c)
	}
	return w.stop(say.Of("authentik's flow asks for %s, the stage %s.", stageWords(c.Component), w.stage), say.Text{})
}

// stageWords names what a stage asks for.
func stageWords(component string) say.Text {
	switch {
	case component == "ak-stage-captcha":
		return say.Of("a captcha")
	case component == "ak-stage-email":
		return say.Of("a confirmation by e-mail")
	case component == "ak-stage-prompt":
		return say.Of("more about the person, or to accept terms")
	case strings.HasPrefix(component, "ak-stage-authenticator-"):
		return say.Of("a second factor to be set up")
	case strings.HasPrefix(component, "ak-source-"), strings.HasPrefix(component, "ak-flow-sources-"):
		return say.Of("a sign-in at another place")
	}
	return say.Of("something that takes a person")
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
func (w *walk) reply(ctx context.Context, executor *url.URL, step say.Text, r reply) error {
	w.step = step
	if w.answered[r.Component] && r.Component != consent {
		return w.broken(say.Of("authentik asks for the stage %s again without a reason.", w.stage), nil)
	}
	w.answered[r.Component] = true
	body, err := json.Marshal(r) // #nosec G117 -- what the stage asks for
	if err != nil {
		return w.broken(say.Of("The answer cannot be encoded."), nil) // the error may have the answer
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
		return w.stop(say.Of("authentik's flow lets people sign in at other places only, in the stage %s.", w.stage),
			say.Text{})
	case len(c.UserFields) == 0:
		return w.stop(say.Of("authentik's flow does not ask for a user name, in the stage %s.", w.stage), say.Text{})
	case c.Captcha:
		return w.stop(say.Of("authentik's flow asks for a captcha, in the stage %s.", w.stage), say.Text{})
	}
	r := reply{Component: identification, UIDField: w.who.Name}
	if !c.PasswordFields {
		return w.reply(ctx, executor, say.Of("sending the user name"), r)
	}
	r.Password = w.who.Password.Reveal()
	return w.reply(ctx, executor, say.Of("sending user name and password"), r)
}

// sendCode answers with a code of the authenticator app, or with a recovery code. authentik tries a code on all
// devices of the person (authentik/stages/authenticator_validate/challenge.py).
func (w *walk) sendCode(ctx context.Context, executor *url.URL, c challenge) error {
	r := reply{Component: secondFactor}
	app, static := slices.Contains(c.Devices, "totp"), slices.Contains(c.Devices, "static")
	switch {
	case app && w.app != nil:
		r.Code = w.app.at(w.now())
		return w.reply(ctx, executor, say.Of("sending the code of the authenticator app"), r)
	case static && w.who.Code.IsSet():
		r.Code = strings.TrimSpace(w.who.Code.Reveal())
		return w.reply(ctx, executor, say.Of("sending a recovery code"), r)
	case len(c.Devices) == 0:
		return w.stop(say.Of("authentik's flow asks for %s, in the stage %s.", stageWords("ak-stage-authenticator-"),
			w.stage),
			say.Text{})
	}
	todo := say.Text{}
	switch {
	case app:
		todo = say.Of("Give the secret of the person's authenticator app.")
	case static:
		todo = say.Of("Give one of the person's recovery codes.")
	}
	return w.stop(say.Of("authentik's flow asks for a second factor (%s), in the stage %s.",
		w.plain(strings.Join(c.Devices, ", ")), w.stage), todo)
}

// submit reads the form that authentik has the browser send to the application.
func (w *walk) submit(c challenge) error {
	target, err := w.base.Parse(c.URL)
	if err != nil {
		return w.broken(say.Of("authentik sends a form to an address that cannot be read."), nil)
	}
	if !w.isGoal(target) {
		return w.stop(say.Of("authentik's flow sends a form to %s, in the stage %s.", w.plain(target.Host), w.stage),
			say.Text{})
	}
	values := url.Values{}
	for name, value := range c.Attrs {
		values.Set(name, value)
	}
	return w.arrive(values)
}
