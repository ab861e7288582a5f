package setup

import (
	"authpocket/internal/address"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// back returns the target of a back link: the review for a page that a "Change"
// link opened, else the previous page.
func back(from, before string) string {
	if from == "review" {
		return "/review"
	}
	return before
}

// What is ticked to send secrets over plain http to another machine.
const (
	PlainToken say.Name = "Send the token unencrypted"
	PlainLogin say.Name = "Send the token or password unencrypted"
)

// plainTick is that tick box, nil for an address that needs none.
func plainTick(name string, label say.Name, base string, ticked bool) *view.Check {
	if !address.PlainHTTP(base) {
		return nil
	}
	return &view.Check{Name: name, Label: label.Text(), Checked: ticked,
		Hint: say.Of("Only if no one else can see the network traffic, such as between containers on one machine")}
}

// AuthentikInput holds what the first connect page shows.
type AuthentikInput struct {
	URL, CA  string // as typed
	Held     bool   // a token is set and belongs to URL
	Typed    bool   // a token was typed before and is kept
	Foreign  bool   // the one that was typed is PocketBase's
	Moved    bool   // a token was moved from here to PocketBase's page
	Plain    bool   // the token may be sent unencrypted
	Problems report.Problems
	From     string
}

// NewAuthentik returns the first connect page.
func NewAuthentik(h view.Head, in AuthentikInput) AuthentikPage {
	h.Title, h.Wrong, h.Step, h.Back = say.Of("Connect authentik"), len(in.Problems) > 0, view.StepCaption(1),
		back(in.From, "/")
	problems := view.NewProblems(in.Problems)
	p := AuthentikPage{
		Head: h, Problems: problems, From: in.From,
		URL: addressField("authentik.url", report.Authentik,
			say.Of("The one in your browser, such as https://auth.example.com"), in.URL, problems),
		Moved: in.Moved,
		Token: view.Secret{Name: "authentik.token", Label: say.Of("API token"),
			Hint:  say.Of("An admin's token with the intent API Token"),
			Error: problems.At("authentik.token"), Held: heldHint(in.Held, in.Typed)},
		CA:     caField("authentik.ca", in.CA, problems),
		CAOpen: in.CA != "" || problems.In("authentik.ca"),
	}
	if in.Foreign {
		p.Move = say.Of("Move the token to PocketBase")
	}
	if base, err := address.Parse(in.URL); err == nil {
		p.TokensURL, p.Plain = view.TokensURL(base), plainTick("authentik.insecure_http", PlainToken, base, in.Plain)
	}
	return p
}

// PocketBaseInput holds what the second connect page shows.
type PocketBaseInput struct {
	URL, Email, CA string // as typed
	With           string // "token" or "password"; "token" when empty
	Held           bool   // a token, or a sign-in with a password, is set and belongs to URL
	Typed          bool   // a token was typed before and is kept
	TypedPassword  bool   // so was a password
	Foreign        bool   // the token that was typed is authentik's
	Limited        string // who authentik's token is, where that is no superuser
	Plain          bool   // token or password may be sent unencrypted
	Problems       report.Problems
	From           string
}

// NewPocketBase returns the second connect page.
func NewPocketBase(h view.Head, in PocketBaseInput) PocketBasePage {
	h.Title, h.Wrong, h.Step, h.Back = say.Of("Connect PocketBase"), len(in.Problems) > 0, view.StepCaption(2),
		back(in.From, "/authentik")
	problems := view.NewProblems(in.Problems)
	byPassword := in.With == "password"
	p := PocketBasePage{
		Head: h, Problems: problems, From: in.From, Limited: in.Limited,
		URL: addressField("pocketbase.url", report.PB,
			say.Of("Without /_/, such as https://pocketbase.example.com"), in.URL, problems),
		With: view.Choice{Name: "pocketbase.with", Label: say.Of("How to sign in as a superuser"),
			Error: problems.At("pocketbase.with"), Options: []view.Option{
				{Value: "token", Label: say.Of("With a token"), Checked: !byPassword},
				{Value: "password", Label: say.Of("With e-mail address and password"), Checked: byPassword},
			}},
		Token: view.Secret{Name: "pocketbase.token", Label: say.Of("Superuser token"),
			Hint:  say.Of("Created with Impersonate in the dashboard"),
			Error: problems.At("pocketbase.token"), Held: heldHint(in.Held && !byPassword, in.Typed)},
		Email: view.Field{Name: "pocketbase.email", Label: say.Of("E-mail address"), Value: in.Email, Type: "email",
			Auto: "username", Error: problems.At("pocketbase.email")},
		Password: view.Secret{Name: "pocketbase.password", Label: say.Of("Password"),
			Error: problems.At("pocketbase.password"), Auto: "current-password"},
		CA:     caField("pocketbase.ca", in.CA, problems),
		CAOpen: in.CA != "" || problems.In("pocketbase.ca"),
	}
	switch {
	case in.TypedPassword:
		p.Password.Held = say.Of("A password is entered. Leave empty to use it")
	case in.Held && byPassword:
		p.Password.Held = say.Of("You are signed in. Leave empty to stay signed in")
	}
	if in.Foreign {
		p.Move = say.Of("Move the token to authentik")
	}
	if base, err := address.Parse(in.URL); err == nil {
		p.DashboardURL = view.SuperusersURL(base)
		p.Plain = plainTick("pocketbase.insecure_http", PlainLogin, base, in.Plain)
	}
	return p
}

// NewCode returns the page that asks for a one-time password.
func NewCode(h view.Head, email, from string, found report.Problems) CodePage {
	h.Title, h.Wrong, h.Step, h.Back = say.Of("Enter the one-time password"), len(found) > 0, view.StepCaption(2),
		"/pocketbase"
	problems := view.NewProblems(found)
	return CodePage{Head: h, Problems: problems, Email: email, From: from, Code: view.Field{
		Name: "pocketbase.otp", Label: say.Of("One-time password"), Hint: say.Of("From the newest e-mail"),
		Auto: "one-time-code", Code: true, Short: true, Error: problems.At("pocketbase.otp"),
	}}
}

func addressField(name string, of report.System, hint say.Text, value string, problems view.Problems) view.Field {
	return view.Field{Name: name, Label: say.Of("%s address", of.Label()), Hint: hint, Value: value, Type: "text",
		Auto: "url", Mode: "url", Code: true, Remember: true, Error: problems.At(name)}
}

func heldHint(held, typed bool) say.Text {
	switch {
	case typed:
		return say.Of("A token is entered. Leave empty to use it")
	case held:
		return say.Of("A token is set. Leave empty to keep it")
	}
	return say.Text{}
}

func caField(name, value string, problems view.Problems) view.Field {
	return view.Field{Name: name, Label: say.Of("Certificate of the authority"),
		Hint: say.Of("PEM text that starts with -----BEGIN CERTIFICATE-----"), Value: value,
		Type: "textarea", Rows: 4, Code: true, Optional: true, Error: problems.At(name)}
}
