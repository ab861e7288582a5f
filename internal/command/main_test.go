package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/rogpeppe/go-internal/testscript"

	"authpocket/test/programs"
)

// readable is the program without what keeps others from reading its memory,
// for the test that reads it.
const readable = "authpocket-readable"

// TestMain makes the test binary the program itself when a script calls it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"authpocket": func() { os.Exit(Main()) },
		readable:     func() { os.Exit(start()) },
	})
}

func TestScripts(t *testing.T) {
	var program string
	if !raced() {
		program = programs.Build(t, "authpocket") // starts in half the time of this test, which has PocketBase in it
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			if program != "" {
				e.Setenv("PATH", filepath.Dir(program)+string(filepath.ListSeparator)+e.Getenv("PATH"))
			}
			e.Setenv("AUTHPOCKET_STATE", e.WorkDir+"/state")
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sandbox":   (&scripts{t}).sandbox,
			"exits":     exits,
			"json":      jsonHas,
			"holds":     holds,
			"authentik": askAuthentik,
			"secret":    putSecret,
			"login":     changeLogin,
			"accounts":  accounts,
			"people":    people,
			"gone":      gone,
			"lacking":   lacking,
			"saved":     savedPlan,
			"waitfor":   waitFor,
			"mode":      mode,

			"collections": collections,
			"pocketbase":  askPocketBase,
		},
	})
}

// raced reports whether the race detector is on. It looks at the program only within this test.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// exits runs a command and holds it to an exit code: exits 2 authpocket plan.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if failed, ok := err.(*exec.ExitError); ok {
		code = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("running %s: %v", args[1], err)
	}
	followsSchema(ts, args[1:], code)
	if got := strconv.Itoa(code); got != args[0] {
		ts.Fatalf("%v exits with %s, want %s\n%s%s", args[1:], got, args[0], ts.ReadFile("stdout"),
			ts.ReadFile("stderr"))
	}
}

// mode holds a file to its permissions: mode 600 link.yaml.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode BITS FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[0] {
		ts.Fatalf("%s has the mode %s, want %s", args[1], got, args[0])
	}
}

// waitFor waits until a file is there: waitfor checks.prom.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor FILE")
	}
	path := ts.MkAbs(args[0])
	watcher, err := fsnotify.NewWatcher()
	ts.Check(err)
	defer func() { _ = watcher.Close() }()
	ts.Check(watcher.Add(filepath.Dir(path)))
	for limit := time.After(time.Minute); ; {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-watcher.Events:
		case err := <-watcher.Errors:
			ts.Fatalf("waiting for %s: %v", args[0], err)
		case <-limit:
			ts.Fatalf("%s does not appear", args[0])
		}
	}
}

// authpocket runs the test binary as authpocket.
func authpocket(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Args[0] = "authpocket"
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TERM=dumb", "AUTHPOCKET_STATE="+t.TempDir())
	return cmd
}
