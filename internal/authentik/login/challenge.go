package login

import (
	"encoding/json"
	"slices"
	"strings"
)

// The components of the stages that this package knows (authentik/flows/challenge.py and the stages' own stage.py).
const (
	redirect       = "xak-flow-redirect"
	identification = "ak-stage-identification"
	password       = "ak-stage-password"               // #nosec G101 -- a component
	secondFactor   = "ak-stage-authenticator-validate" // #nosec G101 -- a component
	staySignedIn   = "ak-stage-user-login"
	consent        = "ak-stage-consent"
	autosubmit     = "ak-stage-autosubmit"
	denied         = "ak-stage-access-denied"
	failed         = "ak-stage-flow-error"
)

// challenge is what a stage asks. Only the fields of its component are set; unknown and mistyped ones are ignored.
type challenge struct {
	Component string
	Errors    []string // why the answer before it was refused

	To             string            // of a redirect
	UserFields     []string          // of identification: what the name may be
	PasswordFields bool              // of identification: it asks for the password too
	Captcha        bool              // of identification: it asks for a captcha too
	Sources        int               // of identification: how many other places to sign in there are
	Token          string            // of a consent
	Devices        []string          // of a second factor: the classes of the person's devices
	URL            string            // of an autosubmit
	Attrs          map[string]string // of an autosubmit
	Message        string            // of a denial
	RequestID      string            // of a failure
}

// readChallenge decodes an answer of the flow executor. ok is false if it is none.
func readChallenge(body []byte) (c challenge, ok bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return c, false
	}
	read := func(key string, v any) { _ = json.Unmarshal(fields[key], v) } // a mistyped one stays empty
	read("component", &c.Component)
	read("to", &c.To)
	read("user_fields", &c.UserFields)
	read("password_fields", &c.PasswordFields)
	read("token", &c.Token)
	read("url", &c.URL)
	read("attrs", &c.Attrs)
	read("error_message", &c.Message)
	read("request_id", &c.RequestID)
	var captcha map[string]json.RawMessage
	read("captcha_stage", &captcha)
	c.Captcha = captcha != nil
	var sources []json.RawMessage
	read("sources", &sources)
	c.Sources = len(sources)
	c.Errors, c.Devices = readErrors(fields["response_errors"]), readDevices(fields["device_challenges"])
	return c, c.Component != ""
}

// readErrors returns the sentences of response_errors, a list of details per field.
func readErrors(raw json.RawMessage) []string {
	var fields map[string][]struct {
		Text string `json:"string"`
	}
	_ = json.Unmarshal(raw, &fields) // what can be read
	var said []string
	for _, details := range fields {
		for _, one := range details {
			said = append(said, strings.TrimSpace(one.Text))
		}
	}
	slices.Sort(said)
	return slices.Compact(said)
}

// readDevices returns the classes of the devices that may answer, each once.
func readDevices(raw json.RawMessage) []string {
	var devices []struct {
		Class string `json:"device_class"`
	}
	_ = json.Unmarshal(raw, &devices) // what can be read
	var classes []string
	for _, one := range devices {
		if !slices.Contains(classes, one.Class) {
			classes = append(classes, one.Class)
		}
	}
	return classes
}
