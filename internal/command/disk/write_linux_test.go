package disk

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestReplaceFileKeepsLinksAndPipes(t *testing.T) {
	dir := t.TempDir()
	target, link, pipe := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(target, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := Replace(link, []byte("after"), 0o600); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); to != target || err != nil {
		t.Errorf("the link leads to %q: %v", to, err)
	}
	if text, err := os.ReadFile(target); string(text) != "after" || err != nil {
		t.Errorf("the target has %q: %v", text, err)
	}

	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // opens at once, and holds what is written
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := Replace(pipe, []byte("through"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, len("through"))
	if _, err := io.ReadFull(reader, text); string(text) != "through" || err != nil {
		t.Errorf("the pipe has %q: %v", text, err)
	}
	if info, err := os.Stat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is %v: %v", info.Mode(), err)
	}
}

// limitFiles lets no file of this process grow beyond that many bytes until the test ends.
func limitFiles(t *testing.T, bytes uint64) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
	})
}

// A full disk leaves what was there, and no part of what is new.
func TestAFileIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	fresh, old := filepath.Join(dir, "fresh"), filepath.Join(dir, "old")
	if err := WriteNew(old, []byte("old")); err != nil {
		t.Fatal(err)
	}
	limitFiles(t, 10)
	long := make([]byte, 100)
	if err := WriteNew(fresh, long); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("a new file: %v", err)
	}
	if err := Replace(old, long, 0o600); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("an old file: %v", err)
	}
	if text, err := os.ReadFile(old); string(text) != "old" || err != nil {
		t.Errorf("the old file has %q: %v", text, err)
	}
	if left, err := os.ReadDir(dir); len(left) != 1 || err != nil {
		t.Errorf("there are %v: %v", left, err)
	}
	if err := WriteNew(fresh, []byte("short")); err != nil {
		t.Errorf("the next try: %v", err)
	}
}
