package apply

import (
	"context"
	"sync"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/wire"
)

// maxAhead is how old the state may be that is read ahead of a write. An edit by others in that time is not seen.
const maxAhead = time.Second

// overlap reads what a change of PocketBase reads first while the change of authentik before it is read back.
type overlap struct {
	moment context.Context // nil if nothing was read
	read   time.Time
	reads  sync.WaitGroup
}

// over returns a context for a change. Once that is written, what next reads first is read in it.
func (o *overlap) over(ctx context.Context, w *Writer, change *link.Change, next []link.Change) context.Context {
	o.moment = nil
	if len(next) == 0 || w.Joint != nil || change.System != report.Authentik || next[0].Kind != link.KindOAuth2 {
		return ctx
	}
	return wire.WhenWritten(ctx, sync.OnceFunc(func() {
		o.moment, o.read = wire.OneMoment(wire.Alone(ctx)), time.Now()
		o.reads.Go(func() {
			short, cancel := context.WithTimeout(o.moment, maxAhead)
			defer cancel()
			w.PocketBase.Prepare(short, next[0])
		})
	}))
}

// from returns the context for the next change: ctx, with what was read if that is not too old.
func (o *overlap) from(ctx context.Context) context.Context {
	o.reads.Wait()
	if o.moment == nil || time.Since(o.read) > maxAhead {
		return ctx
	}
	return o.moment
}
