package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// settleTries bounds how often Settle has a collection saved.
const settleTries = 3

// Settle has PocketBase offer guests what an applied plan wrote. Of collections that several programs save at once,
// PocketBase may keep an old one in its cache (core/collection_query.go), until any is saved again. Saved as it is, a
// collection stays the same, so that no receipt is needed.
func (e *Engine) Settle(ctx context.Context, d link.Desired) error {
	if !d.Collection.OAuth2.Enabled {
		return nil
	}
	for range settleTries {
		if e.pocketbase.Offers(ctx, d) {
			return nil
		}
		if err := e.saveAgain(ctx, cmp.Or(d.Collection.ID, d.Collection.Name)); err != nil {
			return fmt.Errorf("saving the collection %s again: %w", d.Collection.Name, err)
		}
	}
	if e.pocketbase.Offers(ctx, d) {
		return nil
	}
	return &report.Fault{
		Kind: report.FaultOther, System: report.PB, Written: report.WrittenSome,
		Summary: say.Of("PocketBase saved the link, but offers guests another sign-in."),
		Todo:    say.Of("Verify the link, which says what differs. Restart PocketBase if it keeps an old state."),
		Err:     errors.New("what guests are offered differs from what was written"),
	}
}

func (e *Engine) saveAgain(ctx context.Context, id string) error {
	if e.joint != nil {
		defer e.joint.Write(e.meta.PocketBaseURL)()
	}
	return e.pocketbase.SaveAgain(ctx, id)
}
