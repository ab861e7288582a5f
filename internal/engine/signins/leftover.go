package signins

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// lockPerson locks the test sign-ins of a person, or of a name whose person is
// unknown, against other processes with the same state directory.
func (t *Tester) lockPerson(ctx context.Context, person int, name string) (unlock func(), err error) {
	if t.Notes == nil {
		return func() {}, nil
	}
	if person != 0 {
		name = strconv.Itoa(person)
	}
	unlock, err = t.Notes.Lock(ctx, t.key()+" sign-in of "+name)
	if errors.Is(err, journal.ErrLocked) {
		return nil, &report.Fault{System: report.PB, Kind: report.FaultOther, Err: err,
			Summary: say.Of("Another authpocket is testing this person's sign-in."),
			Todo:    say.Of("Wait until that is done.")}
	}
	return unlock, err
}

// note records on disk that PocketBase may create an account for a test
// sign-in, so that a later run finds it if this one is killed. It returns nil
// if there is nothing to record: an account that is there is not the test's.
func (t *Tester) note(ctx context.Context, d *link.Desired, s Test, name string, x Expected) (*journal.SignIn,
	error) {
	if t.Notes == nil || !t.mayCreate(ctx, d, x) {
		return nil, nil
	}
	return t.Notes.BeginSignIn(journal.SignIn{AuthentikURL: t.AuthentikURL, PocketBaseURL: t.PocketBaseURL,
		Collection: d.Collection.ID, Slot: d.Slot.Slot, Person: x.Person, Username: name, Subject: x.subject(),
		State: s.State, Started: s.Started})
}

// mayCreate reports whether a sign-in may create an account, as far as is known.
func (t *Tester) mayCreate(ctx context.Context, d *link.Desired, x Expected) bool {
	if p := x.Prediction; p != nil {
		return p.Subject != "" && p.Outcome != signin.OutcomeReturns && p.Outcome != signin.OutcomeLinked
	}
	bySubject, byEmail, err := t.PocketBase.Accounts(ctx, *d, x.known.Subject, x.known.Email)
	return err != nil || bySubject == nil && byEmail == nil
}

// ended removes the note of a test sign-in that left nothing behind.
func (t *Tester) ended(ctx context.Context, n *journal.SignIn) {
	if n == nil {
		return
	}
	if err := n.End(); err != nil {
		t.Log.ErrorContext(ctx, "ending the note of a sign-in", slog.Any("error", err))
	}
}

// settleTime exceeds the time of a sign-in and what PocketBase takes for its
// exchange after authpocket was killed.
const settleTime = 2 * time.Minute

// exchangeDelay is how long an app may take from authentik's authorisation to
// PocketBase's exchange, so that a person's own sign-in can overtake a test.
const exchangeDelay = 5 * time.Second

// clearUp deletes the accounts that interrupted tests of a person left behind,
// and adds what it did to the check. An account that the person may have used
// since is not deleted.
func (t *Tester) clearUp(ctx context.Context, d *link.Desired, person int, name string) (
	told func(*report.Check) *report.Check) {
	told = func(c *report.Check) *report.Check { return c }
	if t.Notes == nil {
		return told
	}
	notes, err := t.Notes.SignIns(t.key())
	if err != nil {
		t.Log.ErrorContext(ctx, "reading the notes of sign-ins", slog.Any("error", err))
	}
	for _, n := range notes {
		theirs := person != 0 && n.Person == person || n.Username == name
		if !theirs || n.Collection != d.Collection.ID || n.Slot != d.Slot.Slot {
			continue
		}
		if n.Person == 0 && person != 0 { // the token may read users now
			known, _ := t.Authentik.Person(ctx, *d, person)
			n.Person, n.Subject = person, known.Subject
		}
		id, err := t.clearUpAfter(ctx, d, n)
		if settled(n, id, err) {
			t.ended(ctx, n)
		}
		before := told
		told = func(c *report.Check) *report.Check { return leftBehind(before(c), id, err) }
	}
	return told
}

