// Package apply carries out changes on a connected PocketBase.
package apply

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// Writer carries out changes on a connected PocketBase.
type Writer struct{ *rest.Client }

// Apply carries out one change. It reads the current state, refuses if that no longer matches the plan, writes, and
// reads back. If the answer to a write is lost, reading settles whether it was saved. The error is a *report.Fault that
// says what was written.
func (c *Writer) Apply(ctx context.Context, ch link.Change) error {
	w, f := c.patch(ch)
	if f != nil {
		return nothing(f)
	}
	ctx, cancel := outbound.WithTimeout(ctx, wire.Patience)
	defer cancel()
	return c.carryOut(ctx, w)
}

// Prepare reads the collection that a change of its OAuth2 settings reads first.
func (c *Writer) Prepare(ctx context.Context, ch link.Change) {
	if before := link.As[link.CollectionState](ch.Before); before != nil {
		_, _ = c.current(ctx, before) // Apply reads again what failed
	}
}

// SaveAgain has PocketBase save a collection as it is, which has it read all collections again.
func (c *Writer) SaveAgain(ctx context.Context, id string) error {
	ctx, cancel := outbound.WithTimeout(ctx, wire.Patience)
	defer cancel()
	a := c.Wire.Send(wire.Alone(ctx), c.Signed(rest.Call{Method: http.MethodPatch,
		Path: "/api/collections/" + url.PathEscape(id), Body: map[string]any{}}))
	if outcomeOf(a) != written {
		return c.Unexpected(a)
	}
	return nil
}

// patch is the PATCH of one kind of change.
type patch interface {
	// prepare reads the current state and returns the PATCH to send, or nil if nothing is left to do. again reports
	// whether a PATCH was sent before.
	prepare(ctx context.Context, again bool) (*rest.Call, error)
	// confirm reads back what was written.
	confirm(ctx context.Context) error
	// doubtful reports, after a prepare with again, whether the earlier PATCH may have been saved without a visible
	// trace: a client secret is never shown.
	doubtful() bool
	// refused returns the fault for a refused PATCH.
	refused(a rest.Answer) *report.Fault
	// name describes for people what is written.
	name() say.Text
}

func (c *Writer) patch(ch link.Change) (patch, *report.Fault) {
	if ch.System != report.PB {
		return nil, rest.Bug(say.Of("The change is for %s, not for PocketBase.", ch.System.Label()))
	}
	f := finder{c: c, fault: rest.Bug(say.Of("PocketBase has no %s to write.", string(ch.Kind)))}
	ch.Visit(&f)
	return f.patch, f.fault
}

// finder is a visitor that finds the patch for a change.
type finder struct {
	link.LinkOnly
	c     *Writer
	patch patch
	fault *report.Fault
}

func (f *finder) Collection(e link.Edit[link.CollectionState]) {
	switch {
	case e.Before == nil || e.After == nil:
		f.fault = rest.Bug(say.Of("The change of %s lacks the collection before or after it.", e.Object))
	case e.Before.Name == "_superusers":
		f.fault = rest.Bug(say.Of("The collection _superusers cannot have OAuth2: PocketBase resets it."))
	case link.FlatAttrs(e.Kind) != nil:
		f.patch, f.fault = &rulesPatch{c: f.c, ch: *e.Change, before: *e.Before, after: *e.After}, nil
	default:
		var in intent
		in, f.fault = intentOf(e.Change, e.Before.OAuth2, e.After.OAuth2)
		f.patch = &oauth2Patch{c: f.c, ch: *e.Change, before: *e.Before, after: *e.After, in: in}
	}
}

func (f *finder) Settings(e link.Edit[link.SettingsState]) {
	if e.After == nil {
		f.fault = rest.Bug(say.Of("The change of %s lacks the settings after it.", e.Object))
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

// carryOut sends a PATCH until its outcome is known. Repeating it is harmless, because it writes values, not
// differences.
func (c *Writer) carryOut(ctx context.Context, w patch) error {
	prepared := ctx // only what is read before the first PATCH may have been read ahead
	ctx = wire.Alone(ctx)
	for attempt := 1; ; attempt++ {
		patch, err := w.prepare(prepared, attempt > 1)
		prepared = ctx
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
			return certain(w, nothing(c.Unexpected(a))) // failed twice, and a read in between showed no change
		}
		if attempt == wire.Tries || !c.Wire.Reads.Wait(ctx, wire.Delay(wire.FirstWait, attempt, a.Header)) {
			return c.lastLook(ctx, w, c.Unexpected(a))
		}
	}
}

// certain returns err, or an unknown outcome if an earlier PATCH may have been saved.
func certain(w patch, err error) error {
	if w.doubtful() {
		return unknown(w, err)
	}
	return err
}

// nothing returns the fault marked as having written nothing.
func nothing(err error) error { return report.WithWritten(err, report.WrittenNone) }

// current reads the collection of a change. It is a fault if it is gone.
func (c *Writer) current(ctx context.Context, before *link.CollectionState) (*link.CollectionState, error) {
	now, err := c.ReadCollection(ctx, before.ID, before.Name)
	if err == nil && now == nil {
		return nil, rest.CollectionGone(before.Name)
	}
	return now, err
}

// outcome is what the answer to a PATCH says about it.
type outcome int

const (
	uncertain outcome = iota
	written
	notWritten
)

// outcomeOf classifies the answer to a PATCH. A status of 500 or above, a redirect, an answer that is not PocketBase's,
// or no answer leaves it uncertain.
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
	return uncertain // including a proxy's answer, which may have passed the PATCH on
}

// settled reports whether the error of a prepare or confirm is certain.
func settled(err error) bool {
	f, ok := errors.AsType[*report.Fault](err)
	return ok && (f.Kind == report.FaultStale || f.Kind == report.FaultRefused)
}

// confirmed reads back after a PATCH that was answered with success.
func (c *Writer) confirmed(ctx context.Context, w patch) error {
	err := w.confirm(ctx)
	if err != nil && !settled(err) {
		return unknown(w, err)
	}
	if f, ok := errors.AsType[*report.Fault](err); ok && f.Kind == report.FaultRefused { // saved, then altered
		f.Written = report.WrittenSome
	}
	return err
}

// lastLook reads once more after the last attempt: the state may show that the PATCH arrived.
func (c *Writer) lastLook(ctx context.Context, w patch, sent error) error {
	if ctx.Err() == nil {
		if patch, err := w.prepare(ctx, true); err == nil && patch == nil {
			return nil
		}
	}
	return unknown(w, sent)
}

// unknown returns the fault for a PATCH whose outcome is not known, because of err.
func unknown(w patch, err error) *report.Fault {
	f := rest.NewFault(report.FaultUnknown, "", say.Of("PocketBase did not confirm the change of %s.", w.name()),
		say.Of("Apply again once PocketBase answers. It is safe to save the change twice."), err)
	if why, ok := errors.AsType[*report.Fault](err); ok {
		f.Details, f.Todo = []say.Text{why.Summary}, say.Join(why.Todo, f.Todo)
	}
	return f
}

// stale returns the fault for an object that changed since the plan was made.
func stale(what say.Text) *report.Fault {
	return rest.NewFault(report.FaultStale, "", say.Of("PocketBase has changed since the plan: someone edited %s.",
		what), say.Of("Plan again."),
		errors.New("changed at "+time.Now().UTC().Format(time.RFC3339)+" or before"))
}
