package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// SignInAs makes a test sign-in without a browser, as a person with these
// credentials, and deletes the account that it creates. It also deletes what a
// killed test of the same person left behind. The check is skipped if authentik
// asks for more than the credentials. The verdict is nil if the sign-in did not
// reach an outcome. It takes up to a minute, and 30 s more to explain a failure.
func (e *Engine) SignInAs(ctx context.Context, d *link.Desired, who signin.Credentials) (report.Check,
	*signin.Verdict) {
	person, _ := e.FindUser(ctx, who.Name) // a token that may not read users can still test a sign-in
	unlock, err := e.lockPerson(ctx, person, who.Name)
	if err != nil {
		return *signInBy(who).SkipsFor(err), nil
	}
	defer unlock()
	told := e.clearUp(ctx, d, person, who.Name)
	check, v := e.signInAs(ctx, *d, who, person)
	seen := *told(check)
	if one := measured(ctx, []report.Check{seen})[0]; one.Status != seen.Status {
		return one, nil
	}
	return seen, v
}

// signInAs is SignInAs for the authentik user with that primary key, 0 if unknown.
func (e *Engine) signInAs(
	ctx context.Context, d link.Desired, who signin.Credentials, person int,
) (*report.Check, *signin.Verdict) {
	var note *journal.SignIn
	a := e.attempt(ctx, &d, who, func() Expected { return e.expect(ctx, &d, person) },
		func(s SignIn, x Expected) (err error) {
			note, err = e.note(ctx, &d, s, who.Name, x)
			return err
		})
	if a.verdict == nil {
		return a.check, nil
	}
	check, left := e.tidy(ctx, d, a.SignIn, *a.verdict, a.check)
	if !left && (a.answered || a.verdict.Made) {
		e.ended(ctx, note)
	}
	return check, a.verdict
}

// attempt is a test sign-in without a browser.
type attempt struct {
	SignIn
	check    *report.Check
	verdict  *signin.Verdict // nil if the sign-in did not reach an outcome
	answered bool            // by PocketBase
}

// attempt makes a test sign-in and leaves the account that it creates. about is
// called, if set, before PocketBase can create one, and stops the sign-in by an
// error.
func (e *Engine) attempt(ctx context.Context, d *link.Desired, who signin.Credentials, expect func() Expected,
	about func(SignIn, Expected) error) (a attempt) {
	var err error
	a.check = signInBy(who)
	if a.SignIn, err = e.StartSignIn(ctx, d, ""); err != nil {
		a.check = notStarted(a.check, err)
		return a
	}
	x := expect()
	back, err := e.authentik.SignIn(ctx, *d, signin.Opening{AuthURL: a.AuthURL, RedirectURL: a.RedirectURL,
		State: a.State}, who)
	if stopped, ok := errors.AsType[*signin.LoginError](err); ok {
		if a.check.System = report.Authentik; stopped.Stop != signin.StopDenied {
			a.check = stoppedCheck(a.check, stopped)
			return a
		}
		back = signin.Return{Stopped: stopped.Cause, Said: stopped.What}
		if stopped.Cause == report.CauseCredentials && e.inactive(ctx, d, x.Person) {
			back.Stopped = report.CausePersonInactive // authentik itself says that the password is wrong
			back.Said = say.Join(back.Said, say.Of("The user is not active."))
		}
	} else if err != nil {
		a.check = a.check.SkipsFor(err)
		return a
	}
	if back.Code.IsSet() && about != nil {
		if err := about(a.SignIn, x); err != nil {
			a.check = a.check.SkipsFor(err)
			return a
		}
	}
	v, answered := e.finishSignIn(ctx, d, a.SignIn, back, x, nil)
	if back.Code.IsSet() {
		e.findLost(ctx, d, a.SignIn, x.subject(), &v)
	}
	hide := append(who.Secrets(), back.Code)
	if v.Cause == report.CauseCredentials { // what authentik's page said is all there is to say
		a.check.System = report.Authentik
		a.check = a.check.Fails(v.Cause, back.Said.Values(func(s string) string { return secret.Hide(s, hide...) }),
			v.Todo)
	} else {
		a.check = signInCheck(a.check, &v, hide)
	}
	a.verdict, a.answered = &v, answered
	return a
}

