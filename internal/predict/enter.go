package predict

import (
	"authpocket/internal/predict/rule"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// enter decides whether an account that was found or created may sign in (apis/record_helpers.go). PocketBase keeps
// the account even if not.
func (w *World) enter(p signin.Prediction, account rule.Record) signin.Prediction {
	c := w.Collection
	switch answer := rule.Decide(c.AuthRule, w.signInRequest(), account); {
	case c.AuthRule == nil:
		return w.refuseEntry(&p, report.CauseAuthRule, say.Of("PocketBase refuses everyone: the auth rule of %s lets "+
			"nobody sign in.", c.Name))
	case answer.Broken:
		return w.refuseEntry(&p, report.CauseAuthRule,
			say.Of("PocketBase refuses everyone: it can't evaluate the auth "+
				"rule of %s.", c.Name))
	case answer.Truth == rule.No:
		return w.refuseEntry(&p, report.CauseAuthRule, say.Of("PocketBase refuses the sign-in: the account doesn't "+
			"meet the auth rule of %s.", c.Name))
	case answer.Truth == rule.Unknown:
		doubt(&p, report.CauseAuthRule, say.Of("the auth rule of %s depends on %s", c.Name, answer.Unknown))
	}
	if !c.MFAEnabled {
		return p
	}
	if c.MFARule == "" {
		return w.refuseEntry(&p, report.CauseMFA, say.Of("PocketBase requires a second factor: MFA is on in %s, and "+
			"OAuth2 alone is not enough.", c.Name))
	}
	switch answer := rule.Decide(&c.MFARule, w.signInRequest(), account); {
	case answer.Broken:
		return w.refuseEntry(&p, report.CauseMFA, say.Of("PocketBase refuses everyone: it can't evaluate the MFA rule "+
			"of %s.", c.Name))
	case answer.Truth == rule.Yes:
		return w.refuseEntry(&p, report.CauseMFA, say.Of("PocketBase requires a second factor: this sign-in meets the "+
			"MFA rule of %s.", c.Name))
	case answer.Truth == rule.Unknown:
		doubt(&p, report.CauseMFA, say.Of("the MFA rule of %s depends on %s", c.Name, answer.Unknown))
	}
	return p
}

// refuseEntry predicts the refusal of an account that is kept. It stays in doubt whether a new account gets that far.
func (w *World) refuseEntry(p *signin.Prediction, cause report.CauseID, words say.Text) signin.Prediction {
	if p.Outcome == signin.OutcomeNew && p.Unknown.Empty() {
		words = say.Join(words, say.Of("The account is created anyway."))
	}
	refused := refuse(cause, words)
	refused.Account, refused.Resets, refused.Unknown = p.Account, p.Resets, p.Unknown
	return refused
}
