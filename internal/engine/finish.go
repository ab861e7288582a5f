package engine

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"
	"sync"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// Expected is what is known about a sign-in beforehand, if anything.
type Expected struct {
	Person     int                // primary key of the authentik user, 0 if unknown
	Prediction *signin.Prediction // from Foresee
	known      signin.Person      // what is known without a prediction
}

// subject returns the subject that PocketBase is going to know the person by,
// empty if unknown.
func (x Expected) subject() string {
	if x.Prediction != nil {
		return x.Prediction.Subject
	}
	return x.known.Subject
}

// FinishSignIn has PocketBase exchange what authentik returned, as a guest, and
// returns the outcome and its cause. Explaining a failure takes up to 30 s,
// because PocketBase writes its log late; report, if not nil, receives
// intermediate verdicts.
func (e *Engine) FinishSignIn(ctx context.Context, d *link.Desired, s SignIn, r signin.Return, x Expected,
	report func(signin.Verdict)) signin.Verdict {
	v, _ := e.finishSignIn(ctx, d, s, r, x, report)
	return v
}

// finishSignIn is FinishSignIn. answered reports whether PocketBase answered the
// exchange, so that it does not create an account later.
func (e *Engine) finishSignIn(ctx context.Context, d *link.Desired, s SignIn, r signin.Return, x Expected,
	report func(signin.Verdict)) (v signin.Verdict, answered bool) {
	if report == nil {
		report = func(signin.Verdict) {}
	}
	t := &signInTest{e: e, d: *d, s: s, x: x, report: report, facts: signin.Facts{Decision: d.Email, Return: r,
		Mapped: d.Collection.OAuth2.Mapped, OwnCallback: !strings.HasSuffix(s.RedirectURL, link.RedirectPath)}}
	if r.Code.IsSet() {
		report(signin.Verdict{Stages: signin.StagesUpTo(signin.StageToken, signin.StageRunning, say.Text{}),
			Prediction: x.Prediction})
		t.exchange(ctx)
	}
	if done := t.facts.Exchanged; done != nil && done.Record != nil && signin.EmailAsWanted(d.Email, done.Sent,
		done.Outcome, *done.Record) {
		return t.succeed(ctx), true
	}
	return t.explain(ctx), t.facts.Exchanged != nil
}

// signInTest is a running sign-in test.
type signInTest struct {
	e      *Engine
	d      link.Desired
	s      SignIn
	x      Expected
	report func(signin.Verdict)
	facts  signin.Facts
	fault  error // set if PocketBase did not answer the exchange itself
}

func (t *signInTest) exchange(ctx context.Context) {
	done, err := t.e.pocketbase.Exchange(ctx, t.d, signin.Code{
		Code: t.facts.Return.Code, CodeVerifier: t.s.CodeVerifier, RedirectURL: t.s.RedirectURL, Nonce: t.s.ID,
	})
	if err != nil {
		t.fault = err
		return
	}
	t.facts.Exchanged = &done
	if done.Record != nil {
		t.facts.Claims = &done.Sent
	}
}

// succeed returns the verdict on a sign-in that worked.
func (t *signInTest) succeed(ctx context.Context) signin.Verdict {
	done := *t.facts.Exchanged
	v := t.begin(signin.StagesUpTo(signin.StageRecord, signin.StageDone, say.Of("%s.", signin.RecordTitle(done.Outcome,
		done.Record))))
	v.Works, v.Outcome, v.Record, v.Claims, v.Made = true, done.Outcome, done.Record, done.Claims,
		done.Outcome == signin.OutcomeNew
	v.Groups = done.Groups
	t.compare(&v)
	t.report(v)
	v.Evidence = t.e.authentik.Events(ctx, t.s.Started, t.d, t.state()).Evidence
	v.Over = true
	return v
}

func (t *signInTest) begin(stages []signin.Stage) signin.Verdict {
	return signin.Verdict{Stages: stages, Outcome: signin.OutcomeRefused, Prediction: t.x.Prediction}
}

