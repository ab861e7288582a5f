package public

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The soak: visitors of whom each starts a sandbox, goes through the whole wizard and deletes it.
const (
	soakWalks  = 1000
	soakAtOnce = 20
	soakLook   = time.Second
)

// BenchmarkSoak has visitors come and go, and draws the memory over time.
func BenchmarkSoak(b *testing.B) {
	for b.Loop() {
		p := launch(b, soakAtOnce)
		settle(b, p)
		warmUp(b, p)
		before := comeDown(b, p, use{})
		var failed, left atomic.Int64
		left.Store(soakWalks)
		began := time.Now()
		done := make(chan struct{})
		var curve []point
		var watching, walking sync.WaitGroup
		watching.Go(func() { curve = watch(p, began, done) })
		for range soakAtOnce {
			walking.Go(func() {
				for left.Add(-1) >= 0 {
					if err := comeAndGo(b, p); err != nil {
						failed.Add(1)
						b.Error(err)
					}
				}
			})
		}
		walking.Wait()
		close(done)
		watching.Wait()
		after := comeDown(b, p, before)
		path := cmp.Or(os.Getenv("AUTHPOCKET_BENCH_OUT"), filepath.Join("..", "..", "bin"))
		path = filepath.Join(path, "public-soak.svg")
		if err := os.WriteFile(path, []byte(draw(curve)), 0o600); err != nil {
			b.Fatal(err)
		}
		b.Logf("%d walks, %d at once, in %s: %d failed (target: 0)", soakWalks, soakAtOnce,
			time.Since(began).Round(time.Second), failed.Load())
		b.Logf("memory %.1f MB before, %.1f MB after (target: <= %.1f MB); open files %.0f before, %.0f after; the curve "+
			"is in %s", before.memory, after.memory, before.memory*afterward, before.files, after.files, path)
		b.ReportMetric(float64(failed.Load()), "failed")
	}
}

func comeAndGo(b *testing.B, p *program) error {
	v, err := p.visitor()
	if err != nil {
		return err
	}
	if _, err = v.start(b.Context()); err != nil {
		return err
	}
	if err = v.whole(b.Context()); err != nil {
		return err
	}
	return v.end(b.Context())
}

// point is the memory at a time.
type point struct {
	at     time.Duration
	memory float64 // MB
}

func watch(p *program, began time.Time, done <-chan struct{}) (curve []point) {
	tick := time.NewTicker(soakLook)
	defer tick.Stop()
	for {
		curve = append(curve, point{time.Since(began), p.memory()})
		select {
		case <-done:
			return curve
		case <-tick.C:
		}
	}
}

// draw returns a curve as SVG.
func draw(curve []point) string {
	const width, height, edge = 800.0, 300.0, 50.0
	last, most := curve[len(curve)-1].at.Seconds(), 0.0
	for _, p := range curve {
		most = max(most, p.memory)
	}
	var line strings.Builder
	for _, p := range curve {
		x := edge + (width-2*edge)*p.at.Seconds()/max(last, 1)
		y := height - edge - (height-2*edge)*p.memory/most
		fmt.Fprintf(&line, "%.1f,%.1f ", x, y)
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="13">
<rect width="100%%" height="100%%" fill="#fff"/>
<path d="M%.0f %.0fH%.0fM%.0f %.0fV%.0f" stroke="#666" fill="none"/>
<polyline points="%s" fill="none" stroke="#b3401c" stroke-width="1.5"/>
<text x="%.0f" y="%.0f" text-anchor="end">%.0f s</text>
<text x="%.0f" y="%.0f">%.0f MB of memory at most, %d walks</text>
</svg>
`, width, height, edge, height-edge, width-edge, edge, height-edge, edge, line.String(), width-edge, height-edge+20, last,
		edge, edge-12, most, soakWalks)
}
