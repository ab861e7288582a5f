package signins

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

// Finish has PocketBase exchange what authentik returned, as a guest, and
// returns the outcome and its cause. Explaining a failure takes up to 30 s,
// because PocketBase writes its log late; report, if not nil, receives
// intermediate verdicts.
func (t *Tester) Finish(ctx context.Context, d *link.Desired, s Test, r signin.Return, x Expected,
	report func(signin.Verdict)) signin.Verdict {
	v, _ := t.finish(ctx, d, s, r, x, report)
	return v
}

// finish is Finish. answered reports whether PocketBase answered the
// exchange, so that it does not create an account later.
func (t *Tester) finish(ctx context.Context, d *link.Desired, s Test, r signin.Return, x Expected,
	report func(signin.Verdict)) (v signin.Verdict, answered bool) {
	if report == nil {
		report = func(signin.Verdict) {}
	}
	f := &finishing{by: t, d: *d, s: s, x: x, report: report, facts: signin.Facts{Decision: d.Email, Return: r,
		Mapped: d.Collection.OAuth2.Mapped, OwnCallback: !strings.HasSuffix(s.RedirectURL, link.RedirectPath)}}
	if r.Code.IsSet() {
		report(signin.Verdict{Stages: signin.StagesUpTo(signin.StageToken, signin.StageRunning, say.Text{}),
			Prediction: x.Prediction})
		f.exchange(ctx)
	}
	if done := f.facts.Exchanged; done != nil && done.Record != nil && signin.EmailAsWanted(d.Email, done.Sent,
		done.Outcome, *done.Record) {
		return f.succeed(ctx), true
	}
	return f.explain(ctx), f.facts.Exchanged != nil
}

// finishing is a test sign-in that authentik has answered.
type finishing struct {
	by     *Tester
	d      link.Desired
	s      Test
	x      Expected
	report func(signin.Verdict)
	facts  signin.Facts
	fault  error // set if PocketBase did not answer the exchange itself
}

func (f *finishing) exchange(ctx context.Context) {
	done, err := f.by.PocketBase.Exchange(ctx, f.d, signin.Code{
		Code: f.facts.Return.Code, CodeVerifier: f.s.CodeVerifier, RedirectURL: f.s.RedirectURL, Nonce: f.s.ID,
	})
	if err != nil {
		f.fault = err
		return
	}
	f.facts.Exchanged = &done
	if done.Record != nil {
		f.facts.Claims = &done.Sent
	}
}

// succeed returns the verdict on a sign-in that worked.
func (f *finishing) succeed(ctx context.Context) signin.Verdict {
	done := *f.facts.Exchanged
	v := f.begin(signin.StagesUpTo(signin.StageRecord, signin.StageDone, say.Of("%s.", signin.RecordTitle(done.Outcome,
		done.Record))))
	v.Works, v.Outcome, v.Record, v.Claims, v.Made = true, done.Outcome, done.Record, done.Claims,
		done.Outcome == signin.OutcomeNew
	v.Groups = done.Groups
	f.compare(&v)
	f.report(v)
	v.Evidence = f.by.Authentik.Events(ctx, f.s.Started, f.d, f.state()).Evidence
	v.Over = true
	return v
}

func (f *finishing) begin(stages []signin.Stage) signin.Verdict {
	return signin.Verdict{Stages: stages, Outcome: signin.OutcomeRefused, Prediction: f.x.Prediction}
}