// compare records in v whether the outcome is the predicted one.
func (t *signInTest) compare(v *signin.Verdict) {
	p := t.x.Prediction
	if p == nil {
		return
	}
	if v.Cause == report.CausePopupClosed { // there is no outcome to compare
		v.Prediction = nil
		return
	}
	done := signin.Exchanged{Outcome: v.Outcome}
	if t.facts.Exchanged != nil {
		done = *t.facts.Exchanged
		done.Outcome = v.Outcome
	}
	v.AsPredicted = p.Foreseen(done, v.Cause)
	switch {
	case p.Subject != "" && done.Subject != "" && p.Subject != done.Subject:
		v.Details = append(v.Details, say.Of("The prediction was for someone else than the person who signed in."))
	case !v.AsPredicted && !p.Words.Empty():
		v.Details = append(v.Details, say.Of("The prediction was different: %s", p.Words))
	}
}

// explain finds out why the sign-in did not work.
func (t *signInTest) explain(ctx context.Context) signin.Verdict {
	t.report(t.verdict(signin.Diagnose(&t.facts)))
	t.readTrails(ctx)
	if done := t.facts.Exchanged; done != nil && done.Refusal != nil && len(done.Refusal.Fields) > 0 {
		if now, err := t.e.pocketbase.Collection(ctx, t.d); err == nil {
			t.facts.Mapped = now.OAuth2.Mapped
		}
	}
	if t.facts.Claims == nil && t.person() != 0 {
		if all, err := t.e.authentik.Preview(ctx, t.d, t.person()); err == nil {
			t.facts.Claims = new(signin.ReadClaims(all))
		}
	}
	if t.facts.Return.Missing != signin.MissingNothing || signin.MaySharpen(signin.Diagnose(&t.facts)) {
		t.measure(ctx)
	}
	v := t.verdict(signin.Diagnose(&t.facts))
	t.addMismatch(ctx, &v)
	t.addLeftBehind(ctx, &v)
	t.compare(&v)
	v.Over = true
	return v
}

// person returns the primary key of the person who signed in, 0 if unknown.
func (t *signInTest) person() int { return cmp.Or(t.facts.Authentik.Person, t.x.Person) }

// state returns the state parameter that authentik's page was opened with.
func (t *signInTest) state() string { return cmp.Or(t.facts.Return.State, t.s.State) }

func (t *signInTest) readTrails(ctx context.Context) {
	query := signin.TrailQuery{
		Nonce: t.s.ID, State: t.state(), Exchange: t.facts.Return.Code.IsSet(), RedirectURL: t.s.RedirectURL,
		Patient: t.needsLog() || t.facts.Return.Missing == signin.MissingTimeout,
		Hide:    []secret.Text{t.facts.Return.Code, t.s.CodeVerifier, t.d.Provider.ClientSecret, t.d.Slot.ClientSecret},
	}
	var group sync.WaitGroup
	group.Go(func() { t.facts.Authentik = t.e.authentik.Events(ctx, t.s.Started, t.d, t.state()) })
	if t.facts.Return.Stopped == "" { // otherwise PocketBase had no part in it yet
		group.Go(func() { t.facts.PocketBase = t.e.pocketbase.Trail(ctx, query) })
	}
	group.Wait()
}

// needsLog reports whether only PocketBase's log can show the cause.
func (t *signInTest) needsLog() bool {
	return t.facts.Return.Code.IsSet() && signin.Diagnose(&t.facts) == report.CauseUnknown
}

// measure runs the checks of both systems, in case nobody came back from
// authentik.
func (t *signInTest) measure(ctx context.Context) {
	var a, p []report.Check
	var stream report.Check
	var group sync.WaitGroup
	group.Go(func() { a = t.e.authentik.Check(ctx, t.d, t.person()) })
	group.Go(func() { p = t.e.pocketbase.Check(ctx, t.d) })
	group.Go(func() { stream = t.e.pocketbase.Realtime(ctx, t.d) })
	group.Wait()
	t.facts.Checks, t.facts.Person = slices.Concat(a, p, []report.Check{stream}), t.person() != 0
}

