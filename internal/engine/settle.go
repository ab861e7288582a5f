package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// settleTries bounds how often Settle has a collection saved.
const settleTries = 3

// Settle returns what has PocketBase offer guests what an applied plan wrote. Of collections that several programs save
// at once, PocketBase may keep an old one in its cache (core/collection_query.go), until any is saved again. Saved as
// it is, a collection stays the same, so that no receipt is needed. A plan that wrote nothing that guests are shown
// leaves it in doubt whether they are offered the old state, so that the collection is saved again without a look.
func (e *Engine) Settle(plan *link.Plan) func(context.Context) error {
	d := plan.Desired
	doubt := slices.ContainsFunc(plan.Changes, inCollection) && !slices.ContainsFunc(plan.Changes, shownToGuests)
	return func(ctx context.Context) error { return e.settle(ctx, &d, doubt) }
}

func (e *Engine) settle(ctx context.Context, d *link.Desired, doubt bool) error {
	if !d.Collection.OAuth2.Enabled {
		return nil
	}
	for range settleTries {
		if !doubt && e.pocketbase.Offers(ctx, *d) {
			return nil
		}
		if err := e.saveAgain(ctx, cmp.Or(d.Collection.ID, d.Collection.Name)); err != nil {
			return fmt.Errorf("saving the collection %s again: %w", d.Collection.Name, err)
		}
		doubt = false
	}
	if e.pocketbase.Offers(ctx, *d) {
		return nil
	}
	return &report.Fault{
		Kind: report.FaultOther, System: report.PB, Written: report.WrittenSome,
		Summary: say.Of("PocketBase saved the link, but offers guests another sign-in."),
		Todo:    say.Of("Verify the link, which says what differs. Restart PocketBase if it keeps an old state."),
		Err:     errors.New("what guests are offered differs from what was written"),
	}
}

// inCollection reports whether the change writes to the collection.
func inCollection(c link.Change) bool { return c.System == report.PB && c.Kind != link.KindSettings }

// shownToGuests reports whether the change writes something that Offers looks at.
func shownToGuests(c link.Change) bool {
	return inCollection(c) && slices.ContainsFunc(c.Fields, func(f link.Field) bool {
		key := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
		return slices.Contains([]string{"enabled", "clientId", "displayName", "authURL", "pkce"}, key)
	})
}

func (e *Engine) saveAgain(ctx context.Context, id string) error {
	if e.joint != nil {
		defer e.joint.Write(e.meta.PocketBaseURL)()
	}
	return e.pocketbase.SaveAgain(ctx, id)
}
