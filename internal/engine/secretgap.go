package engine

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"authpocket/internal/link"
)

// secretGap returns the index of the change that gave authentik a client ID or
// secret that PocketBase does not have yet, -1 for none: from there to the
// change of PocketBase nobody can sign in.
func secretGap(done []link.Change) int {
	if slices.ContainsFunc(done, func(c link.Change) bool { return c.Kind == link.KindOAuth2 }) {
		return -1
	}
	return slices.IndexFunc(done, link.Change.NewCredentials)
}

// closeTime is how much longer than a change closing the gap may go on after
// authpocket was told to stop.
const closeTime = 3 * time.Second

// closeGap gives authentik its old client ID and secret back when PocketBase
// did not get the new ones, so that people can go on signing in. It returns
// what became of that.
func (e *Engine) closeGap(
	ctx context.Context, spec link.Spec, done []link.Change, failed link.Change, receipt receipt, cause error,
) link.Secrets {
	i := secretGap(done)
	if i < 0 {
		return link.SecretsUntouched
	}
	ctx, cancel := unhurried(ctx, closeTime)
	defer cancel()
	back, _ := done[i].CredentialsBack()
	err := e.compensate(ctx, back, receipt)
	if err == nil && link.IsStale(cause) {
		err = e.matchSecretNow(ctx, spec, failed, receipt)
	}
	if err != nil {
		e.log.ErrorContext(ctx, "putting the client credentials back in authentik", slog.Any("error", err))
		return link.SecretsDiffer
	}
	return link.SecretsBack
}

// matchSecretNow does as matchSecret for the collection as it is now. Another
// program that wrote to it may have read the secret that was taken back.
func (e *Engine) matchSecretNow(ctx context.Context, spec link.Spec, failed link.Change, receipt receipt) error {
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

// secretTries bounds how often PocketBase is given a client secret that was
// changed in authentik meanwhile.
const secretTries = 3

// matchSecret rewrites PocketBase's client secret, after c wrote it, until it
// matches authentik's. Nobody sees PocketBase's, so another authpocket that
// changes it at the same time, on a machine where no lock can keep it away,
// would otherwise leave two secrets behind: the last to write to PocketBase
// reads authentik after that.
func (e *Engine) matchSecret(ctx context.Context, spec link.Spec, c link.Change, receipt receipt) error {
	slot := c.RewrittenSlot()
	if slot == "" {
		return nil
	}
	for range secretTries {
		given := link.As[link.CollectionState](c.After)
		at := slices.IndexFunc(given.OAuth2.Providers, func(p link.OAuth2Provider) bool { return p.Slot == slot })
		snap, err := e.authentik.Observe(ctx, spec.Query())
		if err != nil {
			return secretUnseen(link.Authentik, err)
		}
		ours := given.OAuth2.Providers[at]
		i := slices.IndexFunc(snap.Providers, func(p link.ProviderState) bool { return p.ClientID == ours.ClientID })
		if i < 0 || !snap.Providers[i].ClientSecret.IsSet() || snap.Providers[i].ClientSecret.Equal(ours.ClientSecret) {
			return nil
		}
		again := *given
		again.OAuth2.Providers = slices.Clone(given.OAuth2.Providers)
		again.OAuth2.Providers[at].ClientSecret = snap.Providers[i].ClientSecret
		c = c.SecretAgain(given, slot)
		c.After = &again
		if err := e.compensate(ctx, c, receipt); err != nil {
			return secretUnseen(link.PB, err)
		}
	}
	return secretUnseen(link.Authentik, errors.New("the client secret changed each time it was read"))
}

// secretUnseen words an error that leaves open whether both systems have the
// same client secret. system is the one that was asked.
func secretUnseen(system link.System, err error) error {
	return &link.Fault{
		Kind: link.FaultUnknown, System: system, Written: link.WrittenSome, Err: err,
		Summary: "PocketBase was given the client secret, but it could not be seen whether authentik still has the " +
			"same one.",
		Todo: "Apply again: that reads it once more, and writes it again where it differs.",
	}
}

// compensate carries out a write that the plan names among those IfNeeded,
// announced and noted like its changes. Where the receipt cannot be written it
// is carried out nonetheless: without it nobody could sign in, and the receipt
// says already that the secrets may differ.
func (e *Engine) compensate(ctx context.Context, c link.Change, receipt receipt) error {
	noted := func(err error) {
		if err != nil {
			e.log.ErrorContext(ctx, "noting a write beside the changes", slog.String("change", c.ID()),
				slog.Any("error", err))
		}
	}
	i, err := receipt.alsoAboutTo(c)
	noted(err)
	if c.System == link.Authentik {
		err = e.authentik.Apply(ctx, c)
	} else {
		err = e.pocketbase.Apply(ctx, c)
	}
	if i >= 0 {
		noted(receipt.ended(i, err))
	}
	return err
}