// compare records in v whether the outcome is the predicted one.
func (f *finishing) compare(v *signin.Verdict) {
	p := f.x.Prediction
	if p == nil {
		return
	}
	if v.Cause == report.CausePopupClosed { // there is no outcome to compare
		v.Prediction = nil
		return
	}
	done := signin.Exchanged{Outcome: v.Outcome}
	if f.facts.Exchanged != nil {
		done = *f.facts.Exchanged
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
func (f *finishing) explain(ctx context.Context) signin.Verdict {
	f.report(f.verdict(signin.Diagnose(&f.facts)))
	f.readTrails(ctx)
	if done := f.facts.Exchanged; done != nil && done.Refusal != nil && len(done.Refusal.Fields) > 0 {
		if now, err := f.by.PocketBase.Collection(ctx, f.d); err == nil {
			f.facts.Mapped = now.OAuth2.Mapped
		}
	}
	if f.facts.Claims == nil && f.person() != 0 {
		if all, err := f.by.Authentik.Preview(ctx, f.d, f.person()); err == nil {
			f.facts.Claims = new(signin.ReadClaims(all))
		}
	}
	if f.facts.Return.Missing != signin.MissingNothing || signin.MaySharpen(signin.Diagnose(&f.facts)) {
		f.measure(ctx)
	}
	v := f.verdict(signin.Diagnose(&f.facts))
	f.addMismatch(ctx, &v)
	f.addLeftBehind(ctx, &v)
	f.compare(&v)
	v.Over = true
	return v
}

// person returns the primary key of the person who signed in, 0 if unknown.
func (f *finishing) person() int { return cmp.Or(f.facts.Authentik.Person, f.x.Person) }

// state returns the state parameter that authentik's page was opened with.
func (f *finishing) state() string { return cmp.Or(f.facts.Return.State, f.s.State) }

func (f *finishing) readTrails(ctx context.Context) {
	query := signin.TrailQuery{
		Nonce: f.s.ID, State: f.state(), Exchange: f.facts.Return.Code.IsSet(), RedirectURL: f.s.RedirectURL,
		Patient: f.needsLog() || f.facts.Return.Missing == signin.MissingTimeout,
		Hide:    []secret.Text{f.facts.Return.Code, f.s.CodeVerifier, f.d.Provider.ClientSecret, f.d.Slot.ClientSecret},
	}
	var group sync.WaitGroup
	group.Go(func() { f.facts.Authentik = f.by.Authentik.Events(ctx, f.s.Started, f.d, f.state()) })
	if f.facts.Return.Stopped == "" { // otherwise PocketBase had no part in it yet
		group.Go(func() { f.facts.PocketBase = f.by.PocketBase.Trail(ctx, query) })
	}
	group.Wait()
}

// needsLog reports whether only PocketBase's log can show the cause.
func (f *finishing) needsLog() bool {
	return f.facts.Return.Code.IsSet() && signin.Diagnose(&f.facts) == report.CauseUnknown
}

// measure runs the checks of both systems, in case nobody came back from
// authentik.
func (f *finishing) measure(ctx context.Context) {
	var a, p []report.Check
	var stream report.Check
	var group sync.WaitGroup
	group.Go(func() { a = f.by.Authentik.Check(ctx, f.d, f.person()) })
	group.Go(func() { p = f.by.PocketBase.Check(ctx, f.d) })
	group.Go(func() { stream = f.by.PocketBase.Realtime(ctx, f.d) })
	group.Wait()
	f.facts.Checks, f.facts.Person = slices.Concat(a, p, []report.Check{stream}), f.person() != 0
}

// verdict returns the verdict for a cause.
func (f *finishing) verdict(cause report.CauseID) signin.Verdict {
	known, _ := signin.FindCause(cause)
	v := f.begin(signin.StagesUpTo(signin.StageOf(&f.facts), signin.StageFailed, known.Title))
	v.Cause, v.Todo = cause, known.Todo
	// A cause from PocketBase's log would be more precise.
	if f.fault != nil && signin.Vague(cause) {
		said := report.MessageOf(f.fault)
		v.Details, v.Todo = []say.Text{said.What()}, said.Todo
	}
	if done := f.facts.Exchanged; done != nil {
		v.Outcome, v.Record, v.Claims, v.Made = done.Outcome, done.Record, done.Claims,
			done.Outcome == signin.OutcomeNew
		if said := signin.RefusalWords(done.Refusal); !said.Empty() {
			v.Details = append(v.Details, said)
		}
	}
	v.Evidence = f.evidence()
	return v
}

// evidence returns both systems' log entries in order of time, followed by what
// was measured since.
func (f *finishing) evidence() []signin.Evidence {
	list := slices.Concat(f.facts.Authentik.Evidence, f.facts.PocketBase.Evidence)
	sort.SliceStable(list, func(i, j int) bool { return list[i].When.Before(list[j].When) })
	if code := f.facts.Return.Error; code != "" {
		list = append(list, signin.Evidence{System: report.Authentik,
			Text: say.Of("authentik sent the person back with the error “%s”.", secret.Scrub(code))})
	}
	if said := f.facts.Return.Said; !said.Empty() {
		list = append(list, signin.Evidence{System: report.Authentik, Text: said})
	}
	if noticed := f.facts.Return.Noticed(); !noticed.Empty() {
		list = append(list, signin.Evidence{System: report.PB, Text: noticed})
	}
	for _, c := range f.facts.Checks {
		if c.Status == report.Fail || c.Status == report.Warn {
			list = append(list, signin.Evidence{System: c.System, Text: say.Of("%s: %s", c.Title, c.Evidence)})
		}
	}
	if f.fault != nil {
		list = append(list, signin.Evidence{System: report.PB, Text: report.MessageOf(f.fault).What()})
	}
	for _, unread := range []signin.Evidence{
		{System: report.Authentik, Text: f.facts.Authentik.Unread},
		{System: report.PB, Text: f.facts.PocketBase.Unread},
	} {
		if !unread.Text.Empty() {
			list = append(list, unread)
		}
	}
	return list
}

// addMismatch adds the redirect URIs of both sides if they are the cause.
func (f *finishing) addMismatch(ctx context.Context, v *signin.Verdict) {
	if v.Cause != report.CauseRedirectMismatch {
		return
	}
	v.Redirect = f.facts.Authentik.Redirect
	if v.Redirect == nil {
		known, err := f.by.Authentik.RedirectURIs(ctx, f.d)
		if err != nil {
			return
		}
		v.Redirect = signin.NewMismatch(f.s.RedirectURL, signin.RedirectNames(known))
	}
	v.Details = append(v.Details, v.Redirect.Text())
}

// addLeftBehind adds the account that PocketBase found or created before its
// auth rule or multi-factor authentication refused the sign-in. If it is
// unknown who signed in, only a newly created account counts.
func (f *finishing) addLeftBehind(ctx context.Context, v *signin.Verdict) {
	if v.Cause != report.CauseAuthRule && v.Cause != report.CauseMFA || f.facts.Claims == nil {
		return
	}
	account, _, err := f.by.PocketBase.Accounts(ctx, f.d, f.facts.Claims.Subject, "")
	if err != nil || account == nil {
		return
	}
	v.Made = f.by.PocketBase.MadeSince(ctx, f.d, account.ID, f.s.Started) == nil
	if v.Made || f.facts.Authentik.Person != 0 {
		v.Record = &signin.Record{ID: account.ID, Email: account.Email, Verified: account.Verified}
	}
}
