package apply

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// secretGap returns the index of the change that gave authentik a client ID or
// secret that PocketBase does not have yet, or -1. Until PocketBase has it,
// nobody can sign in.
func secretGap(done []link.Change) int {
	if slices.ContainsFunc(done, func(c link.Change) bool { return c.Kind == link.KindOAuth2 }) {
		return -1
	}
	return slices.IndexFunc(done, link.Change.NewCredentials)
}

// halfRenewed reports whether change i of a rotation follows one that gave a
// collection the new client secret, so that those left have the previous one.
func halfRenewed(plan *link.Plan, i int) bool {
	return plan.Purpose == link.PurposeRotate && slices.ContainsFunc(plan.Changes[:i],
		func(c link.Change) bool { return c.Kind == link.KindOAuth2 })
}

// closeTime is how much longer closing the gap may take after a change ran out
// of time.
const closeTime = 3 * time.Second

// closeGap restores authentik's old client ID and secret if PocketBase did not
// get the new ones, so that people can still sign in. If another program has
// replaced them meanwhile, PocketBase gets that program's. made is the number of
// the plan's changes that may have been written, i the index of the failed one.
// It returns the state of the secrets.
func (w *Writer) closeGap(
	ctx context.Context, plan *link.Plan, made, i int, receipt *Receipt, cause error,
) report.Secrets {
	at := secretGap(plan.Changes[:made])
	if at < 0 {
		return report.SecretsUntouched
	}
	ctx, cancel := extended(ctx, closeTime)
	defer cancel()
	if w.replaced(ctx, &plan.Spec, &plan.Changes[at]) {
		if err := w.matchSecretsNow(ctx, &plan.Spec, plan.Changes[at+1:], receipt); err != nil {
			w.Log.ErrorContext(ctx, "giving PocketBase the client secret of another program", slog.Any("error", err))
			return report.SecretsDiffer
		}
		return report.SecretsReplaced
	}
	back, _ := plan.Changes[at].CredentialsBack()
	err := w.compensate(ctx, back, receipt)
	if err == nil && report.IsStale(cause) {
		err = w.matchSecretsNow(ctx, &plan.Spec, plan.Changes[i:i+1], receipt)
	}
	if err != nil {
		w.Log.ErrorContext(ctx, "putting the client credentials back in authentik", slog.Any("error", err))
		return report.SecretsDiffer
	}
	return report.SecretsBack
}

// replaced reports whether authentik has a client secret that is neither the one
// that c wrote nor the one before it. It reports false if authentik cannot be
// read.
func (w *Writer) replaced(ctx context.Context, spec *link.Spec, c *link.Change) bool {
	was, ours := link.As[link.ProviderState](c.Before), link.As[link.ProviderState](c.After)
	if was == nil || ours == nil {
		return false
	}
	now, err := w.secretOf(ctx, spec, was.ClientID, ours.ClientID)
	return err == nil && now.IsSet() && !now.Equal(was.ClientSecret) && !now.Equal(ours.ClientSecret)
}

// secretOf returns the client secret of authentik's provider with one of the
// client IDs, unset if there is none or authentik does not show it.
func (w *Writer) secretOf(ctx context.Context, spec *link.Spec, clientIDs ...string) (secret.Text, error) {
	q := spec.Query()
	q.Only = &link.ProviderQuery{ClientIDs: clientIDs}
	snap, err := w.Authentik.Observe(ctx, q)
	if err != nil {
		return secret.Text{}, fmt.Errorf("reading the client secret: %w", err)
	}
	p := link.Find(snap.Providers, func(p link.ProviderState) bool { return slices.Contains(clientIDs, p.ClientID) })
	if p == nil {
		return secret.Text{}, nil
	}
	return p.ClientSecret, nil
}

// matchSecretsNow is matchSecret for the collections as they are now: another
// program that wrote to them may have read a secret that was replaced since.
func (w *Writer) matchSecretsNow(
	ctx context.Context, spec *link.Spec, changes []link.Change, receipt *Receipt,
) error {
	for _, c := range changes {
		wanted := link.As[link.CollectionState](c.After)
		if c.Kind != link.KindOAuth2 || wanted == nil {
			continue
		}
		snap, err := w.PocketBase.Observe(ctx, spec.Query())
		now := snap.Collection(wanted.Name)
		if err != nil {
			return err
		}
		if now == nil {
			continue
		}
		c.Before, c.After = now, now
		if slot := c.RewrittenSlot(); slot != "" {
			if err := w.matchSecret(ctx, spec, c.SecretAgain(now, slot), receipt); err != nil {
				return err
			}
		}
	}
	return nil
}

// secretTries bounds how often matchSecret follows a client secret that keeps
// changing in authentik.
const secretTries = 3

// matchSecret rewrites PocketBase's client secret, after c wrote it, until it
// matches authentik's. PocketBase does not show its secret, so an authpocket on
// another machine, which no lock holds back, could otherwise leave two secrets
// behind. This way the last to write to PocketBase reads authentik afterwards.
func (w *Writer) matchSecret(ctx context.Context, spec *link.Spec, c link.Change, receipt *Receipt) error {
	slot := c.RewrittenSlot()
	if slot == "" {
		return nil
	}
	for range secretTries {
		given := link.As[link.CollectionState](c.After)
		at := link.SlotIndex(&given.OAuth2, slot)
		ours := given.OAuth2.Providers[at]
		now, err := w.secretOf(ctx, spec, ours.ClientID)
		if err != nil {
			return secretUnseen(report.Authentik, err)
		}
		if !now.IsSet() || now.Equal(ours.ClientSecret) {
			return nil
		}
		again := *given
		again.OAuth2.Providers = slices.Clone(given.OAuth2.Providers)
		again.OAuth2.Providers[at].ClientSecret = now
		c = c.SecretAgain(given, slot)
		c.After = &again
		if err := w.compensate(ctx, c, receipt); err != nil {
			return secretUnseen(report.PB, err)
		}
	}
	return secretUnseen(report.Authentik, errors.New("the client secret changed each time it was read"))
}

// secretUnseen returns the fault for an error that leaves it unknown whether
// both systems have the same client secret. system is the one that failed.
func secretUnseen(system report.System, err error) error {
	return &report.Fault{
		Kind: report.FaultUnknown, System: system, Written: report.WrittenSome, Err: err,
		Summary: say.Of("PocketBase was given the client secret, but authpocket could not confirm that authentik " +
			"still has the same one."),
		Todo: say.Of("Apply again. That compares them and rewrites PocketBase's if they differ."),
	}
}

// compensate carries out one of the plan's IfNeeded writes and records it like a
// change. It does so even if the receipt cannot be written: without the write
// nobody could sign in, and the receipt already says that the secrets may
// differ.
func (w *Writer) compensate(ctx context.Context, c link.Change, receipt *Receipt) error {
	logged := func(err error) {
		if err != nil {
			w.Log.ErrorContext(ctx, "recording a write in addition to the changes", slog.String("change", c.ID()),
				slog.Any("error", err))
		}
	}
	i, err := receipt.alsoAboutTo(&c)
	logged(err)
	err = w.write(ctx, &c)
	if i >= 0 {
		logged(receipt.Ended(i, err))
	}
	return err
}
