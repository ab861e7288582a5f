package report

import "authpocket/internal/say"

// Way is a setting or a run of authpocket that helps.
type Way struct {
	Key   string   `json:"key,omitempty"` // as in the link file
	Value string   `json:"value,omitempty"`
	Run   Run      `json:"run,omitempty"` // the run, if it is no setting
	For   say.Text `json:"for"`           // the purpose: "to replace it"
}

// Run is what people can have authpocket do, as the command's arguments.
type Run string

// The runs that messages advise.
const (
	RunRewrite  Run = "apply --rewrite-secret"
	RunRotate   Run = "rotate"
	RunReceipts Run = "receipts"
	RunForce    Run = "undo --force"
	RunProved   Run = "apply --sign-in-new"
	RunRemove   Run = "remove --force"
	RunPerson   Run = "verify --person NAME"
)

// Label returns the text of the wizard's link or button.
func (r Run) Label() say.Text {
	return map[Run]say.Text{RunRewrite: RewriteLabel.Text(),
		RunRotate: say.Of("Rotate the client secret"), RunReceipts: say.Of("View history"),
		RunForce: say.Of("Undo anyway"), RunProved: say.Of("Prove it now"),
		RunRemove: say.Of("Remove it anyway"), RunPerson: say.Of("Check as user")}[r]
}

// RewriteLabel is also the label of the setting that does it.
const RewriteLabel say.Name = "Write the client secret again"

const accessKey = "access"

// AccessLabel is the wizard's heading for groups, users and policies.
const AccessLabel = "Who may use it"

// ChooseAccess returns the settings of who may use the application.
func ChooseAccess(what say.Text) Way { return Way{Key: accessKey, For: what} }

// UseExisting returns the setting that uses existing objects.
func UseExisting(what say.Text) Way {
	return Way{Key: "existing", Value: "use", For: what}
}

// MakeNew returns the setting that creates new objects.
func MakeNew(what say.Text) Way { return Way{Key: "existing", Value: "new", For: what} }

const passwordsKey = "pocketbase.password_auth"

// PasswordsLabel is the wizard's label of whether passwords are on.
const PasswordsLabel say.Name = "People can sign in with a password"

// KeepPasswords returns the setting that has people sign in with a password.
func KeepPasswords(what say.Text) Way { return Way{Key: passwordsKey, Value: "true", For: what} }

// words returns the way as a sentence, which begins with "Or" after another one.
func (w Way) words(r Reader, other bool) say.Text {
	how := w.choice()
	switch {
	case r == InFile:
		run, how := w.inFile()
		switch {
		case run && other:
			return say.Of("Or run %s %s.", how, w.For)
		case run:
			return say.Of("Run %s %s.", how, w.For)
		case other:
			return say.Of("Or set %s %s.", how, w.For)
		}
		return say.Of("Set %s %s.", how, w.For)
	case w.Key == accessKey && other:
		return say.Of("Or choose groups, users or a policy under “%s” %s.", how, w.For)
	case w.Key == accessKey:
		return say.Of("Choose groups, users or a policy under “%s” %s.", how, w.For)
	case other:
		return say.Of("Or choose “%s” %s.", how, w.For)
	}
	return say.Of("Choose “%s” %s.", how, w.For)
}

// inFile returns the run, or the key and its value in a link file.
func (w Way) inFile() (run bool, how say.Text) {
	switch {
	case w.Run != "":
		return true, say.Of("authpocket %s", string(w.Run))
	case w.Key == accessKey:
		return false, say.Or(say.Raw("access.groups"), say.Raw("access.users"), say.Raw("access.policies"))
	}
	return false, say.Of("%s: %s", w.Key, w.Value)
}

// choice returns the label of what the wizard offers.
func (w Way) choice() say.Text {
	switch {
	case w.Run != "":
		return w.Run.Label()
	case w.Key == accessKey:
		return say.Of(AccessLabel)
	case w.Key == passwordsKey:
		return PasswordsLabel.Text()
	case w.Value == "use":
		return say.Of("use the existing application and provider")
	}
	return say.Of("create a new application and provider")
}
