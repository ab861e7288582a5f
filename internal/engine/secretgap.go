package engine

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
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
// get the new ones, so that people can still sign in. It returns the state of
// the secrets.
func (e *Engine) closeGap(
	ctx context.Context, spec *link.Spec, done []link.Change, failed *link.Change, receipt receipt, cause error,
) report.Secrets {
	i := secretGap(done)
	if i < 0 {
		return report.SecretsUntouched
	}
	ctx, cancel := extended(ctx, closeTime)
	defer cancel()
	back, _ := done[i].CredentialsBack()
	err := e.compensate(ctx, back, receipt)
	if err == nil && report.IsStale(cause) {
		err = e.matchSecretNow(ctx, spec, *failed, receipt)
	}
	if err != nil {
		e.log.ErrorContext(ctx, "putting the client credentials back in authentik", slog.Any("error", err))
		return report.SecretsDiffer
	}
	return report.SecretsBack
}

// matchSecretNow is matchSecret for the current collection: another program that
// wrote to it may have read the secret that was just replaced.
func (e *Engine) matchSecretNow(ctx context.Context, spec *link.Spec, failed link.Change, receipt receipt) error {
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
	slot := failed.RewrittenSlot()
	if slot == "" {
		return nil
	}
	return e.matchSecret(ctx, spec, failed.SecretAgain(now, slot), receipt)
}

// secretTries bounds how often matchSecret follows a client secret that keeps
// changing in authentik.
const secretTries = 3

// matchSecret rewrites PocketBase's client secret, after c wrote it, until it
// matches authentik's. PocketBase does not show its secret, so an authpocket on
// another machine, which no lock holds back, could otherwise leave two secrets
// behind. This way the last to write to PocketBase reads authentik afterwards.
func (e *Engine) matchSecret(ctx context.Context, spec *link.Spec, c link.Change, receipt receipt) error {
	slot := c.RewrittenSlot()
	if slot == "" {
		return nil
	}
	for range secretTries {
		given := link.As[link.CollectionState](c.After)
		at := link.SlotIndex(given.OAuth2, slot)
		ours, q := given.OAuth2.Providers[at], spec.Query()
		q.Only = &link.ProviderQuery{ClientIDs: []string{ours.ClientID}}
		snap, err := e.authentik.Observe(ctx, q)
		if err != nil {
			return secretUnseen(report.Authentik, err)
		}
		p := link.Find(snap.Providers, func(p link.ProviderState) bool { return p.ClientID == ours.ClientID })
		if p == nil || !p.ClientSecret.IsSet() || p.ClientSecret.Equal(ours.ClientSecret) {
			return nil
		}
		again := *given
		again.OAuth2.Providers = slices.Clone(given.OAuth2.Providers)
		again.OAuth2.Providers[at].ClientSecret = p.ClientSecret
		c = c.SecretAgain(given, slot)
		c.After = &again
		if err := e.compensate(ctx, c, receipt); err != nil {
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
func (e *Engine) compensate(ctx context.Context, c link.Change, receipt receipt) error {
	logged := func(err error) {
		if err != nil {
			e.log.ErrorContext(ctx, "recording a write in addition to the changes", slog.String("change", c.ID()),
				slog.Any("error", err))
		}
	}
	i, err := receipt.alsoAboutTo(&c)
	logged(err)
	err = e.write(ctx, &c)
	if i >= 0 {
		logged(receipt.ended(i, err))
	}
	return err
}
