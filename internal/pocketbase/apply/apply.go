// Package apply carries out changes at a connected PocketBase.
package apply

import (
	"context"
	"errors"
	"net/http"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/wire"
)

// Writer carries out changes at a connected PocketBase.
type Writer struct{ *rest.Client }

// Apply carries out one change: it reads what is there now, refuses when that
// is no longer what the plan was made from, writes, and reads back. A write
// whose answer never came is settled by reading. The error is a *link.Fault
// that says what was written.
func (c Writer) Apply(ctx context.Context, ch link.Change) error {
	w, f := c.patch(ch)
	if f != nil {
		return nothing(f)
	}
	ctx, cancel := context.WithTimeout(ctx, wire.Patience)
	defer cancel()
	return c.carryOut(ctx, w)
}

// patch is one kind of change.
type patch interface {
	// prepare reads what is there and returns the PATCH to send, or nil when
	// nothing is left to do. again tells that a PATCH was sent before.
	prepare(ctx context.Context, again bool) (*rest.Call, error)
	// confirm reads back.
	confirm(ctx context.Context) error
	// doubtful tells, after a prepare with again, that the PATCH before may
	// have been saved and nobody can see it: a client secret is never shown.
	doubtful() bool
	// refused puts a refusal of the PATCH into words.
	refused(a rest.Answer) *link.Fault
	// name is what is written, for people.
	name() string
}

func (c Writer) patch(ch link.Change) (patch, *link.Fault) {
	if ch.System != link.PB {
		return nil, rest.Bug("The change is for " + ch.System.Label() + ", not for PocketBase.")
	}
	f := finder{c: c, fault: rest.Bug("PocketBase has no " + string(ch.Kind) + " to write.")}
	ch.Visit(&f)
	return f.patch, f.fault
}

// finder finds the patch of a change.
type finder struct {
	c     Writer
	patch patch
	fault *link.Fault
}

func (f *finder) Collection(e link.Edit[link.CollectionState]) {
	switch {
	case e.Before == nil || e.After == nil:
		f.fault = rest.Bug("The change of " + e.Object + " lacks the collection before or after it.")
	case e.Before.Name == "_superusers":
		f.fault = rest.Bug("The collection _superusers cannot have OAuth2: PocketBase resets it.")
	case e.Kind == link.KindRules:
		f.patch, f.fault = &rulesPatch{c: f.c, ch: e.Change, before: *e.Before, after: *e.After}, nil
	default:
		var in intent
		in, f.fault = intentOf(e.Change, e.Before.OAuth2, e.After.OAuth2)
		f.patch = &oauth2Patch{c: f.c, ch: e.Change, before: *e.Before, after: *e.After, in: in}
	}
}

func (f *finder) Settings(e link.Edit[link.SettingsState]) {
	if e.After == nil {
		f.fault = rest.Bug("The change of " + e.Object + " lacks the settings after it.")
		return
	}
	f.patch, f.fault = &settingsPatch{c: f.c, after: *e.After}, nil
}

// authentik's objects are not written here.

func (*finder) Mapping(link.Edit[link.Mapping])              {}
func (*finder) Key(link.Edit[link.KeyState])                 {}
func (*finder) Pair(link.Edit[link.PairState])               {}
func (*finder) Provider(link.Edit[link.ProviderState])       {}
func (*finder) Application(link.Edit[link.ApplicationState]) {}
func (*finder) Binding(link.Edit[link.BindingState])         {}

// carryOut sends a PATCH until its outcome is known. To send the same one
// again is harmless: it writes values, not differences.
func (c Writer) carryOut(ctx context.Context, w patch) error {
	for attempt := 1; ; attempt++ {
		patch, err := w.prepare(ctx, attempt > 1)
		switch {
		case err != nil && attempt > 1 && !settled(err):
			return unknown(w, err)
		case err != nil && attempt == 1:
			return nothing(err)
		case err != nil:
			return err
		case patch == nil:
			return nil
		}
		patch.Method = http.MethodPatch
		a := c.Wire.Send(ctx, c.Signed(*patch))
		switch outcomeOf(a) {
		case written:
			return c.confirmed(ctx, w)
		case notWritten:
			return certain(w, nothing(w.refused(a)))
		}
		if a.Status == http.StatusInternalServerError && attempt > 1 {
			return certain(w, nothing(c.Unexpected(a))) // it failed over it twice, and read in between it was not there
		}
		if attempt == wire.Tries || !c.Wire.Reads.Wait(ctx, wire.Delay(wire.FirstWait, attempt, a.Header)) {
			return c.lastLook(ctx, w, a.Outcome())
		}
	}
}

// certain returns the fault, unless an earlier PATCH may have been saved.
func certain(w patch, err error) error {
	if w.doubtful() {
		return unknown(w, err)
	}
	return err
}

// nothing returns the fault of a change of which nothing was written.
func nothing(err error) error {
	f, ok := errors.AsType[*link.Fault](err)
	if !ok {
		return err
	}
	told := *f
	told.Written = link.WrittenNone
	return &told
}

// outcome is what the answer to a PATCH says of it.
type outcome int

const (
	uncertain outcome = iota
	written
	notWritten
)

// outcomeOf reads it. Statuses of 500 and above, redirects, answers that are
// not PocketBase's and no answer at all leave it open.
func outcomeOf(a rest.Answer) outcome {
	var object map[string]any
	switch {
	case a.Err != nil, a.Status >= 500, a.Status == http.StatusTooManyRequests, a.Status == http.StatusRequestTimeout:
		return uncertain
	case a.Status == http.StatusOK && a.Decode(&object) == nil, a.Status == http.StatusNoContent:
		return written
	case a.Status >= 400 && a.Decode(&object) == nil && object["message"] != nil:
		return notWritten
	}
	return uncertain // a proxy's own words about a PATCH that it may have passed on, too
}

// settled reports whether a failed prepare says something for certain.
func settled(err error) bool {
	f, ok := errors.AsType[*link.Fault](err)
	return ok && (f.Kind == link.FaultStale || f.Kind == link.FaultRefused)
}

// confirmed reads back after a PATCH that was answered with success.
func (c Writer) confirmed(ctx context.Context, w patch) error {
	err := w.confirm(ctx)
	if err != nil && !settled(err) {
		return unknown(w, err)
	}
	if f, ok := errors.AsType[*link.Fault](err); ok && f.Kind == link.FaultRefused { // it reads back otherwise
		f.Written = link.WrittenSome
	}
	return err
}

// lastLook is for a PATCH that was sent as often as it may be: what can be
// seen may still show that it arrived.
func (c Writer) lastLook(ctx context.Context, w patch, sent error) error {
	if ctx.Err() == nil {
		if patch, err := w.prepare(ctx, true); err == nil && patch == nil {
			return nil
		}
	}
	return unknown(w, sent)
}

func unknown(w patch, err error) *link.Fault {
	return rest.NewFault(link.FaultUnknown, "", "PocketBase did not confirm the change of "+w.name()+".",
		"Apply again once PocketBase answers. It is safe to save the change twice.", err)
}

// stale is for what was changed since the plan was made.
func stale(what string) *link.Fault {
	return rest.NewFault(link.FaultStale, "", "PocketBase has changed since the plan: someone edited "+what+
		".", "Plan again.",
		errors.New("changed at "+time.Now().UTC().Format(time.RFC3339)+" or before"))
}
