package engine

import (
	"context"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// created returns the primary keys of what the change created in authentik, by kind.
func (e *Engine) created(c *link.Change) map[link.Kind]string {
	if c.System != report.Authentik || c.Action != link.Create {
		return nil
	}
	return e.authentik.Created(*c)
}

func (e *Engine) write(ctx context.Context, change *link.Change) error {
	if change.System == report.Authentik {
		return e.authentik.Apply(ctx, *change)
	}
	if e.joint != nil { // of two collections saved at once, PocketBase may cache an old one (core/collection_query.go)
		defer e.joint.Write(e.meta.PocketBaseURL)()
	}
	return e.pocketbase.Apply(ctx, *change)
}
