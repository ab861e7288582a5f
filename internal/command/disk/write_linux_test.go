package disk

import (
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
