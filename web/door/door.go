// Package door decides who and what gets into the wizard: the setup code, the
// Host allow-list, the refusal of other sites, and the headers of all answers.
package door

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"authpocket/web/view"
)

// The door's rules.
const (
	CodeLife = 30 * time.Minute // of a code that nobody uses
	tries    = 5                // wrong codes, then the code is changed
	pause    = 10 * time.Second // between two codes that strangers cause to be printed
	quiet    = time.Minute      // between two log lines about wrong codes

	wordsKept = 4 // while the terminal takes none
)

// Config says how the door speaks to whoever started the program.
type Config struct {
	// Print shows a code where only they see it. nil shows it to nobody.
	Print func(code string)
	// Closed tells that a code ran out unused. nil tells nobody.
	Closed func()
	Log    *slog.Logger // nil discards
	Assets view.Assets
	Note   string // the demo's banner
	// LastPage is shown where the door's own page cannot be rendered.
	LastPage []byte
	// Open are paths for everybody, each guarded by a secret of its own. One
	// that ends in / stands for all below it.
	Open []string
}

// Door lets a browser in once it brought the setup code. Browsers that did
// not leave nothing behind in memory.
type Door struct {
	cfg Config

	mu      sync.Mutex
	code    string // in normal form; empty: none opens the door
	ends    time.Time
	timer   *time.Timer
	wrong   int       // codes tried in vain since the last change
	waits   time.Time // until then no code is tried
	printed time.Time
	inside  map[string]*visit
	over    bool

	words    []func() // to be said to whoever started the program, in this order
	speaking bool
	refused  int       // codes tried in vain that the log does not tell of yet
	logged   time.Time // when it last told of any
}

// New makes a door that nothing opens yet. NewCode prints the first code, and
// Close has to be called at the end.
func New(cfg Config) *Door {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Door{cfg: cfg, inside: map[string]*visit{}}
}

// NewCode makes, prints and returns a code. The one before is dead.
func (d *Door) NewCode() string {
	defer d.speak()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.change()
	return Grouped(d.code)
}

// change makes a new code. The caller holds mu.
func (d *Door) change() {
	d.drop()
	if d.over {
		return
	}
	d.code, d.ends = newCode(), time.Now().Add(CodeLife)
	d.timer = time.AfterFunc(CodeLife, d.expire)
	d.print()
}

// print has the valid code shown by the next speak. The caller holds mu.
func (d *Door) print() {
	d.printed = time.Now()
	if code := d.code; d.cfg.Print != nil {
		d.say(func() { d.cfg.Print(code) })
	}
}

// say keeps words for the next speak. Where nobody takes them off the terminal
// the newest are kept. The caller holds mu.
func (d *Door) say(words func()) {
	if d.words = append(d.words, words); len(d.words) > wordsKept {
		d.words = slices.Delete(d.words, 0, 1)
	}
}

// speak says what is to be said. Nobody waits for a terminal that is stopped,
// but the one who speaks; what others have to say, that one says too.
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

// drop lets no code open the door any more. The caller holds mu.
func (d *Door) drop() {
	d.code, d.wrong = "", 0
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

// expire closes the door on a code that nobody used.
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

// outcome is what became of a code that was tried.
type outcome int

const (
	opened outcome = iota
	wrong
	changed // wrong too often: another code was printed
	noCode  // none is valid at the moment
	wait    // too soon after the last change
)

// try uses up the code when it is the right one.
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

// again prints a code on a stranger's wish: the valid one once more, so that
// nobody can take it from its owner, or else a new one. It answers false when
// the last was printed a moment ago.
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

// hasCode tells whether a code would open the door.
func (d *Door) hasCode() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.code != "" && time.Now().Before(d.ends)
}

// Close sends everyone out and lets nobody in any more.
func (d *Door) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	d.drop()
	clear(d.inside)
}

// logWrong tells of codes that were tried in vain: of the first at once, then
// once in a while of how many.
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
