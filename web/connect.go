package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"authpocket/internal/connect"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/form"
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
	f := connectForm{from: from(form.Typed(r, "from")), move: r.PostForm.Has("move"), Login: session.Login{
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
	address, problem := link.ParseAddress(system, say.Of("The %s address", system.Label()), url, f.URL)
	if l.URL = address; problem != nil {
		problems = append(problems, *problem)
	}
	open := link.Unencrypted(system, l.URL, say.Of("Use https://, or tick “%s”.", words.tick))
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

func (s *Server) toAuthentik(ctx context.Context, l session.Login) (*session.Authentik, error) {
	c, err := s.cfg.Connect.ToAuthentik(ctx, connect.AuthentikLogin{URL: l.URL, Token: l.Token, CA: l.CA})
	if err != nil {
		return nil, caFault(err, report.Authentik)
	}
	return &session.Authentik{Login: l, System: c.System, Who: c.Who, HTTP: c.HTTP}, nil
}

func (s *Server) toPocketBase(ctx context.Context, l session.Login) (*session.PocketBase, error) {
	c, err := s.cfg.Connect.ToPocketBase(ctx, l.ToPocketBase())
	return newPocketBaseAnswer(l, c, err)
}

// withCode signs in with the one-time password.
func (s *Server) withCode(ctx context.Context, step session.CodeStep, code secret.Text) (*session.PocketBase, error) {
	c, err := s.cfg.Connect.WithCode(ctx, step.Login.ToPocketBase(), step.Code, code)
	return newPocketBaseAnswer(step.Login, c, err)
}

func newPocketBaseAnswer(l session.Login, c connect.PocketBase, err error) (*session.PocketBase, error) {
	if err != nil {
		return nil, caFault(err, report.PB)
	}
	return &session.PocketBase{Login: l, System: c.System, Who: c.Who, HTTP: c.HTTP}, nil
}

// sendCode has PocketBase send a one-time password. cause is the error that
// asked for it, nil for another one.
func (s *Server) sendCode(ctx context.Context, l session.Login, cause error) (*session.CodeStep, error) {
	code, err := s.cfg.Connect.RequestCode(ctx, l.ToPocketBase(), cause)
	return &session.CodeStep{Login: l, Code: code}, caFault(err, report.PB)
}

// caFault words a certificate authority that cannot be used for the form.
func caFault(err error, system report.System) error {
	if _, ok := errors.AsType[*connect.CAError](err); !ok {
		return err
	}
	return &report.Fault{
		System: system, Field: string(system) + ".ca", Summary: say.Of("There is no certificate in this text."),
		Todo: say.Of("Paste the authority's certificate as PEM text, which starts with -----BEGIN CERTIFICATE-----."),
		Err:  err,
	}
}

// permissions returns the permissions that an authentik token needs, with reasons.
func permissions() []setup.Permission {
	var list []setup.Permission
	for _, p := range connect.Permissions() {
		list = append(list, setup.Permission{Codename: p.Codename, Why: p.Why})
	}
	return list
}

// connectionProblems are the problems of a page whose connection failed. A
// field that the page does not have is not named.
func connectionProblems(err error, fields ...string) report.Problems {
	said := report.MessageOf(err)
	p := report.Problem{Summary: said.What(), Todo: said.Advice(report.OnPage)}
	if slices.Contains(fields, said.Field) {
		p.Field = said.Field
	}
	return report.Problems{p}
}

// mistaken returns the problem of an address that is the wizard's own or the other
// system's, before any request is sent. The address that the program was started
// with only counts where no credentials were entered: it may be the mistake.
func (s *Server) mistaken(r *http.Request, sess *session.Session, system report.System, address string,
	typed bool) report.Problems {
	p, other, known := sess.Look(), report.PB, ""
	if !typed {
		known = s.cfg.Prefill.PocketBaseURL
	}
	if p.PocketBase != nil {
		known = p.PocketBase.Login.URL
	}
	if system == report.PB {
		if other, known = report.Authentik, ""; p.Authentik != nil {
			known = p.Authentik.Login.URL
		}
	}
	var wrong say.Text
	switch {
	case address == "":
		return nil
	case ownAddress(r, address):
		wrong = say.Of("This is the address of this wizard, not of %s.", system.Label())
	case known != "" && address == known:
		wrong = say.Of("This is the address of your %s, not of %s.", other.Label(), system.Label())
	default:
		return nil
	}
	return report.Problems{{
		Field: string(system) + ".url", Summary: wrong,
		Todo: say.Of("Enter %s's own address.", system.Label()),
	}}
}