// settled reports whether the note of an interrupted test is done with: its
// account is deleted, or will not be, or there is none.
func settled(n *journal.SignIn, id string, err error) bool {
	fault, ok := errors.AsType[*report.Fault](err)
	switch {
	case ok && fault.Kind == report.FaultUnreachable:
		return false
	case id == "":
		return err == nil && time.Since(n.Started) > settleTime // PocketBase may not be done yet
	}
	return true
}

// leftBehind adds to the check what became of the account of an interrupted test.
func leftBehind(check *report.Check, id string, err error) *report.Check {
	switch {
	case err != nil && id == "":
		return stillThere(check, say.Of("An interrupted test may have left an account behind."), err)
	case err != nil:
		return stillThere(check, say.Of("An interrupted test may have created the account %s, which is still there.",
			id), err)
	case id != "":
		check.Evidence = say.Join(check.Evidence, say.Of("The account that an interrupted test left behind is "+
			"deleted."))
	}
	return check
}

// clearUpAfter deletes the account that an interrupted test created and returns
// its ID, empty for none.
func (t *Tester) clearUpAfter(ctx context.Context, d *link.Desired, n *journal.SignIn) (id string, err error) {
	if n.Subject == "" {
		return t.suspects(ctx, d, n)
	}
	account, _, err := t.PocketBase.Accounts(ctx, *d, n.Subject, "")
	if err != nil || account == nil {
		return "", err
	}
	alone, err := t.Authentik.OnlySignIn(ctx, n.Started.Add(-exchangeDelay), *d, n.Person, n.State)
	if err == nil && !alone {
		err = &report.Fault{System: report.PB, Kind: report.FaultRefused,
			Summary: say.Of("authentik's log does not rule out that the person has signed in since, so it was not " +
				"deleted."),
			Todo: say.Of("If nobody needs the account, delete it in PocketBase's dashboard.")}
	}
	if err != nil {
		return account.ID, err
	}
	return account.ID, t.PocketBase.DeleteAccount(ctx, *d, account.ID, n.Started, false)
}

// suspects returns the IDs of the accounts that were created at the time of an
// interrupted test whose person's subject is unknown, empty for none, and a
// fault that says why none is deleted.
func (t *Tester) suspects(ctx context.Context, d *link.Desired, n *journal.SignIn) (ids string, err error) {
	made, err := t.PocketBase.MadeBetween(ctx, *d, n.Started, n.Started.Add(settleTime))
	if err != nil || len(made) == 0 {
		return "", err
	}
	return strings.Join(made, " or "), &report.Fault{System: report.PB, Kind: report.FaultRefused,
		Summary: say.Of("authpocket may not read %s in authentik, so it cannot tell whose account it is.", n.Username),
		Todo:    say.Of("If nobody needs the account, delete it in PocketBase's dashboard.")}
}

// stillThere adds to the check that an account of a test is not deleted.
func stillThere(check *report.Check, what say.Text, err error) *report.Check {
	m := report.MessageOf(err)
	check.Evidence = say.Join(check.Evidence, say.Join(what, m.What()))
	check.Remedy = say.Join(check.Remedy, m.Todo)
	if check.Status == report.Pass {
		check.Status = report.Warn
	}
	return check
}

// Persistently repeats a deletion, which accepts that the account is gone, while
// the system cannot be reached.
func Persistently(remove func() error) error {
	err := remove()
	for range tidyTries - 1 {
		if fault, ok := errors.AsType[*report.Fault](err); !ok || fault.Kind != report.FaultUnreachable {
			break
		}
		err = remove()
	}
	return err
}

// TidyTime limits the search for the account of a test, and its deletion.
const TidyTime = 30 * time.Second

// tidyTries is how often a deletion is tried.
const tidyTries = 3
