package command

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/command/terminal"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// signInFlags say who makes a test sign-in. Secrets are never arguments, which
// other users of the machine can read.
type signInFlags struct {
	SignIn           string
	PasswordFile     string
	TOTPSecretFile   string
	RecoveryCodeFile string
}

func (f *signInFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.SignIn, "sign-in", "", "also sign in as the authentik user with this `name`, without a "+
		"browser; an account\nthat the test creates is deleted again; the password is read from\n--password-file, $"+envPassword+
		" or the terminal")
	flags.Var((*option.Beside)(&f.PasswordFile), "password-file", "the password for --sign-in")
	flags.Var((*option.Beside)(&f.TOTPSecretFile), "totp-secret-file",
		"the secret of the user's authenticator app, base32 or "+
			"an otpauth address\n($"+envTOTP+")")
	flags.Var((*option.Beside)(&f.RecoveryCodeFile), "recovery-code-file",
		"a recovery code of the user, which works once\n($"+
			envCode+")")
}

// proofFlags ask for a test sign-in of a person who is made for it.
type proofFlags struct {
	SignInNew   bool
	PersonEmail string
}

func (f *proofFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.SignInNew, "sign-in-new", false, "also sign in as a person who is made in authentik for this "+
		"test; the person, and\nthe account that PocketBase creates, are deleted again; shows these changes "+
		"and\nasks first")
	flags.StringVar(&f.PersonEmail, "person-email", "", "e-mail `address` of the person of --sign-in-new; default: "+
		"one that no mail\nreaches")
}

// planProof plans the proof that the flags ask for, shows the plan in the view, unless that prints JSON, and asks
// unless yes is set. The plan is empty without --sign-in-new.
func (f proofFlags) planProof(ctx context.Context, p *program.Run, e *engine.Engine, spec *link.Spec, view *output.View,
	yes bool) (link.Plan, error) {
	if !f.SignInNew {
		return link.Plan{}, nil
	}
	plan, err := e.PlanProof(ctx, spec, f.PersonEmail)
	if err != nil {
		return plan, err
	}
	if !view.AsJSON {
		view.Plan(&plan)
	}
	if !yes && !p.Confirmed(ctx, &plan) {
		return plan, output.Declined()
	}
	return plan, nil
}

// clashSignIn returns an error if the two ways to sign in exclude each other or lack something.
func clashSignIn(who signInFlags, made proofFlags) error {
	switch {
	case made.SignInNew && who.SignIn != "":
		return output.Refused(say.Of("--sign-in and --sign-in-new are two different tests."),
			say.Of("Use one of them."))
	case !made.SignInNew && made.PersonEmail != "":
		return output.Refused(say.Of("There is no new person to have that address."), say.Of("Add --sign-in-new."))
	}
	return nil
}

// The environment variables for the secrets of a test sign-in.
const (
	envPassword = "AUTHPOCKET_SIGNIN_PASSWORD"      // #nosec G101 -- a name
	envTOTP     = "AUTHPOCKET_SIGNIN_TOTP_SECRET"   // #nosec G101 -- a name
	envCode     = "AUTHPOCKET_SIGNIN_RECOVERY_CODE" // #nosec G101 -- a name
)

// credentials reads what the flags name. They are empty without --sign-in.
func (f signInFlags) credentials(ctx context.Context, p *program.Run) (who signin.Credentials, err error) {
	if f.SignIn == "" {
		if cmp.Or(f.PasswordFile, f.TOTPSecretFile, f.RecoveryCodeFile) != "" {
			return who, output.Refused(say.Of("There is nobody to sign in as."), say.Of("Add --sign-in NAME."))
		}
		return who, nil
	}
	who.Name = f.SignIn
	if who.TOTP, err = disk.Secret(ctx, f.TOTPSecretFile, envTOTP); err != nil {
		return who, err
	}
	if who.Code, err = disk.Secret(ctx, f.RecoveryCodeFile, envCode); err != nil {
		return who, err
	}
	if who.Password, err = disk.Secret(ctx, f.PasswordFile, envPassword); err == nil && !who.Password.IsSet() {
		who.Password, err = askPassword(ctx, p, f.SignIn)
	}
	return who, err
}

// askPassword asks for the password of --sign-in at the terminal.
func askPassword(ctx context.Context, p *program.Run, name string) (secret.Text, error) {
	if !p.CanAsk() {
		return secret.Text{}, output.Refused(say.Of("There is no password for %s.", name),
			say.Of("Use --password-file, or set %s.", envPassword))
	}
	password, err := p.Secret(ctx, say.Of("Password of %s at authentik", name))
	if errors.Is(err, terminal.ErrNoAnswer) || err == nil && !password.IsSet() {
		return password, output.Refused(say.Of("No password was typed."), say.Of("Type it, or use --password-file."))
	}
	return password, output.Interrupted(ctx, err)
}
