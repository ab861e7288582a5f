package connections

import (
	"net/http"
	"slices"

	"authpocket/internal/link/addresses"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/form"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// connectForm is a connect page as it was sent, with the URL as typed.
type connectForm struct {
	session.Login
	from string
	move bool // take the token to the other system's page
}

func parseConnect(r *http.Request, system report.System) (connectForm, error) {
	if err := form.Parse(r); err != nil {
		return connectForm{}, err
	}
	typed := func(key string) string { return form.Typed(r, string(system)+"."+key) }
	ca, err := form.Certificate(r, string(system)+".ca")
	f := connectForm{from: reply.From(form.Typed(r, "from")), move: r.PostForm.Has("move"), Login: session.Login{
		URL: typed("url"), With: session.WithToken, Token: secret.New(typed("token")), Email: typed("email"), CA: ca,
		Password: secret.New(r.PostForm.Get(string(system) + ".password")), // its blanks may be meant
		Plain:    typed("insecure_http") == "yes",
	}}
	if system == report.PB && typed("with") == session.WithPassword {
		f.With = session.WithPassword
	}
	return f, err
}

// login returns all problems of the form before any request is sent. An
// empty token means the one that is held for the same address. keep
// means that the sign-in with a password that is there goes on.
func (f connectForm) login(system report.System, held session.Login) (l session.Login, keep bool,
	problems report.Problems) {
	words := wordsFor(system)
	l = f.Login
	url, token := string(system)+".url", string(system)+".token"
	address, problem := addresses.Parse(system, say.Of("The %s address", system.Label()), url, f.URL)
	if l.URL = address; problem != nil {
		problems = append(problems, *problem)
	}
	open := addresses.Unencrypted(system, l.URL, say.Of("Use https://, or tick “%s”.", words.tick))
	if open != nil && !f.Plain {
		problems = append(problems, *open)
	}
	if f.With == session.WithPassword {
		keep = held.With == session.WithPassword && held.URL == l.URL && held.Email == l.Email && held.CA == l.CA &&
			!l.Password.IsSet()
		return l, keep, append(problems, f.passwordProblems(keep)...)
	}
	same := held.Token.IsSet() && held.URL == l.URL
	switch {
	case same && (!l.Token.IsSet() || l.Token.Equal(held.Token)):
		if l.Token != held.Token {
			l.Token.Wipe() // the same once more
		}
		l.Token = held.Token
	case !l.Token.IsSet() && held.Token.IsSet() && problem == nil:
		problems.Add(token, words.another,
			say.Of("The one that is set belongs to %s and is not sent anywhere else.", held.URL))
	case !l.Token.IsSet() && !held.Token.IsSet():
		problems.Add(token, words.missing, words.way)
	}
	return l, false, problems
}

// connectWords are what a connect page says about its system's secrets.
type connectWords struct {
	missing, way say.Text // there is no token, and what to do
	another      say.Text // the token that is set is for another address
	tick         say.Text // the label of the box that allows plain http
}

func wordsFor(system report.System) connectWords {
	if system == report.PB {
		return connectWords{
			missing: say.Of("Enter the superuser token."),
			way:     say.Of("Or choose to sign in with e-mail address and password."),
			another: say.Of("Enter the superuser token of this PocketBase."),
			tick:    setup.PlainLogin.Text(),
		}
	}
	return connectWords{
		missing: say.Of("Enter the API token."),
		way:     say.Of("Create one in authentik under Directory, Tokens and App passwords."),
		another: say.Of("Enter the API token of this authentik."),
		tick:    setup.PlainToken.Text(),
	}
}

func (f connectForm) passwordProblems(keep bool) (problems report.Problems) {
	todo := say.Of("It is the one that opens PocketBase's dashboard.")
	if f.Email == "" {
		problems.Add("pocketbase.email", say.Of("Enter the superuser's e-mail address."), todo)
	}
	if !f.Password.IsSet() && !keep {
		problems.Add("pocketbase.password", say.Of("Enter the superuser's password."), todo)
	}
	return problems
}

// takeHeld fills in the secrets that were typed before, where nothing is typed
// in their place.
func (f *connectForm) takeHeld(sess *session.Session, system report.System) {
	for name, text := range map[string]*secret.Text{"token": &f.Token, "password": &f.Password} {
		if held := sess.Held(string(system) + "." + name); !text.IsSet() && held.IsSet() {
			*text = held
		}
	}
}

func blamed(problems report.Problems, field string) bool {
	return slices.ContainsFunc(problems, func(p report.Problem) bool { return p.Field == field })
}
