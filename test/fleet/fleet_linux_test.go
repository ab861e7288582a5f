package fleet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/test/draw"
	"authpocket/test/programs"
)

// fleet runs the pods of Jobs.
type fleet struct {
	*systems
	binary  string
	volumes map[string]string

	mu   sync.Mutex
	pods map[int]*exec.Cmd // the running one of an index
}

// ended is what became of an index of a Job.
type ended struct {
	pods int // that it took
	code int // of the last one
	said string
	peak float64 // memory in MB
}

// run runs all indexes of a Job at once, and each again as the Job says.
func (f *fleet) run(j job) []ended {
	f.t.Helper()
	list := make([]ended, j.Completions)
	var all sync.WaitGroup
	for index := range list {
		all.Go(func() { list[index] = f.index(j, index) })
	}
	all.Wait()
	return list
}

// index runs the pods of an index, one after the other, until one succeeds or the Job gives up.
func (f *fleet) index(j job, index int) (e ended) {
	for e.pods <= j.BackoffLimitPerIndex {
		e.pods++
		f.pod(j.container(), index, &e)
		if e.code == 0 || j.lost(e.code) {
			break
		}
	}
	return e
}

// pod runs the program as a pod does.
func (f *fleet) pod(c container, index int, e *ended) {
	args, env := c.command(index, f.volumes)
	cmd := exec.CommandContext(f.t.Context(), f.binary, args...)
	var out bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = append(env, f.tokens...), "/", &out, &out
	f.mu.Lock()
	err := cmd.Start()
	f.pods[index] = cmd
	f.mu.Unlock()
	if err != nil {
		e.code, e.said = -1, err.Error()
		return
	}
	waited := make(chan struct{})
	go func() {
		defer close(waited)
		_ = cmd.Wait()
	}()
	for running := true; running; {
		select {
		case <-waited:
			running = false
		case <-time.After(20 * time.Millisecond):
			e.peak = max(e.peak, memoryOf(cmd.Process.Pid))
		}
	}
	e.code, e.said = cmd.ProcessState.ExitCode(), e.said+out.String()
}

// kill kills the running pod of an index.
func (f *fleet) kill(index int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.pods[index].Process.Kill()
}

// memoryOf returns the most memory that a process has had, in MB, or 0 if it has ended.
func memoryOf(pid int) float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0
	}
	kB, _ := strconv.ParseFloat(string(found[1]), 64)
	return kB / 1000
}

// Four pods apply all links at once. One is killed after authentik has created an application, before it answers; the
// next pod of its index goes on. Then they verify all links, and find what somebody has changed since.
func TestAFleetAppliesEachLinkOnceAndFindsDrift(t *testing.T) {
	links, pocketBases := 12, 2
	if draw.All() {
		links, pocketBases = 200, 10
	}
	apply, verify := read(t, "apply.yaml"), read(t, "verify.yaml")
	binary := programs.Build(t, "authpocket")
	f := &fleet{systems: start(t, links, pocketBases), binary: binary, pods: map[int]*exec.Cmd{}}
	f.volumes = map[string]string{"links": f.links(), "state": t.TempDir(), "metrics": t.TempDir()}

	victim := f.killOne(apply.Completions)
	began := time.Now()
	first := f.run(apply)
	took := time.Since(began)
	f.holdEnded(apply, first, func(index int) int { return 0 })
	if first[victim].pods < 2 {
		t.Errorf("part %d was not killed", victim)
	}
	f.holdOnce()
	f.holdReceipts(apply.Completions)
	asked, _ := f.requests()
	draw.Report(t, "%d links, %d pods at once, one killed: %.1f s, %.1f requests to authentik for each, %s", links,
		apply.Completions, took.Seconds(), float64(asked)/float64(links), summary(first))

	again := f.run(apply)
	f.holdEnded(apply, again, func(index int) int { return 0 })
	asked, writes := f.requests()
	if writes > 0 {
		t.Errorf("applied again, it writes %d times to authentik", writes)
	}
	draw.Report(t, "%d links applied again: %.1f requests to authentik for each", links,
		float64(asked)/float64(links))

	began = time.Now()
	verified := f.run(verify)
	f.holdEnded(verify, verified, func(index int) int { return 0 })
	f.holdMetrics("")
	asked, _ = f.requests()
	draw.Report(t, "%d links verified: %.1f s, %.1f requests to authentik for each, %s", links,
		time.Since(began).Seconds(), float64(asked)/float64(links), summary(verified))
	draw.Report(t, "of each link there are %.1f kB of receipts and %.1f kB of metrics",
		f.kB("state")/float64(links), f.kB("metrics")/float64(links))

	drifted := f.names[draw.Rand(t).IntN(len(f.names))]
	f.rename(drifted)
	f.holdEnded(verify, f.run(verify), func(index int) int {
		if slices.Contains(f.part(index, verify.Completions), drifted) {
			return 3
		}
		return 0
	})
	f.holdMetrics(drifted)
}

