package engine

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"authpocket/internal/link"
)

// window is the index of the change that gave authentik a client id or secret
// that PocketBase does not have yet, -1 for none: from there to the change of
// PocketBase nobody can sign in.
func window(done []link.Change) int {
	i := slices.IndexFunc(done, func(c link.Change) bool {
		return c.Kind == link.KindProvider && c.Action == link.Update && (c.Changed("client_secret") || c.Changed("client_id"))
	})
	if slices.ContainsFunc(done, func(c link.Change) bool { return c.Kind == link.KindOAuth2 }) {
		return -1
	}
	return i
}

// closeTime is how much longer than a change closing its window may go on
// after authpocket was told to stop.
const closeTime = 3 * time.Second

// closeWindow puts a client id or secret back in authentik when PocketBase
// did not get it any more, so that people can go on signing in. It returns the
// error to report, with what became of that.
func (e *Engine) closeWindow(ctx context.Context, spec link.Spec, done []link.Change, failed link.Change, cause error) error {
	i := window(done)
	if i < 0 || failed.Kind == link.KindOAuth2 && isUnknown(cause) {
		return cause
	}
	told := link.Fault{System: failed.System}
	told.Summary, told.Todo = link.Words(cause)
	if fault, ok := errors.AsType[*link.Fault](cause); ok {
		told = *fault
	}
	told.Err = cause
	ctx, cancel := unhurried(ctx, closeTime)
	defer cancel()
	err := e.authentik.Apply(ctx, credentialsBack(done[i]))
	if err == nil && told.Kind == link.FaultStale {
		err = e.takeOver(ctx, spec, failed)
	}
	if err != nil {
		e.log.ErrorContext(ctx, "putting the client credentials back in authentik", slog.Any("error", err))
		told.Todo += " The two systems may have different client secrets now: sign-ins fail until this is applied again."
		told.Err = errors.Join(errTorn, cause)
	} else {
		told.Todo += " authentik was given its old client ID and secret back, so sign-ins work as before."
	}
	return &told
}

// takeOver gives PocketBase the secret that authentik was given back. Whoever
// wrote to the collection in between may have read the other one.
func (e *Engine) takeOver(ctx context.Context, spec link.Spec, failed link.Change) error {
	wanted := link.As[link.CollectionState](failed.After)
	if wanted == nil {
		return nil
	}
	snap, err := e.pocketbase.Observe(ctx, spec.Query())
	now := snap.Collection(wanted.Name)
	if err != nil || now == nil {
		return err
	}
	failed.Before, failed.After = now, now
	at := rewritten(failed)
	if at < 0 {
		return nil
	}
	failed.Fields = []link.Field{{Name: now.OAuth2.Providers[at].Slot + ".clientSecret", Sensitive: true}}
	return e.agree(ctx, spec, failed)
}

// errTorn marks an apply that ended with another client secret in authentik
// than in PocketBase. The next one writes it again.
var errTorn = errors.New("the two systems have different client secrets")

// credentialsBack is the reverse of a change, for client id and secret alone.
func credentialsBack(c link.Change) link.Change {
	was, now := link.As[link.ProviderState](c.Before), link.As[link.ProviderState](c.After)
	back := *now
	back.ClientID, back.ClientSecret = was.ClientID, was.ClientSecret
	reverse := link.Change{System: c.System, Kind: c.Kind, Object: c.Object, Action: link.Update, Before: now, After: &back, Why: "PocketBase did not get the new ones."}
	for _, f := range c.Fields {
		if f.Name == "client_id" || f.Name == "client_secret" {
			reverse.Fields = append(reverse.Fields, link.Field{Name: f.Name, Before: f.After, After: f.Before, Sensitive: f.Sensitive})
		}
	}
	return reverse
}
