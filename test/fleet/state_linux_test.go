package fleet_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"authpocket/test/programs"
)

// oneState returns the Job with a state directory that all its pods have, and that many parts.
func oneState(j job, parts int) job {
	c := j.container()
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		a = strings.Replace(a, fmt.Sprintf("/%d", j.Completions), fmt.Sprintf("/%d", parts), 1)
		args[i] = strings.Replace(a, "/state/$(JOB_COMPLETION_INDEX)", "/state/all", 1)
	}
	c.Args, j.Completions = args, parts
	j.Template.Spec.Containers = []container{c}
	return j
}

// manyOf starts n links, each of a PocketBase of its own.
func manyOf(t *testing.T, n int) *fleet {
	t.Helper()
	f := &fleet{systems: start(t, n, n), binary: programs.Build(t, "authpocket"), pods: map[int]*exec.Cmd{}}
	f.volumes = map[string]string{"links": f.links(), "state": t.TempDir()}
	return f
}

// All pods may have one state directory where their links have no two systems in common.
func TestPodsShareAStateDirectory(t *testing.T) {
	f, apply := manyOf(t, 8), oneState(read(t, "apply.yaml"), 4)
	f.holdEnded(apply, f.run(apply), func(int) int { return 0 })
	f.holdOnce()
	f.holdDirectory("all", len(f.names))
}

// Of two runs with one state directory, one has a link, and the other says so and leaves it alone.
func TestTwoRunsNeverHaveOneLink(t *testing.T) {
	f, apply := manyOf(t, 4), oneState(read(t, "apply.yaml"), 1)
	var other ended
	var once sync.Once
	f.after = func(slug string) { // the first run waits for authentik's answer meanwhile
		once.Do(func() {
			f.pod(apply.container(), 0, &other)
			if other.code != 1 || !strings.Contains(other.said, slug+":\nThis link is being changed right now") {
				t.Errorf("while %s is changed, another run ends with %d:\n%s", slug, other.code, other.said)
			}
		})
	}
	first := f.run(apply)
	f.holdEnded(apply, first, func(int) int { return 0 })
	f.holdOnce()
	f.holdDirectory("all", len(f.names))
	if left, err := filepath.Glob(filepath.Join(f.volumes["state"], "all", "*.held")); err != nil || len(left) > 0 {
		t.Errorf("there is %v, %v", left, err)
	}
}

// A pod that is killed leaves its lock and an open receipt in the directory that all have. The next one of its part
// goes on.
func TestAKilledPodLeavesASharedDirectoryInOrder(t *testing.T) {
	f, apply := manyOf(t, 8), oneState(read(t, "apply.yaml"), 4)
	victim := f.killOne(apply.Completions)
	list := f.run(apply)
	f.holdEnded(apply, list, func(int) int { return 0 })
	if list[victim].pods < 2 {
		t.Errorf("part %d was not killed:\n%s", victim, list[victim].said)
	}
	f.holdOnce()
	f.holdDirectory("all", len(f.names))
}