// signInBy returns the check for a person's sign-in, without its result.
func signInBy(who signin.Credentials) *report.Check {
	return &report.Check{ID: report.CheckSignIn, System: report.PB, Title: say.Of("%s signs in", who.Name)}
}

// expect returns what is known about a person's sign-in beforehand. It is less
// if the token may not read users or predict sign-ins.
func (e *Engine) expect(ctx context.Context, d *link.Desired, person int) (x Expected) {
	if person == 0 {
		return x
	}
	x.Person = person
	if p, err := e.Foresee(ctx, *d, person); err == nil {
		x.Prediction = &p
	} else {
		x.known, _ = e.authentik.Person(ctx, *d, person)
	}
	return x
}

// inactive reports whether authentik is known to have deactivated a person, 0
// for an unknown one.
func (e *Engine) inactive(ctx context.Context, d *link.Desired, person int) bool {
	if person == 0 {
		return false
	}
	known, err := e.authentik.Person(ctx, *d, person)
	return err == nil && known.Inactive
}

// notStarted returns the check for a sign-in that PocketBase does not offer.
func notStarted(check *report.Check, err error) *report.Check {
	m := report.MessageOf(err)
	cause := report.CauseUnknown
	if fault, ok := errors.AsType[*report.Fault](err); ok {
		switch fault.Kind {
		case report.FaultStale:
			cause = report.CauseOAuth2Off
		case report.FaultUnreachable:
			cause = report.CauseUnreachable
		}
	}
	return check.Fails(cause, m.What(), m.Todo)
}

// stoppedCheck returns the check for a sign-in at authentik without an outcome.
func stoppedCheck(check *report.Check, stopped *signin.LoginError) *report.Check {
	if stopped.Stop == signin.StopStage || stopped.Cause == "" {
		check.Remedy = stopped.Todo
		return check.Skips(stopped.What)
	}
	todo := stopped.Todo
	if todo.Empty() {
		todo = remedyOf(stopped.Cause)
	}
	return check.Fails(stopped.Cause, say.Of("Stopped while %s: %s", stopped.Step, stopped.What), todo)
}

// maxEvidence is how many log entries the check of a failed sign-in shows.
const maxEvidence = 5

// signInCheck returns the check for a verdict.
func signInCheck(check *report.Check, v *signin.Verdict, hide []secret.Text) *report.Check {
	if v.Works {
		check.System = report.PB
		return check.Passes(v.Words())
	}
	if failed := v.FailedStage(); failed != nil {
		check.System = report.PB
		if failed.ID == signin.StageOpened || failed.ID == signin.StageAuthentik {
			check.System = report.Authentik
		}
	}
	said := []say.Text{v.Words()}
	for _, one := range v.Evidence[:min(len(v.Evidence), maxEvidence)] {
		text := one.Text
		if !strings.HasSuffix(text.String(), ".") {
			text = say.Of("%s.", text)
		}
		if !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	evidence := say.Join(said...).Values(func(s string) string { return secret.Hide(s, hide...) })
	return check.Fails(v.Cause, evidence, v.Todo)
}

// findLost looks for the account of a sign-in whose answer was lost.
func (e *Engine) findLost(ctx context.Context, d *link.Desired, s SignIn, subject string, v *signin.Verdict) {
	if v.Works || v.Record != nil || subject == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	account, _, err := e.pocketbase.Accounts(ctx, *d, subject, "")
	if err != nil || account == nil || e.pocketbase.MadeSince(ctx, *d, account.ID, s.Started) != nil {
		return
	}
	v.Made = true
	v.Record = &signin.Record{ID: account.ID, Email: account.Email, Verified: account.Verified}
}

// tidy deletes the account that the test created, even after an interruption,
// and says so in the check. left reports whether the account is still there.
func (e *Engine) tidy(
	ctx context.Context, d link.Desired, s SignIn, v signin.Verdict, check *report.Check,
) (_ *report.Check, left bool) {
	if !v.Made || v.Record == nil {
		return check, false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	err := persistently(func() error { return e.DeleteTestAccount(ctx, &d, s, &v) })
	if err == nil {
		check.Evidence = say.Join(check.Evidence, say.Of("The account that the test created is deleted again."))
		return check, false
	}
	return stillThere(check, say.Of("The account that the test created, %s, is still there.", v.Record.ID), err), true
}