// verdict returns the verdict for a cause.
func (t *signInTest) verdict(cause report.CauseID) signin.Verdict {
	known, _ := signin.FindCause(cause)
	v := t.begin(signin.StagesUpTo(signin.StageOf(&t.facts), signin.StageFailed, known.Title))
	v.Cause, v.Todo = cause, known.Todo
	// A cause from PocketBase's log would be more precise.
	if t.fault != nil && signin.Vague(cause) {
		said := report.MessageOf(t.fault)
		v.Details, v.Todo = []say.Text{said.What()}, said.Todo
	}
	if done := t.facts.Exchanged; done != nil {
		v.Outcome, v.Record, v.Claims, v.Made = done.Outcome, done.Record, done.Claims,
			done.Outcome == signin.OutcomeNew
		if said := signin.RefusalWords(done.Refusal); !said.Empty() {
			v.Details = append(v.Details, said)
		}
	}
	v.Evidence = t.evidence()
	return v
}

// evidence returns both systems' log entries in order of time, followed by what
// was measured since.
func (t *signInTest) evidence() []signin.Evidence {
	list := slices.Concat(t.facts.Authentik.Evidence, t.facts.PocketBase.Evidence)
	sort.SliceStable(list, func(i, j int) bool { return list[i].When.Before(list[j].When) })
	if code := t.facts.Return.Error; code != "" {
		list = append(list, signin.Evidence{System: report.Authentik,
			Text: say.Of("authentik sent the person back with the error “%s”.", secret.Scrub(code))})
	}
	if said := t.facts.Return.Said; !said.Empty() {
		list = append(list, signin.Evidence{System: report.Authentik, Text: said})
	}
	if noticed := t.facts.Return.Noticed(); !noticed.Empty() {
		list = append(list, signin.Evidence{System: report.PB, Text: noticed})
	}
	for _, c := range t.facts.Checks {
		if c.Status == report.Fail || c.Status == report.Warn {
			list = append(list, signin.Evidence{System: c.System, Text: say.Of("%s: %s", c.Title, c.Evidence)})
		}
	}
	if t.fault != nil {
		list = append(list, signin.Evidence{System: report.PB, Text: report.MessageOf(t.fault).What()})
	}
	for _, unread := range []signin.Evidence{
		{System: report.Authentik, Text: t.facts.Authentik.Unread},
		{System: report.PB, Text: t.facts.PocketBase.Unread},
	} {
		if !unread.Text.Empty() {
			list = append(list, unread)
		}
	}
	return list
}

// addMismatch adds the redirect URIs of both sides if they are the cause.
func (t *signInTest) addMismatch(ctx context.Context, v *signin.Verdict) {
	if v.Cause != report.CauseRedirectMismatch {
		return
	}
	v.Redirect = t.facts.Authentik.Redirect
	if v.Redirect == nil {
		known, err := t.e.authentik.RedirectURIs(ctx, t.d)
		if err != nil {
			return
		}
		v.Redirect = signin.NewMismatch(t.s.RedirectURL, signin.RedirectNames(known))
	}
	v.Details = append(v.Details, v.Redirect.Text())
}

// addLeftBehind adds the account that PocketBase found or created before its
// auth rule or multi-factor authentication refused the sign-in. If it is
// unknown who signed in, only a newly created account counts.
func (t *signInTest) addLeftBehind(ctx context.Context, v *signin.Verdict) {
	if v.Cause != report.CauseAuthRule && v.Cause != report.CauseMFA || t.facts.Claims == nil {
		return
	}
	account, _, err := t.e.pocketbase.Accounts(ctx, t.d, t.facts.Claims.Subject, "")
	if err != nil || account == nil {
		return
	}
	v.Made = t.e.pocketbase.MadeSince(ctx, t.d, account.ID, t.s.Started) == nil
	if v.Made || t.facts.Authentik.Person != 0 {
		v.Record = &signin.Record{ID: account.ID, Email: account.Email, Verified: account.Verified}
	}
}
