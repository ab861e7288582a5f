// Package door decides who and what gets into the wizard: the setup code, the
// Host allow-list, the refusal of other sites, and the headers of all answers.
package door

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"authpocket/internal/say"
	"authpocket/web/respond"
	"authpocket/web/view"
)

// Limits of the door.
const (
	CodeLife = 30 * time.Minute // of an unused code
	tries    = 5                // wrong codes until the code changes
	pause    = 10 * time.Second // between two codes printed on request
	quiet    = time.Minute      // between two log lines about wrong codes

	wordsKept = 4 // while the terminal is blocked
)

// Config configures a door.
type Config struct {
	// Print shows a code to the admin who started the program. nil discards it.
	Print func(code string)
	// Closed reports that a code expired unused. nil discards it.
	Closed func()
	Log    *slog.Logger // nil discards
	Assets view.Assets
	Note   say.Text       // the demo's banner
	Pages  *respond.Pages // nil writes pages without a last one
	// Open lists paths that need no code, because each has a secret of its own.
	// One that ends in / includes all paths below it.
	Open []string
	// Everyone means that nobody needs a code, because somebody else decides who gets this far.
	Everyone bool
}

// Door admits browsers that entered the setup code. It keeps nothing in memory
// about others.
type Door struct {
	cfg Config

	mu      sync.Mutex
	code    string // in normal form, empty while there is none
	ends    time.Time
	timer   *time.Timer
	wrong   int       // wrong codes since the last change
	waits   time.Time // until then every code is refused
	printed time.Time
	inside  map[string]*visit
	over    bool

	words    []func() // pending messages to the terminal, in order
	speaking bool
	refused  int       // wrong codes that are not logged yet
	logged   time.Time // when wrong codes were last logged
}

// New returns a door without a code. NewCode prints the first one. Close must be
// called at the end.
func New(cfg Config) *Door {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Pages == nil {
		cfg.Pages = &respond.Pages{}
	}
	return &Door{cfg: cfg, inside: map[string]*visit{}}
}

// NewCode creates, prints and returns a code. The previous one becomes invalid.
func (d *Door) NewCode() string {
	defer d.speak()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.change()
	return Grouped(d.code)
}

// change creates a new code. The caller holds mu.
func (d *Door) change() {
	d.drop()
	if d.over {
		return
	}
	d.code, d.ends = newCode(), time.Now().Add(CodeLife)
	d.timer = time.AfterFunc(CodeLife, d.expire)
	d.print()
}

// print queues the valid code for the terminal. The caller holds mu.
func (d *Door) print() {
	d.printed = time.Now()
	if code := d.code; d.cfg.Print != nil {
		d.say(func() { d.cfg.Print(code) })
	}
}

// say queues a message for the terminal. While the terminal is blocked it keeps
// the newest ones. The caller holds mu.
func (d *Door) say(words func()) {
	if d.words = append(d.words, words); len(d.words) > wordsKept {
		d.words = slices.Delete(d.words, 0, 1)
	}
}

// speak writes the queued messages to the terminal. Only one caller at a time
// writes, for all others, so that a blocked terminal holds up a single request.
func (d *Door) speak() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.speaking {
		return
	}
	d.speaking = true
	for len(d.words) > 0 {
		words := d.words[0]
		d.words = slices.Delete(d.words, 0, 1)
		d.mu.Unlock()
		words()
		d.mu.Lock()
	}
	d.speaking = false
}

// drop invalidates the code. The caller holds mu.
func (d *Door) drop() {
	d.code, d.wrong = "", 0
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

// expire invalidates an unused code.
func (d *Door) expire() {
	defer d.speak()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.code == "" || time.Now().Before(d.ends) {
		return // used or changed in the meantime
	}
	d.drop()
	if d.cfg.Closed != nil {
		d.say(d.cfg.Closed)
	}
}

// outcome is what became of an entered code, or of the wish for one. The page's address has it.
type outcome string

const (
	opened  outcome = "opened"
	empty   outcome = "empty"
	wrong   outcome = "wrong"
	changed outcome = "changed" // wrong too often: a new code was printed
	noCode  outcome = "none"    // no code is valid
	wait    outcome = "wait"    // too soon after the last change
	printed outcome = "printed"
	early   outcome = "early" // one was printed a moment ago
)

// try checks a code, and uses it up if it is correct.
func (d *Door) try(typed string) outcome {
	defer d.speak()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch now := time.Now(); {
	case now.Before(d.waits):
		return wait
	case d.code == "" || !now.Before(d.ends):
		return noCode
	case same(typed, d.code):
		d.drop()
		return opened
	}
	if d.wrong++; d.wrong < tries {
		return wrong
	}
	d.change()
	d.waits = time.Now().Add(pause)
	return changed
}

// again prints a code on request: the valid one, so that strangers cannot
// invalidate it, or a new one. It returns false if one was just printed.
func (d *Door) again() bool {
	defer d.speak()
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if d.over || now.Sub(d.printed) < pause {
		return false
	}
	if d.code != "" && now.Before(d.ends) {
		d.print()
		return true
	}
	d.change()
	return true
}

// hasCode reports whether a code is valid.
func (d *Door) hasCode() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.code != "" && time.Now().Before(d.ends)
}

// Close signs every browser out and admits no more.
func (d *Door) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	d.drop()
	clear(d.inside)
}

// logWrong logs wrong codes: the first one at once, then their number at
// intervals.
func (d *Door) logWrong(ctx context.Context) {
	d.mu.Lock()
	d.refused++
	n, now := d.refused, time.Now()
	if now.Sub(d.logged) < quiet {
		d.mu.Unlock()
		return
	}
	d.refused, d.logged = 0, now
	d.mu.Unlock()
	d.cfg.Log.WarnContext(ctx, "wrong setup codes were entered", slog.Int("count", n))
}
