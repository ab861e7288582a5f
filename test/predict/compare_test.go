package predict_test

import (
	"cmp"
	"fmt"
	"slices"

	"authpocket/internal/predict"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// foreseen is the part of a prediction that is compared.
type foreseen struct {
	Outcome  signin.Outcome
	Account  string
	Cause    report.CauseID
	Email    string
	Verified bool
	Fields   []fault
	// Unknown says why the outcome cannot be known, empty if it can.
	Unknown string
}

// unsure reports whether the sign-in may work and may be refused.
func (f foreseen) unsure() bool { return f.Unknown != "" && f.Outcome != signin.OutcomeRefused }

// predictor predicts a sign-in. The tests of the tests use others than foresee.
type predictor func(predict.World) foreseen

// foresee returns the prediction of internal/predict.
func foresee(w predict.World) foreseen {
	p := predict.Predict(&w)
	f := foreseen{Outcome: p.Outcome, Account: p.Account.ID, Cause: p.Cause, Email: p.Email, Verified: p.Verified,
		Unknown: p.Unknown.String()}
	for _, one := range p.Fields {
		f.Fields = append(f.Fields, fault(one))
	}
	return f
}

// difference is something that the prediction got wrong.
type difference struct {
	what                string
	predicted, happened any
}

// differences returns what the prediction got wrong.
func differences(p foreseen, h happened) (wrong []difference) {
	differ := func(what string, predicted, happened any) {
		if predicted != happened {
			wrong = append(wrong, difference{what, predicted, happened})
		}
	}
	if p.Outcome != h.Outcome {
		differ(fmt.Sprintf("outcome %s instead of %s", p.Outcome, h.Outcome), p.Outcome, h.Outcome)
		return wrong
	}
	if h.Outcome == signin.OutcomeRefused {
		if p.Unknown != "" {
			return nil // refused in any case, for this reason or for one before it that cannot be known
		}
		if cause := h.cause(); cause != "" {
			differ("cause", p.Cause, cause)
		}
		// Whether the record exists that a relation names cannot be known. One field that certainly refuses is enough.
		known := slices.DeleteFunc(slices.Clone(h.Fields), func(f fault) bool {
			return f.Code == "validation_missing_rel_records" && !slices.Contains(p.Fields, f)
		})
		if !slices.Equal(sorted(p.Fields), sorted(known)) {
			differ("fields", inline(sorted(p.Fields)), inline(sorted(h.Fields)))
		}
		return wrong
	}
	if h.Outcome != signin.OutcomeNew {
		differ("account", p.Account, h.Account)
	}
	differ("address", p.Email, h.Email)
	differ("verified", p.Verified, h.Verified)
	return wrong
}

// surmounted returns the obstacles of the collection that are said to keep out everybody, or everybody new, and did
// not.
func surmounted(w world, p predict.World, h happened) (wrong []difference) {
	trusted := w.claim("email") != "" && w.verified()
	for _, o := range predict.Obstacles(&p.Collection, p.Version, p.Slot, trusted) {
		if !o.Unknown && (o.Everyone && h.Outcome != signin.OutcomeRefused || o.Newcomers &&
			h.Outcome == signin.OutcomeNew) {
			wrong = append(wrong, difference{fmt.Sprintf("obstacle of %s", o.Cause), o.What.String(), h.Outcome})
		}
	}
	return wrong
}

// cause returns the cause where PocketBase's answer alone tells it, empty for others.
func (h happened) cause() report.CauseID {
	switch {
	case h.MFA:
		return report.CauseMFA
	case slices.Contains(h.Fields, fault{"recordRef", "validation_not_unique"}):
		return report.CauseOtherSubject
	case len(h.Fields) > 0:
		return ""
	case h.Message == "Only superusers can perform this action.", h.Ruled && h.Message == "Failed to create record.":
		return report.CauseCreateRule
	case h.Message == "The request doesn't satisfy the collection requirements to authenticate.":
		return report.CauseAuthRule
	}
	return ""
}

func sorted(list []fault) []fault {
	return slices.SortedFunc(slices.Values(list), func(a, b fault) int {
		if a.Field != b.Field {
			return cmp.Compare(a.Field, b.Field)
		}
		return cmp.Compare(a.Code, b.Code)
	})
}