// killOne has the pod of a part killed when it has created one of its applications, both drawn by the seed.
func (f *fleet) killOne(parts int) (victim int) {
	rng := draw.Rand(f.t)
	for victim = rng.IntN(parts); len(f.part(victim, parts)) == 0; victim = rng.IntN(parts) {
	}
	own := f.part(victim, parts)
	left := 1 + rng.IntN(len(own))
	f.after = func(slug string) { // of one request at a time
		f.systems.mu.Lock()
		defer f.systems.mu.Unlock()
		if !slices.Contains(own, slug) {
			return
		}
		if left--; left == 0 {
			f.kill(victim)
		}
	}
	return victim
}

// holdEnded holds every part to its exit code and to the limit of memory.
func (f *fleet) holdEnded(j job, list []ended, want func(index int) int) {
	f.t.Helper()
	limit := j.container().limit(f.t)
	for index, e := range list {
		if e.code != want(index) {
			f.t.Errorf("part %d ends with %d after %d pods:\n%s", index, e.code, e.pods, e.said)
		}
		if e.peak > limit {
			f.t.Errorf("part %d takes %.1f of %.1f MB", index, e.peak, limit)
		}
	}
}

// holdOnce holds authentik to have created each link once.
func (f *fleet) holdOnce() {
	f.t.Helper()
	for _, name := range f.names {
		if n := f.created[name]; n != 1 {
			f.t.Errorf("the application of %s was created %d times", name, n)
		}
	}
	snap := f.box.Authentik().Snapshot()
	if len(snap.Applications) != len(f.names) || len(snap.Providers) != len(f.names) {
		f.t.Errorf("there are %d applications and %d providers", len(snap.Applications), len(snap.Providers))
	}
}

// holdReceipts holds every receipt to have ended, also that of the killed pod.
func (f *fleet) holdReceipts(parts int) {
	f.t.Helper()
	for index := range parts {
		f.holdDirectory(strconv.Itoa(index), len(f.part(index, parts)))
	}
}

// holdDirectory holds a state directory to have receipts of so many links, which have all ended.
func (f *fleet) holdDirectory(name string, links int) {
	f.t.Helper()
	out, err := exec.CommandContext(f.t.Context(), f.binary, "receipts", "--json", "--state",
		filepath.Join(f.volumes["state"], name)).Output()
	var document struct {
		Receipts []struct{ ID, Slug, Outcome string }
		SetAside []any `json:"set_aside"`
	}
	if err == nil {
		err = json.Unmarshal(out, &document)
	}
	slugs := map[string]bool{}
	for _, r := range document.Receipts {
		slugs[r.Slug] = true
		if r.Outcome == "" {
			f.t.Errorf("%s: the receipt %s has not ended", name, r.ID)
		}
	}
	if err != nil || len(slugs) != links || len(document.SetAside) > 0 {
		f.t.Errorf("%s has receipts of %d links, not %d: %v", name, len(slugs), links, err)
	}
}

var success = regexp.MustCompile(`(?m)^authpocket_verify_success\{link="([^"]+)"\} (\d)$`)

// holdMetrics holds the metrics of all parts to have each link once, of which all but one succeed.
func (f *fleet) holdMetrics(drifted string) {
	f.t.Helper()
	files, err := filepath.Glob(filepath.Join(f.volumes["metrics"], "*.prom"))
	if err != nil {
		f.t.Fatal(err)
	}
	seen := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, found := range success.FindAllStringSubmatch(string(text), -1) {
			if _, twice := seen[found[1]]; twice {
				f.t.Errorf("%s is in two files", found[1])
			}
			seen[found[1]] = found[2]
		}
	}
	for _, name := range f.names {
		want := "1"
		if name == drifted {
			want = "0"
		}
		if seen[name] != want {
			f.t.Errorf("the metrics of %s say %q, not %s", name, seen[name], want)
		}
	}
}

// kB returns the size of the files in a volume.
func (f *fleet) kB(volume string) (kB float64) {
	f.t.Helper()
	err := filepath.WalkDir(f.volumes[volume], func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			kB += float64(info.Size()) / 1e3
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return kB
}

// summary says what the parts took.
func summary(list []ended) string {
	var pods []string
	most := 0.0
	for _, e := range list {
		pods, most = append(pods, strconv.Itoa(e.pods)), max(most, e.peak)
	}
	return fmt.Sprintf("%s pods, at most %.1f MB each", strings.Join(pods, "+"), most)
}
