package engine

import (
	"context"
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
// did not get it any more, so that people can go on signing in. It returns what
// became of that.
func (e *Engine) closeWindow(ctx context.Context, spec link.Spec, done []link.Change, failed link.Change, cause error) link.Secrets {
	i := window(done)
	if i < 0 {
		return link.SecretsUntouched
	}
	ctx, cancel := unhurried(ctx, closeTime)
	defer cancel()
	err := e.authentik.Apply(ctx, credentialsBack(done[i]))
	if err == nil && link.IsStale(cause) {
		err = e.takeOver(ctx, spec, failed)
	}
	if err != nil {
		e.log.ErrorContext(ctx, "putting the client credentials back in authentik", slog.Any("error", err))
		return link.SecretsDiffer
	}
	return link.SecretsBack
}

// takeOver gives PocketBase the secret that authentik was given back. Whoever
// wrote to the collection in between may have read the other one.
func (e *Engine) takeOver(ctx context.Context, spec link.Spec, failed link.Change) error {
	wanted, ok := failed.After.(*link.CollectionState)
	if !ok {
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

// credentialsBack is the reverse of a change, for client id and secret alone.
func credentialsBack(c link.Change) link.Change {
	was, now := c.Before.(*link.ProviderState), c.After.(*link.ProviderState)
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
