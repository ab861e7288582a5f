package signins

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/predict"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// FindUser returns the primary key of the authentik user with a username, an
// e-mail address or a primary key. The error is a *report.Fault.
func (t *Tester) FindUser(ctx context.Context, named string) (int, error) {
	ref, err := t.Authentik.FindUser(ctx, named)
	if err != nil {
		return 0, err
	}
	pk, err := strconv.Atoi(ref.ID)
	if err != nil {
		return 0, &report.Fault{System: report.Authentik, Kind: report.FaultOther,
			Summary: say.Of("authentik did not return an ID for %s.", ref.Name), Err: err}
	}
	return pk, nil
}

// Foresee predicts the outcome of a person's sign-in in PocketBase. person is
// the primary key of an authentik user, 0 for the token's own account. The
// error is a *report.Fault. It takes three requests in sequence, or four for a
// new link and a person whose account has another address. If the prediction
// leaves open why authentik sends too little, it also runs authentik's checks.
func (t *Tester) Foresee(ctx context.Context, d link.Desired, person int) (signin.Prediction, error) {
	var refused bool
	var group sync.WaitGroup
	group.Go(func() {
		passing, _, err := t.Authentik.Access(ctx, d, person)
		refused = err == nil && !passing // a token without access to this question proves no refusal
	})
	return t.ForeseeWith(ctx, d, person, func() bool {
		group.Wait()
		return refused
	})
}

// ForeseeWith is Foresee with what authentik says of the access: refused waits for it, and is always called.
func (t *Tester) ForeseeWith(ctx context.Context, d link.Desired, person int, refused func() bool) (signin.Prediction,
	error) {
	var claims map[string]json.RawMessage
	var now link.CollectionState
	var group errgroup.Group // both end, so that the same requests are sent each time
	group.Go(func() (err error) {
		claims, err = t.Authentik.Preview(ctx, d, person)
		return err
	})
	group.Go(func() (err error) {
		now, err = t.PocketBase.Collection(ctx, d)
		return err
	})
	err := group.Wait()
	var p signin.Prediction
	if err == nil {
		p, err = t.predict(ctx, d, claims, &now)
	}
	noAccess := refused()
	if err != nil {
		return signin.Prediction{}, err
	}
	switch {
	case noAccess:
		p = signin.PredictNoAccess(&d)
	case p.Outcome == signin.OutcomeRefused && signin.MaySharpen(p.Cause):
		p.Cause = signin.Sharper(p.Cause, t.Authentik.Check(ctx, d, person))
	}
	p.Subject, p.Sent = signin.ReadClaims(claims).Subject, signin.ClaimTexts(claims)
	if hooked := signin.ForeseeGroups(d.Groups, claims); p.Outcome != signin.OutcomeRefused && !hooked.Empty() {
		p.Words = say.Join(p.Words, hooked)
	}
	return p, nil
}

func (t *Tester) predict(ctx context.Context, d link.Desired, claims map[string]json.RawMessage,
	now *link.CollectionState) (signin.Prediction, error) {
	oldest, newest := t.PocketBase.Versions()
	subject, email := predict.Finds(claims, newest)
	bySubject, byEmail, err := t.PocketBase.Finds(ctx, d, subject, email)
	if err != nil {
		return signin.Prediction{}, err
	}
	return predict.Between(oldest, newest, predict.World{
		Collection: *now, Slot: d.Slot.Slot, Claims: claims, BySubject: bySubject, ByEmail: byEmail,
		Holds: func(field, value string, anyCase bool) (bool, error) {
			// Accounts has compared it as the collection's index does
			if field == "email" && value == email && !anyCase {
				return byEmail != nil, nil
			}
			return t.PocketBase.Holds(ctx, d, field, value, anyCase)
		},
		Exists: func(collection, record string) (bool, error) {
			return t.PocketBase.Exists(ctx, collection, record)
		},
	}), nil
}
