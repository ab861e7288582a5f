package batch

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/linkfile"
	"authpocket/internal/visible"
)

// linksOf returns links of an authentik, each with its PocketBase.
func linksOf(pocketbases ...string) []linkfile.File {
	files := make([]linkfile.File, len(pocketbases))
	for i, base := range pocketbases {
		files[i] = linkfile.File{Path: base + "-" + string(rune('a'+i)) + ".yaml"}
		files[i].Authentik.Base, files[i].PocketBase.Base = "https://authentik.company", base
	}
	return files
}

// More links than run at a time belong to a server that hangs. All others end before it answers.
func TestAServerThatHangsDelaysOnlyItsOwnLinks(t *testing.T) {
	var out bytes.Buffer
	to := terminal.Streams{In: strings.NewReader(""), Out: &out, Err: io.Discard}
	r := New(Config{Streams: to, Parallel: 4}, linksOf("hung", "hung", "hung", "hung", "hung", "hung", "good",
		"good", "good", "good", "good", "good"))
	answer := make(chan struct{})
	var good sync.WaitGroup
	good.Add(6)
	go func() {
		good.Wait()
		close(answer)
	}()
	r.all(t.Context(), r.jobs, func(_ context.Context, to terminal.Streams, j *job) output.Summary {
		if j.file.PocketBase.Base == "hung" {
			<-answer
			return output.Summary{Outcome: "passed"}
		}
		visible.Fprintln(to.Out, "begins")
		visible.Fprintln(to.Out, "ends")
		good.Done()
		return output.Summary{Outcome: "passed"}
	})
	if got := strings.Count(out.String(), ":\nbegins\nends\n"); got != 6 {
		t.Errorf("the output of %d links stays together:\n%s", got, out.String())
	}
}

func TestAfterASignalNoLinkIsStarted(t *testing.T) {
	to := terminal.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
	r := New(Config{Streams: to, Parallel: 2}, linksOf("one", "two", "three", "four"))
	ctx, signal := context.WithCancel(t.Context())
	r.all(ctx, r.jobs, func(context.Context, terminal.Streams, *job) output.Summary {
		signal()
		return output.Summary{Outcome: "applied", Count: 1}
	})
	started := 0
	for _, j := range r.jobs {
		if j.Outcome != output.OutcomeNotStarted {
			started++
		}
	}
	if started < 1 || started > 2 || r.code() != output.ExitError {
		t.Errorf("%d links were started, and the exit code is %d", started, r.code())
	}
}

// A link that is planned and asked about is not applied yet.
func TestALinkThatIsNotStartedIsAnError(t *testing.T) {
	r := New(Config{}, linksOf("one", "two"))
	r.jobs[0].Summary = output.Summary{Outcome: output.OutcomeApplied, Count: 1}
	r.jobs[1].Summary = output.Summary{Outcome: output.OutcomeNotStarted, Count: 1}
	if r.code() != output.ExitError {
		t.Errorf("the exit code is %d", r.code())
	}
}

func TestTwoLinksNeverHaveOneObject(t *testing.T) {
	o := newObjects()
	var now, most atomic.Int32
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			keys := map[string]bool{"shared": true, string(rune('a' + i)): true, string(rune('a' + 19 - i)): true}
			own, err := o.take(t.Context(), keys)
			if err != nil {
				t.Error(err)
				return
			}
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			now.Add(-1)
			own.releaseAll()
		})
	}
	group.Wait()
	if most.Load() != 1 {
		t.Errorf("%d links had the object", most.Load())
	}
}

func TestTheWaitForAnObjectEndsWithItsContext(t *testing.T) {
	o := newObjects()
	own, err := o.take(t.Context(), map[string]bool{"b": true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.take(ctx, map[string]bool{"a": true, "b": true}); err == nil {
		t.Error("two links have the object")
	}
	own.releaseAll()
	if _, err := o.take(t.Context(), map[string]bool{"a": true, "b": true}); err != nil {
		t.Errorf("what an ended wait took is not released: %v", err)
	}
}
