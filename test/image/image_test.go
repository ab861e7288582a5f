//go:build linux

// Package image holds the Dockerfile against what it builds: it makes the file system of the image's last stage and runs
// the program in it as the image's user, with nothing else there.
package image_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

const repository = "../.."

// stages returns the stages of the Dockerfile by name, and the last one's name. The linter's findings fail the test.
func stages(t *testing.T) (named map[string]instructions.Stage, last string) {
	t.Helper()
	f, err := os.Open(filepath.Join(repository, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parsed, err := parser.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range parsed.Warnings {
		t.Errorf("Dockerfile: %s", w.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, description, _, msg string, at []parser.Range) {
		t.Errorf("Dockerfile:%d: %s: %s (%s)", at[0].Start.Line, rule, msg, description)
	}})
	list, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		t.Fatal(err)
	}
	named = map[string]instructions.Stage{}
	for _, s := range list {
		named[s.Name], last = s, s.Name
	}
	return named, last
}

// image is what a stage says of its image.
type image struct {
	env, entrypoint, health []string
	uid, gid                uint32
	volumes                 []string
	labels                  map[string]string
	files                   map[string]string // what is copied: the path in the image, and in the stage it is from
	owned                   map[string]string // the owners that COPY sets
}

func of(t *testing.T, s instructions.Stage) image {
	t.Helper()
	m := image{labels: map[string]string{}, files: map[string]string{}, owned: map[string]string{}}
	for _, c := range s.Commands {
		switch c := c.(type) {
		case *instructions.EnvCommand:
			for _, e := range c.Env {
				m.env = append(m.env, e.String())
			}
		case *instructions.UserCommand:
			if _, err := fmt.Sscanf(c.User, "%d:%d", &m.uid, &m.gid); err != nil {
				t.Fatalf("USER %s: %v", c.User, err)
			}
		case *instructions.CopyCommand:
			for _, from := range c.SourcePaths {
				m.files[c.DestPath], m.owned[c.DestPath] = from, c.Chown
			}
		case *instructions.VolumeCommand:
			m.volumes = append(m.volumes, c.Volumes...)
		case *instructions.LabelCommand:
			for _, l := range c.Labels {
				m.labels[l.Key] = l.Value
			}
		case *instructions.EntrypointCommand:
			m.entrypoint = c.CmdLine
		case *instructions.HealthCheckCommand:
			m.health = c.Health.Test[1:] // after CMD
		case *instructions.ExposeCommand:
		default:
			t.Errorf("the stage %s has %s, which is not looked at", s.Name, c.Name())
		}
	}
	return m
}

// root makes the image's file system: what make image builds, where COPY puts it, and an empty /tmp.
func (m image) root(t *testing.T, built string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "image") // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for to, from := range m.files {
		at := filepath.Join(dir, to)
		from = filepath.Join(built, strings.TrimPrefix(from, "/out"))
		if info, err := os.Stat(from); err != nil {
			t.Fatalf("%s is not built: %v", to, err)
		} else if info.IsDir() {
			err = os.Mkdir(at, 0o755)
		} else {
			err = exec.Command("cp", from, at).Run()
		}
		if err != nil {
			t.Fatal(err)
		}
		if os.Getuid() == 0 && m.owned[to] != "" {
			if err := os.Chown(at, int(m.uid), int(m.gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// command runs a program of the image as its user, in its file system.
func (m image) command(ctx context.Context, root string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env, cmd.Dir = append(slices.Clone(m.env), env...), "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: m.uid, Gid: m.gid}}
	if os.Getuid() != 0 { // as the user that a namespace shows as the image's
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Cloneflags: syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: int(m.uid), HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: int(m.gid), HostID: os.Getgid(), Size: 1}}}
	}
	return cmd
}

func TestTheImageRunsWithNothingElse(t *testing.T) {
	named, last := stages(t)
	built := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "make", "-C", repository, "image", "PROGRAMS=authpocket",
		"ROOT="+built).
		CombinedOutput(); err != nil {
		t.Fatalf("make image: %v: %s", err, out)
	}
	if last != "authpocket" {
		t.Errorf("docker build without a target builds %s", last)
	}
	for _, name := range []string{"authpocket", "authpocket-demo"} {
		m := of(t, named[name])
		for _, l := range []string{"title", "description", "licenses"} {
			if m.labels["org.opencontainers.image."+l] == "" {
				t.Errorf("%s has no label %s", name, l)
			}
		}
		if m.uid == 0 || m.gid == 0 {
			t.Errorf("%s runs as %d:%d", name, m.uid, m.gid)
		}
	}

	m := of(t, named["authpocket"])
	root := m.root(t, built)
	port := strconv.Itoa(20000 + os.Getpid()%20000)
	env := []string{"AUTHPOCKET_LISTEN=0.0.0.0:" + port, "AUTHPOCKET_INSECURE_HTTP=true"}
	healthy := func() error { return m.command(t.Context(), root, env, m.health...).Run() }
	if healthy() == nil {
		t.Error("it is healthy before it is started")
	}
	wizard := m.command(t.Context(), root, env, m.entrypoint...)
	wizard.Cancel = func() error { return wizard.Process.Signal(syscall.SIGTERM) }
	out, err := wizard.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := wizard.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, ":"+port) {
		t.Errorf("it prints %q, %v", line, err)
	}
	if err := healthy(); err != nil {
		t.Errorf("its health check fails: %v", err)
	}
	var list []string
	err = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, strings.TrimPrefix(path, root))
		}
		return err
	})
	// The lock of the state directory is all that it writes.
	if want := []string{"/authpocket"}; err != nil || !slices.Equal(slices.DeleteFunc(list, func(p string) bool {
		return strings.HasPrefix(p, m.volumes[0]+"/")
	}), want) {
		t.Errorf("the image has %q, %v; want %q", list, err, want)
	}
	begun := time.Now()
	if err := wizard.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _ = wizard.Wait(); !wizard.ProcessState.Success() || time.Since(begun) > 10*time.Second {
		t.Errorf("it ends with %s after %s", wizard.ProcessState, time.Since(begun))
	}
}
