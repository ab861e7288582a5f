package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"authpocket/internal/link"
)

// agreeTries bounds how often PocketBase is given a client secret that was
// changed in authentik meanwhile.
const agreeTries = 3

// agree makes sure, once PocketBase was given a client secret, that authentik
// still has that one. Nobody sees PocketBase's, so another authpocket that
// changes it at the same time, on a machine where no lock can keep it away,
// would otherwise leave two secrets behind: whoever writes to PocketBase last
// reads authentik after that.
func (e *Engine) agree(ctx context.Context, spec link.Spec, c link.Change) error {
	for range agreeTries {
		at := rewritten(c)
		if at < 0 {
			return nil
		}
		after := link.As[link.CollectionState](c.After)
		snap, err := e.authentik.Observe(ctx, spec.Query())
		if err != nil {
			return notSeen(err)
		}
		i := slices.IndexFunc(snap.Providers, func(p link.ProviderState) bool { return p.ClientID == after.OAuth2.Providers[at].ClientID })
		if i < 0 || !snap.Providers[i].ClientSecret.IsSet() || snap.Providers[i].ClientSecret.Equal(after.OAuth2.Providers[at].ClientSecret) {
			return nil
		}
		again := *after
		again.OAuth2.Providers = slices.Clone(after.OAuth2.Providers)
		again.OAuth2.Providers[at].ClientSecret = snap.Providers[i].ClientSecret
		c.Before, c.After = after, &again
		if err := e.pocketbase.Apply(ctx, c); err != nil {
			return notSeen(err)
		}
	}
	return notSeen(errors.New("the client secret changed each time it was read"))
}

// rewritten is the index of the element that the change wrote over one that
// was there, -1 for none.
func rewritten(c link.Change) int {
	before, after := link.As[link.CollectionState](c.Before), link.As[link.CollectionState](c.After)
	if c.Kind != link.KindOAuth2 || before == nil || after == nil {
		return -1
	}
	return slices.IndexFunc(after.OAuth2.Providers, func(p link.OAuth2Provider) bool {
		written := slices.ContainsFunc(c.Fields, func(f link.Field) bool { return strings.HasPrefix(f.Name, p.Slot+".") })
		there := slices.ContainsFunc(before.OAuth2.Providers, func(x link.OAuth2Provider) bool { return x.Slot == p.Slot })
		return written && there
	})
}

func notSeen(err error) error {
	return &link.Fault{
		Kind: link.FaultUnknown, System: systemOf(err), Err: err,
		Summary: "PocketBase was given the client secret, but it could not be seen whether authentik still has the same one.",
		Todo:    "Apply again: that reads it once more, and writes it again where it differs.",
	}
}

func systemOf(err error) link.System {
	if f, ok := errors.AsType[*link.Fault](err); ok {
		return f.System
	}
	return link.Authentik
}
