package signins

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

// Run makes a test sign-in without a browser, as a person with these
// credentials, and deletes the account that it creates. It also deletes what a
// killed test of the same person left behind. The check is skipped if authentik
// asks for more than the credentials. The verdict is nil if the sign-in did not
// reach an outcome. It takes up to a minute, and 30 s more to explain a failure.
func (t *Tester) Run(ctx context.Context, d *link.Desired, who signin.Credentials) (report.Check,
	*signin.Verdict) {
	person, _ := t.FindUser(ctx, who.Name) // a token that may not read users can still test a sign-in
	unlock, err := t.lockPerson(ctx, person, who.Name)
	if err != nil {
		return *signInBy(who).SkipsFor(err), nil
	}
	defer unlock()
	told := t.clearUp(ctx, d, person, who.Name)
	check, v := t.run(ctx, *d, who, person)
	seen := *told(check)
	if one := report.Measured(ctx, []report.Check{seen})[0]; one.Status != seen.Status {
		return one, nil
	}
	return seen, v
}

// run is Run for the authentik user with that primary key, 0 if unknown.
func (t *Tester) run(
	ctx context.Context, d link.Desired, who signin.Credentials, person int,
) (*report.Check, *signin.Verdict) {
	var note *journal.SignIn
	a := t.Try(ctx, &d, who, func() Expected { return t.expect(ctx, &d, person) },
		func(s Test, x Expected) (err error) {
			note, err = t.note(ctx, &d, s, who.Name, x)
			return err
		})
	if a.Verdict == nil {
		return a.Check, nil
	}
	check, left := t.tidy(ctx, d, a.Test, *a.Verdict, a.Check)
	if !left && (a.answered || a.Verdict.Made) {
		t.ended(ctx, note)
	}
	return check, a.Verdict
}

// Attempt is a test sign-in without a browser.
type Attempt struct {
	Test
	Check    *report.Check
	Verdict  *signin.Verdict // nil if the sign-in did not reach an outcome
	answered bool            // by PocketBase
}

// Try makes a test sign-in and leaves the account that it creates. about is
// called, if set, before PocketBase can create one, and stops the sign-in by an
// error.
func (t *Tester) Try(ctx context.Context, d *link.Desired, who signin.Credentials, expect func() Expected,
	about func(Test, Expected) error) (a Attempt) {
	var err error
	a.Check = signInBy(who)
	if a.Test, err = t.Start(ctx, d, ""); err != nil {
		a.Check = notStarted(a.Check, err)
		return a
	}
	x := expect()
	back, err := t.Authentik.SignIn(ctx, *d, signin.Opening{AuthURL: a.AuthURL, RedirectURL: a.RedirectURL,
		State: a.State}, who)
	if stopped, ok := errors.AsType[*signin.LoginError](err); ok {
		if a.Check.System = report.Authentik; stopped.Stop != signin.StopDenied {
			a.Check = stoppedCheck(a.Check, stopped)
			return a
		}
		back = signin.Return{Stopped: stopped.Cause, Said: stopped.What}
		if stopped.Cause == report.CauseCredentials && t.inactive(ctx, d, x.Person) {
			back.Stopped = report.CausePersonInactive // authentik itself says that the password is wrong
			back.Said = say.Join(back.Said, say.Of("The user is not active."))
		}
	} else if err != nil {
		a.Check = a.Check.SkipsFor(err)
		return a
	}
	if back.Code.IsSet() && about != nil {
		if err := about(a.Test, x); err != nil {
			a.Check = a.Check.SkipsFor(err)
			return a
		}
	}
	v, answered := t.finish(ctx, d, a.Test, back, x, nil)
	if back.Code.IsSet() {
		t.findLost(ctx, d, a.Test, x.subject(), &v)
	}
	hide := append(who.Secrets(), back.Code)
	if v.Cause == report.CauseCredentials { // what authentik's page said is all there is to say
		a.Check.System = report.Authentik
		a.Check = a.Check.Fails(v.Cause, back.Said.Values(func(s string) string { return secret.Hide(s, hide...) }),
			v.Todo)
	} else {
		a.Check = signInCheck(a.Check, &v, hide)
	}
	a.Verdict, a.answered = &v, answered
	return a
}

// signInBy returns the check for a person's sign-in, without its result.
func signInBy(who signin.Credentials) *report.Check {
	return &report.Check{ID: report.CheckSignIn, System: report.PB, Title: say.Of("%s signs in", who.Name)}
}

// expect returns what is known about a person's sign-in beforehand. It is less
// if the token may not read users or predict sign-ins.
func (t *Tester) expect(ctx context.Context, d *link.Desired, person int) (x Expected) {
	if person == 0 {
		return x
	}
	x.Person = person
	if p, err := t.Foresee(ctx, *d, person); err == nil {
		x.Prediction = &p
	} else {
		x.known, _ = t.Authentik.Person(ctx, *d, person)
	}
	return x
}

// inactive reports whether authentik is known to have deactivated a person, 0
// for an unknown one.
func (t *Tester) inactive(ctx context.Context, d *link.Desired, person int) bool {
	if person == 0 {
		return false
	}
	known, err := t.Authentik.Person(ctx, *d, person)
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
		todo = signin.RemedyOf(stopped.Cause)
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
func (t *Tester) findLost(ctx context.Context, d *link.Desired, s Test, subject string, v *signin.Verdict) {
	if v.Works || v.Record != nil || subject == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), TidyTime)
	defer cancel()
	account, _, err := t.PocketBase.Accounts(ctx, *d, subject, "")
	if err != nil || account == nil || t.PocketBase.MadeSince(ctx, *d, account.ID, s.Started) != nil {
		return
	}
	v.Made = true
	v.Record = &signin.Record{ID: account.ID, Email: account.Email, Verified: account.Verified}
}

// tidy deletes the account that the test created, even after an interruption,
// and says so in the check. left reports whether the account is still there.
func (t *Tester) tidy(
	ctx context.Context, d link.Desired, s Test, v signin.Verdict, check *report.Check,
) (_ *report.Check, left bool) {
	if !v.Made || v.Record == nil {
		return check, false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), TidyTime)
	defer cancel()
	err := Persistently(func() error { return t.DeleteAccount(ctx, &d, s, &v) })
	if err == nil {
		check.Evidence = say.Join(check.Evidence, say.Of("The account that the test created is deleted again."))
		return check, false
	}
	return stillThere(check, say.Of("The account that the test created, %s, is still there.", v.Record.ID), err), true
}
