package linkfile_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

func symlink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

// What an editor leaves beside a link file is none, and a ConfigMap's volume has each file once.
func TestADirectoryHasTheFilesThatAreShown(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop.yaml"), strings.ReplaceAll(whole, "pocketbase.company", "shop.company"))
	write(t, filepath.Join(dir, ".shop.yaml"), "x: 1\n")
	write(t, filepath.Join(dir, ".shop.yaml.swp"), "x: 1\n")
	symlink(t, "ada@desk.4711:1764547200", filepath.Join(dir, ".#shop.yaml"))
	symlink(t, ".", filepath.Join(dir, "same.yaml"))
	const data = "..2026_01_31_12_00_00.1"
	if err := os.Mkdir(filepath.Join(dir, data), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, data, "blog.yaml"), whole)
	symlink(t, data, filepath.Join(dir, "..data"))
	symlink(t, "..data/blog.yaml", filepath.Join(dir, "blog.yaml"))
	files, err := environment().All(t.Context(), dir)
	if diff := cmp.Diff([]string{"blog", "shop"}, link.Each(files, linkfile.File.Label)); diff != "" || err != nil {
		t.Errorf("the links (want -, got +):\n%s%v", diff, err)
	}
}

// A pipe that nobody writes to would be waited for.
func TestWhatIsNoFileIsRefusedInADirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "link.yaml"), whole)
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	symlink(t, "nothing.yaml", filepath.Join(dir, "gone.yaml"))
	_, err := environment().All(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "pipe.yaml: this is a pipe or device") ||
		!strings.Contains(err.Error(), "gone.yaml: no such file") {
		t.Errorf("the error is %v", err)
	}
}

// Neither the open nor the read of a pipe can be woken.
func TestTheWaitForAPipeEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "link.yaml")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	in, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = in.Close(), w.Close() })
	reader := environment()
	reader.Stdin = in
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{path, "-"} {
		if _, err := reader.All(ctx, path); err == nil || !strings.Contains(err.Error(), "Interrupted") {
			t.Errorf("%s: the error is %v", path, err)
		}
	}
	ended := make(chan error, 1)
	go func() { // the waiting open
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			err = w.Close()
		}
		ended <- err
	}()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
