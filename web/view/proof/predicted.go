package proof

import (
	"authpocket/internal/signin"
)

// Foreseen returns a prediction for display.
func Foreseen(person string, p *signin.Prediction) *Prediction {
	foreseen := &Prediction{Person: person, Words: p.Words, Refused: p.Outcome == signin.OutcomeRefused,
		Claims: claimRows(p.Sent), Resets: p.ResetWords()}
	if foreseen.Refused {
		foreseen.Fix = Fix(p.Cause)
	}
	return foreseen
}

func predictionKind(p Prediction) string {
	if p.Refused {
		return "bad"
	}
	return "good"
}
