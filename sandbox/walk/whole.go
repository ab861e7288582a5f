package walk

import (
	"context"
	"fmt"
	"net/http"
)

// Whole goes through the whole wizard: it connects both systems, reviews and applies the plan, runs the checks and
// signs the person in.
func (w Walker) Whole(ctx context.Context, person, password string) error {
	at, err := w.To(ctx, "/apply/")
	if err != nil {
		return err
	}
	if err := w.Follow(ctx, at+"/events"); err != nil {
		return err
	}
	checked, err := w.Post(ctx, "/verify", nil)
	if err == nil && checked.Status != http.StatusSeeOther {
		err = fmt.Errorf("running the checks: %d", checked.Status)
	}
	if err == nil {
		err = w.Follow(ctx, "/verify/events")
	}
	if err != nil {
		return err
	}
	result, err := w.SignIn(ctx, person, password)
	if err != nil {
		return fmt.Errorf("making a test sign-in: %w", err)
	}
	done, err := w.Get(ctx, "/done")
	if err != nil {
		return err
	}
	if result.Status != http.StatusOK || done.Status != http.StatusOK || !result.Says("Sign-in works") {
		return fmt.Errorf("the sign-in did not work: %d, %d", result.Status, done.Status)
	}
	return nil
}
