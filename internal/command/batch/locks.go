package batch

import (
	"context"
	"maps"
	"slices"
	"sync"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// objects keeps links of one run from writing the same object at a time, and knows which wrote what.
type objects struct {
	mu      sync.Mutex
	turns   map[string]chan struct{}
	written map[string]*job // the last one that did
	touched map[string]touch
	touches int
}

// touch is the last time that a link began or ended to write an object.
type touch struct {
	by *job
	at int // of all touches
}

func newObjects() *objects {
	return &objects{turns: map[string]chan struct{}{}, written: map[string]*job{}, touched: map[string]touch{}}
}

func (o *objects) turn(key string) chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.turns[key] == nil {
		o.turns[key] = make(chan struct{}, 1)
	}
	return o.turns[key]
}

// take waits until no other link has one of the objects. All links take theirs in one order, so that none waits for
// another in a circle.
func (o *objects) take(ctx context.Context, keys map[string]bool) (*taken, error) {
	t := &taken{from: o, keys: map[string]bool{}}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		select {
		case o.turn(key) <- struct{}{}:
			t.keys[key] = true
		case <-ctx.Done():
			t.releaseAll()
			return nil, ctx.Err()
		}
	}
	return t, nil
}

// wrote notes that a link wrote the object.
func (o *objects) wrote(key string, by *job) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written[key] = by
}

// touch notes that a link begins or ends to write the object.
func (o *objects) touch(key string, by *job) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.touches++
	o.touched[key] = touch{by, o.touches}
}

// now returns the number of touches so far.
func (o *objects) now() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.touches
}

// since reports whether another link than j has touched one of the objects since then.
func (o *objects) since(then int, keys map[string]bool, j *job) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key := range keys {
		if last := o.touched[key]; last.at > then && last.by != j {
			return true
		}
	}
	return false
}

// byOther reports whether another link than j wrote the object.
func (o *objects) byOther(key string, j *job) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	by := o.written[key]
	return by != nil && by != j
}

// taken are the objects that a link has.
type taken struct {
	from *objects
	keys map[string]bool
}

func (t *taken) release(key string) {
	if t.keys[key] {
		delete(t.keys, key)
		<-t.from.turn(key)
	}
}

func (t *taken) releaseAll() {
	for key := range maps.Clone(t.keys) {
		t.release(key)
	}
}

// keyOf returns the key of the object that a change of the link writes. Two links write one object if they reach its
// system at one address.
func (j *job) keyOf(c *link.Change) string { return j.keyAt(c.System, c.ID()) }

func (j *job) keyAt(system report.System, object string) string {
	base := j.file.PocketBase.Base
	if system == report.Authentik {
		base = j.file.Authentik.Base
	}
	return base + " " + object
}

// keys returns the keys of all objects that the link may write: its own, and those that the plan changes.
func (j *job) keys(plan *link.Plan) map[string]bool {
	d := plan.Desired
	keys := map[string]bool{
		j.keyAt(report.Authentik, "application "+d.Application.Slug): true,
		j.keyAt(report.Authentik, "provider "+d.Provider.Name):       true,
		j.keyAt(report.PB, "collection "+d.Collection.Name):          true,
	}
	for _, c := range plan.Changes {
		keys[j.keyOf(&c)] = true
	}
	return keys
}

// sharedObject reports whether the object of a change belongs to no link. Once one link has written it, the others need
// not wait for it.
func sharedObject(c *link.Change) bool {
	return c.Kind == link.KindMapping || c.Kind == link.KindKey || c.Kind == link.KindSettings
}
