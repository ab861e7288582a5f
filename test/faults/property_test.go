package faults_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/test/draw"
)

// triples is the number of random (state, spec, fault) triples.
const triples = 2000

// quickTriples is the same for a plain go test.
const quickTriples = 50

// TestRandomTriples draws a state of both systems, what is wanted of them, and
// what goes wrong, each by a number of its own below the printed seed.
// AUTHPOCKET_TRIPLE plays one of them alone and tells of every change.
func TestRandomTriples(t *testing.T) {
	t.Parallel()
	began := time.Now()
	base, want := draw.Rand(t).Uint64(), quickTriples
	if draw.All() {
		want = triples
	}
	if alone := os.Getenv("AUTHPOCKET_TRIPLE"); alone != "" {
		i, err := strconv.ParseUint(alone, 10, 64)
		t.Log(err, newTriple(t, base, i, true).play())
		return
	}
	played, wrong, runs := 0, 0, 0
	for i := uint64(0); played < want; i++ {
		c := newTriple(t, base, i, false)
		err := c.play()
		runs += c.runs
		if errors.Is(err, errNoPlan) {
			continue
		}
		played++
		if err != nil {
			wrong++
			t.Errorf("AUTHPOCKET_TRIPLE=%d: %v", i, err)
		}
	}
	draw.Report(t, "random triples: %d of %d, %d runs, %d torn, %.0f s", played, triples, runs, wrong,
		time.Since(began).Seconds())
}

func newTriple(t *testing.T, base, i uint64, log bool) *triple {
	return &triple{t: t, dice: dice{rand.New(rand.NewPCG(base, i))}, dir: filepath.Join(t.TempDir(),
		strconv.FormatUint(i, 10)), log: log}
}

// triple is one random case.
type triple struct {
	dice
	t    *testing.T
	dir  string
	runs int
	log  bool // log every change, for a case that runs alone
}

// errNoPlan is returned for a triple that cannot be planned and so is no case.
var errNoPlan = errors.New("there is no plan")

// wish is the goal of a run.
type wish struct {
	name string
	make func(*engine.Engine, context.Context, link.Spec) (link.Plan, error)
}

func (c *triple) play() error {
	w := newWorld()
	store := c.store()
	if c.IntN(3) > 0 { // there is a link already
		if err := c.run(w, store, wish{"apply", (*engine.Engine).Plan}, c.spec(), nil, nil); err != nil {
			return errNoPlan
		}
		if c.IntN(2) == 0 {
			c.drift(w)
		}
	}
	spec, wished := c.spec(), c.wish()
	calm := w.copy()
	if err := c.run(calm, c.copyOf(store), wished, spec, nil, nil); err != nil {
		return errNoPlan
	}
	before, foreign := w.text(), w.foreign()
	list, blinds := c.troubles()
	ended := false
	for i := range list {
		ended = c.run(w, store, wished, spec, list[i], blinds[i]) == nil
	}
	if !ended || wished.name != "undo" {
		err := c.run(w, store, wished, spec, nil, nil)
		if _, done := errors.AsType[*engine.NothingToUndo](err); err != nil && !(wished.name == "undo" && done) {
			return fmt.Errorf("%s, the last run, after %v: %w", wished.name, list, err)
		}
	}
	switch {
	case w.text() != calm.text():
		return fmt.Errorf("%s, after %v the world differs:\n%s", wished.name, list, difference(calm.text(), w.text()))
	case w.foreign() != foreign:
		return fmt.Errorf("%s, after %v the other providers are not what they were", wished.name, list)
	case wished.name != "apply":
		return nil
	}
	return c.takeBack(w, store, spec, before, list)
}

// takeBack undoes the last run and those that it continued.
func (c *triple) takeBack(w *world, store *journal.Store, spec link.Spec, before string, list []map[int]trouble) error {
	if w.text() == before {
		return nil
	}
	if err := c.run(w, store, undo(), spec, nil, nil); err != nil {
		return fmt.Errorf("the undo, after %v: %w", list, err)
	}
	if w.text() != before {
		return fmt.Errorf("after %v and the undo the world differs:\n%s", list, difference(before, w.text()))
	}
	return nil
}

func (c *triple) wish() wish {
	return one(c.dice, wish{"apply", (*engine.Engine).Plan}, wish{"apply", (*engine.Engine).Plan},
		wish{"rotate", (*engine.Engine).Rotation},
		wish{"remove", (*engine.Engine).Removal}, undo())
}

func undo() wish {
	return wish{"undo", func(e *engine.Engine, ctx context.Context, spec link.Spec) (link.Plan, error) {
		id, err := e.Newest(&spec)
		if err != nil {
			return link.Plan{}, err
		}
		return e.Undo(ctx, id, false)
	}}
}

// run runs authpocket once. A crash ends it like an error.
func (c *triple) run(w *world, store *journal.Store, wished wish, spec link.Spec, troubles map[int]trouble,
	blinds map[int]bool) (err error) {
	c.runs++
	s := &systems{w: w, troubles: troubles, blinds: blinds, links: wished.name == "apply"}
	defer func() {
		if r := recover(); r != nil {
			if _, crashed := r.(crash); !crashed {
				panic(r)
			}
			err = errors.New("crashed")
		}
		if s.broken != nil {
			c.t.Error(s.broken)
		}
	}()
	e := engineOver(s, store)
	plan, err := wished.make(e, c.t.Context(), spec)
	if err != nil {
		return err
	}
	return e.Apply(c.t.Context(), plan, func(event apply.Event) {
		if c.log {
			c.t.Logf("%s %s %s %s", event.State, event.Change.Action, event.Change.ID(), fmt.Sprint(event.Messages))
		}
	})
}

func (c *triple) store() *journal.Store {
	store, err := journal.Open(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	return store
}

// copyOf returns a store with the same receipts.
func (c *triple) copyOf(store *journal.Store) *journal.Store {
	dir := store.Dir() + "-calm"
	if err := os.CopyFS(dir, os.DirFS(store.Dir())); err != nil {
		c.t.Fatal(err)
	}
	same, err := journal.Open(dir)
	if err != nil {
		c.t.Fatal(err)
	}
	return same
}
