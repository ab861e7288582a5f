package apply

import (
	"context"
	"log/slog"
	"time"

	"authpocket/internal/journal/lock"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// Authentik is authentik's part in an apply.
type Authentik interface {
	Observe(context.Context, link.Query) (link.AuthentikSnapshot, error)
	Apply(context.Context, link.Change) error
	// Created returns the primary keys of what the last Apply of the change
	// created, by kind.
	Created(link.Change) map[link.Kind]string
}

// PocketBase is PocketBase's part in an apply.
type PocketBase interface {
	Observe(context.Context, link.Query) (link.PocketBaseSnapshot, error)
	Apply(context.Context, link.Change) error
	// Prepare reads what Apply reads first, so that an Apply in the same moment finds it.
	Prepare(context.Context, link.Change)
}

// Writer writes to one authentik and one PocketBase.
type Writer struct {
	Authentik     Authentik
	PocketBase    PocketBase
	PocketBaseURL string
	Joint         *lock.Joint // of several links of one run, nil for a link alone
	Log           *slog.Logger
}

// created returns the primary keys of what the change created in authentik, by kind.
func (w *Writer) created(c *link.Change) map[link.Kind]string {
	if c.System != report.Authentik || c.Action != link.Create {
		return nil
	}
	return w.Authentik.Created(*c)
}

func (w *Writer) write(ctx context.Context, change *link.Change) error {
	if change.System == report.Authentik {
		return w.Authentik.Apply(ctx, *change)
	}
	if w.Joint != nil { // of two collections saved at once, PocketBase may cache an old one (core/collection_query.go)
		defer w.Joint.Write(w.PocketBaseURL)()
	}
	return w.PocketBase.Apply(ctx, *change)
}

// finishTime is how long a change may take after its context was cancelled.
const finishTime = 6 * time.Second

// Finishing returns a context for a change that is being written, which ends a little after ctx does.
func Finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	return extended(ctx, finishTime)
}

// extended returns a context that ends the given time after ctx does, so that a
// running write is not cut off.
func extended(ctx context.Context, longer time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(longer, cancel) })
	return late, func() { stop(); cancel() }
}
